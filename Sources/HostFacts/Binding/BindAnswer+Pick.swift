internal import CEL

/// bind() to port 0: whether the kernel finds a port for the address.
extension BindAnswer.Judgement {
  enum Pick: Hashable {
    /// Another port was asked for.
    case none
    case finds
    /// None of so many is free.
    case fails(Int)
    case unknown([Unreadable])
  }

  var pick: Pick {
    guard facts.address.port == 0 else { return .none }
    guard case .value(let range, _) = facts.portRange else { return unknown(facts.portRange) }
    guard case .value(let reserved, _) = facts.reservedPorts else {
      return unknown(facts.reservedPorts)
    }
    guard let taken = facts.taken,
      let usable = EphemeralPorts(range: range, reserved: reserved)?.usable
    else { return .unknown([.init("which ports are taken was not read")]) }
    let devices = [facts.address.device].compactMap { $0 } + taken.devices.values.sorted()
    if let why = devices.lazy.compactMap(facts.vrfs.obstacle(_:)).first { return .unknown([why]) }

    let ports = taken.ports(v6Only: socket.v6Only, device: facts.address.device)
    let search = PortSearch(range, socket.transport, reuseAddress: socket.reuseAddress)
    let mayBeFree = usable.subtracting(ports.taken)
    guard search.outcome(free: mayBeFree) != .fails else {
      if let why = mayShare { return .unknown([why]) }
      // Not before everything was looked at is it known that nothing was free in between.
      return .fails(usable.count)
    }
    var reasons = facts.gapsOfTaken
    if let why = Self.hiddenV6Only(facts), facts.address.address == .anyIPv6 {
      reasons.append(why)
    }
    let free = mayBeFree.subtracting(ports.undecided)
    if let hidden = facts.hiddenIdle {
      // Each holds one port, and the search misses two at most.
      guard let count = hidden.value, free.count > count + 2 else {
        reasons.append(
          .init(
            "sockets that are bound and do not listen are not shown before Linux 6.8; "
              + "\(free.count) ports of net.ipv4.ip_local_port_range seem free, and the host has "
              + (hidden.value.map { "\($0)" } ?? "an unknown number of") + " TCP sockets"))
        return .unknown(reasons)
      }
    }
    guard reasons.isEmpty else { return .unknown(reasons) }
    switch search.outcome(free: free) {
    case .finds: return .finds
    case .mayFind:
      return .unknown([
        .init(
          "one port is free, at an end of net.ipv4.ip_local_port_range, and of a range of odd size"
            + " the kernel looks at all ports but one of the ends")
      ])
    case .fails:
      return .unknown([
        .init(
          "whether connections on the ports that seem free have IPV6_V6ONLY is not shown, and"
            + " decides whether they are in the way")
      ])
    }
  }

  private func unknown(_ reading: Reading<some Sendable>) -> Pick {
    .unknown([reading.problem].compactMap { $0 })
  }

  /// Why bind() may succeed although each port is taken; nil where it cannot.
  private var mayShare: Unreadable? {
    guard socket.transport == .tcp else {
      guard socket.reuseAddress || socket.reusePort else { return nil }
      return .init(
        "each port that the kernel may pick is taken; UDP sockets that all have SO_REUSEADDR or"
          + " SO_REUSEPORT share ports, which is not looked at here")
    }
    // The second round of inet_csk_find_open_port().
    guard socket.reuseAddress, facts.autobindReuse.value != 0 else { return nil }
    if case .absent = facts.autobindReuse { return nil }
    return .init(
      "each port that the kernel may pick is taken; with net.ipv4.ip_autobind_reuse it gives those"
        + " of sockets with SO_REUSEADDR out again, which is not looked at here")
  }
}
