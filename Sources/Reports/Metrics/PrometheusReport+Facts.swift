/// What was measured, of facts as rules see them.
extension PrometheusReport {
  /// How many destinations have series of their own: those that have used most.
  static let mostDestinations = 20
  /// How many kernel parameters have: those that drift first.
  static let mostParameters = 100

  var ephemeralPorts: [MetricFamily] {
    var total = MetricFamily(
      "sockwise_ephemeral_ports", ["netns"],
      "Local ports of the range that connect() chooses from, without reserved ones.")
    var blocked = MetricFamily(
      "sockwise_ephemeral_ports_blocked", ["netns"],
      "Local ports of the range that every connect() skips, because a socket is bound to them; a lower bound."
    )
    var available = MetricFamily(
      "sockwise_ephemeral_ports_available", ["netns"],
      "Local ports of the range that no socket is bound to: what each destination has at most.")
    let ports = facts["sockets", "port_pool", "total"]?.whole
    let taken = facts["sockets", "port_pool", "blocked"]?.whole
    total.add(ports, namespace)
    blocked.add(taken, namespace)
    if let ports, let taken { available.add(max(0, ports - taken), namespace) }
    return [total, blocked, available]
  }

  var timeWait: MetricFamily {
    var family = MetricFamily("sockwise_timewait_sockets", ["netns"], "TCP sockets in TIME_WAIT.")
    family.add(facts["sockets", "states", "time_wait"]?.whole, namespace)
    return family
  }

  // MARK: Destinations

  var destinations: [MetricFamily] {
    let labels = ["netns", "src", "dst", "dport", "device"]
    var used = MetricFamily(
      "sockwise_destination_ports_used", labels,
      "Local ports that connections toward a destination hold, so that connect() cannot take them.")
    var available = MetricFamily(
      "sockwise_destination_ports_available", labels,
      "Local ports that connections toward a destination can hold.")
    var ratio = MetricFamily(
      "sockwise_destination_ports_used_ratio", labels,
      "The part of the local ports toward a destination that is held, 0 to 1.")
    var unlisted = MetricFamily(
      "sockwise_destinations_unlisted", ["netns"],
      "Destinations without series of their own: they hold less than 1 % of the ports, or less than those that have."
    )
    guard let (all, isWhole) = KnownFacts.elements(of: facts["sockets", "destinations"]) else {
      return [used, available, ratio, unlisted]
    }
    let uses = all.compactMap(DestinationUse.init).sorted { $0.ratio > $1.ratio }
    for use in uses.prefix(Self.mostDestinations) {
      func add(_ value: Double, to family: inout MetricFamily) {
        family.add(value, namespace, use.source, use.destination, "\(use.port)", use.device)
      }
      add(Double(use.held), to: &used)
      add(Double(use.available), to: &available)
      add(use.ratio, to: &ratio)
    }
    if isWhole, let small = facts["sockets", "small_destinations"]?.whole {
      unlisted.add(
        small + all.count - min(uses.count, Self.mostDestinations), namespace)
    }
    return [used, available, ratio, unlisted]
  }

  /// The ports of one destination, where they are known.
  private struct DestinationUse {
    let held: Int
    let available: Int
    let source: String
    let destination: String
    let port: Int
    /// Empty but for link-local addresses.
    let device: String

    /// All of them where others have left none.
    var ratio: Double { available > 0 ? Double(held) / Double(available) : 1 }

    init?(_ facts: KnownFacts) {
      guard let held = facts["ports_held"]?.whole, let available = facts["ports_available"]?.whole,
        let source = facts["local_address"]?.text, let destination = facts["address"]?.text,
        let port = facts["port"]?.whole
      else { return nil }
      self.held = held
      self.available = available
      self.source = source
      self.destination = destination
      self.port = port
      device = facts["device"]?.text ?? ""
    }
  }

  // MARK: Kernel parameters

  /// Of the parameters that the rule `sysctl-drift` judges.
  var drift: [MetricFamily] {
    var drift = MetricFamily(
      "sockwise_sysctl_drift", ["netns", "key"],
      "1 where the kernel has another value than the configuration gives a parameter, else 0.")
    var unlisted = MetricFamily(
      "sockwise_sysctls_unlisted", ["netns"],
      "Configured parameters that are compared and have no series.")
    guard facts["host", "systemd"]?.isTrue == true, facts["netns", "is_pid1"]?.isTrue == true,
      let (all, isWhole) = KnownFacts.elements(of: facts["sysctl_config", "keys"])
    else { return [drift, unlisted] }
    let compared = all.filter {
      $0["catalogued"]?.isTrue == true && $0["live_owner"] == nil && $0["drifts"] != nil
    }
    let known =
      compared.filter { $0["drifts"]?.isTrue == true }
      + compared.filter { $0["drifts"]?.isTrue == false }
    for parameter in known.prefix(Self.mostParameters) {
      guard let key = parameter["key"]?.text else { continue }
      drift.add(parameter["drifts"]?.isTrue == true ? 1 : 0, namespace, key)
    }
    if isWhole { unlisted.add(known.count - min(known.count, Self.mostParameters), namespace) }
    return [drift, unlisted]
  }
}
