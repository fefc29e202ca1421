internal import CEL

/// ``Destination`` and ``PortPool`` of the outbound connections.
extension SocketAssembly {
  func destinations(
    _ connections: Connections
  ) -> (list: PartialList<Destination>, small: Reading<Int>, pool: PortPool) {
    let incomplete =
      table.problem(.listeners) ?? table.problem(.connections) ?? table.groupLimitProblem
    guard case .value(let range, let rangeOrigin) = settings.portRange else {
      return withoutRange(settings.portRange.problem ?? .init("ip_local_port_range not read"))
    }
    // Without them every port of the range counts, and which groups are small is not known.
    let unknownReserved = settings.reservedPorts.problem
    let reserved = settings.reservedPorts.value ?? IntegerSet()
    guard let ports = EphemeralPorts(range: range, reserved: reserved) else {
      return withoutRange(.init("\(range.first)-\(range.last) is not a range of ports"))
    }

    let total = ports.usable.count
    var kept: [Int] = []
    var small = 0
    for group in table.table.groups.indices {
      let rows = connections.starts[group]..<connections.starts[group + 1]
      if rows.isEmpty { continue }
      var used = 0
      for index in rows where ports.usable.contains(connections.outbound[index].localPort) {
        used += 1
      }
      if used * 100 >= total && used > 0 { kept.append(group) } else { small += 1 }
    }

    let reuse = settings.reuse
    let use = reuse.value.map { reuse in
      PortUse(
        connections: connections, table: table.table, ports: ports, reuse: reuse,
        bound: boundPorts(connections), kept: Set(kept))
    }
    let blocked = use?.blocked ?? PortSet()
    var list = kept.map { group in
      let useOfGroup = use?.use(of: group, blocked: blocked)
      return destination(
        group, connections, ports, useOfGroup, reuse,
        from: .derived([rangeOrigin, origin]))
    }
    list.sort { left, right in
      let a = (left.localAddress, left.address, left.port)
      let b = (right.localAddress, right.address, right.port)
      return a == b ? (left.device.value ?? "") < (right.device.value ?? "") : a < b
    }
    return (
      PartialList(list, rest: incomplete ?? unknownReserved),
      (incomplete ?? unknownReserved).map { .lacking($0) }
        ?? .value(small, .derived([rangeOrigin, origin])),
      pool(ports, connections, use, incomplete: incomplete)
    )
  }

  private func boundPorts(_ connections: Connections) -> PortSet {
    var ports = table.listeners.ports
    ports.formUnion(table.idle.ports)
    ports.formUnion(connections.inboundPorts)
    return ports
  }

  // Each of these needs the settings that it derives from, and nothing else.
  private func destination(
    _ group: Int, _ connections: Connections, _ ports: EphemeralPorts, _ use: PortUse.GroupUse?,
    _ reuse: Reading<TimeWaitReuse>, from origin: Origin
  ) -> Destination {
    let place = table.table.place(of: group)
    let key = table.table.groups[group]
    let rows = connections.outbound[connections.starts[group]..<connections.starts[group + 1]]
    var states = Destination.Tally()
    var used = PortSet()
    for row in rows {
      states.count(row.state)
      if ports.usable.contains(row.localPort) { used.insert(row.localPort) }
    }
    let closes = reuse.value.map { Closes(rows, $0) }
    let total = ports.usable.count
    let onLoopbackDevice = rows.allSatisfy { $0.flags.contains(.onLoopbackDevice) }

    func needsReuse<Value>(_ value: Value?) -> Reading<Value> {
      value.map { .value($0, origin) } ?? .lacking(reuse.problem ?? .init("not read"))
    }
    func needsReserved<Value>(_ value: Value) -> Reading<Value> {
      settings.reservedPorts.problem.map { .lacking($0) } ?? .value(value, origin)
    }
    func needsBoth<Value>(_ value: Value?) -> Reading<Value> {
      settings.reservedPorts.problem.map { .lacking($0) } ?? needsReuse(value)
    }
    let reuseApplies = reuse.value?.applies(
      local: place.address, remote: key.remoteAddress, onLoopbackDevice: onLoopbackDevice)
    var forecast: PortForecast? {
      guard let use, let closes, let reuse = reuse.value, let reuseApplies else { return nil }
      return PortForecast(
        .init(
          available: use.available, held: use.held, reusable: use.reusable,
          preferredTotal: ports.preferred.count, preferredHeld: use.preferredHeld),
        rate: closes.least,
        remaining: rows.filter { $0.state == .timeWait && ports.usable.contains($0.localPort) }
          .map(\.remaining), reuse, reuseApplies: reuseApplies, from: origin)
    }
    let isLinkLocal = place.address.isLinkLocalIPv6 || key.remoteAddress.isLinkLocalIPv6
    return Destination(
      localAddress: place.address, address: key.remoteAddress, port: Int(key.remotePort),
      device: isLinkLocal
        ? device(place.interface, .tcp, whereNone: "no interface")
        : .absent("not link-local"),
      rows: rows.count, portsUsed: needsReserved(used.count),
      portsReusable: needsBoth(use?.reusable),
      portsHeld: needsBoth(use?.held), portsTotal: needsReserved(total),
      portsBlockedByOthers: needsBoth(use?.blockedByOthers),
      portsAvailable: needsBoth(use?.available),
      portsFree: needsBoth(use?.free),
      percentUsed: needsBoth(
        use.map { total == 0 ? 100 : 100 * (1 - Double($0.free) / Double(total)) }),
      preferredTotal: needsReserved(ports.preferred.count),
      preferredHeld: needsBoth(use?.preferredHeld), states: states,
      closesPerSecond5s: needsReuse(closes?.perSecond(over: 5)),
      closesPerSecond15s: needsReuse(closes?.perSecond(over: 15)),
      closesPerSecond60s: needsReuse(closes?.perSecond(over: 60)),
      closesPerSecondLeast5s: needsReuse(closes?.least),
      reuseApplies: needsReuse(reuseApplies), forecast: needsBoth(forecast))
  }

  private func pool(
    _ ports: EphemeralPorts, _ connections: Connections, _ use: PortUse?, incomplete: Obstacle?
  ) -> PortPool {
    let range = settings.portRange
    let reserved = settings.reservedPorts.problem
    let reuse = settings.reuse.problem
    func count(_ set: PortSet?, unless problem: Obstacle?) -> Reading<Int> {
      if let problem { return .lacking(problem) }
      let count = set?.intersection(ports.usable).count ?? 0
      return .value(count, .derived([range.origin ?? origin, origin]))
    }
    let idle: Reading<Int> =
      switch table.coverage(.boundInactive) {
      case .absent(let why): .absent(why)
      default: count(table.idle.ports, unless: reserved ?? table.problem(.boundInactive))
      }
    return PortPool(
      first: range.map(\.first), last: range.map(\.last), size: range.map(\.size),
      total: count(ports.usable, unless: reserved),
      reserved: reserved.map { .lacking($0) } ?? range.map { _ in ports.reservedCount },
      blocked: count(use?.blocked, unless: reserved ?? reuse ?? incomplete),
      blockedByListeners: count(
        table.listeners.ports, unless: reserved ?? table.problem(.listeners)),
      blockedByInbound: count(connections.inboundPorts, unless: reserved ?? incomplete),
      blockedByBind: idle,
      blockedByBindBeforeConnect: count(
        use?.boundBeforeConnect, unless: reserved ?? reuse ?? incomplete),
      lowParity: range.map { $0.first & 1 })
  }

  private func withoutRange(
    _ why: Obstacle
  ) -> (list: PartialList<Destination>, small: Reading<Int>, pool: PortPool) {
    let none = Reading<Int>.lacking(why)
    return (
      PartialList([], rest: why), none,
      PortPool(
        first: none, last: none, size: none, total: none, reserved: none, blocked: none,
        blockedByListeners: none, blockedByInbound: none, blockedByBind: none,
        blockedByBindBeforeConnect: none, lowParity: none)
    )
  }
}

/// When connections of one group entered TIME_WAIT.
private struct Closes {
  /// Of those that still are in it, how many did in each 5 s of the last minute, the last ones first.
  private var counts = InlineArray<12, Int>(repeating: 0)

  init(_ rows: ArraySlice<ConnectionRow>, _ reuse: TimeWaitReuse) {
    for row in rows where row.state == .timeWait {
      let age = reuse.age(row)
      if 0..<60_000 ~= age { counts[age / 5000] += 1 }
    }
  }

  /// Over the last 5, 15 or 60 s, or another multiple of 5.
  func perSecond(over seconds: Int) -> Double {
    var sum = 0
    for index in 0..<seconds / 5 { sum += counts[index] }
    return Double(sum) / Double(seconds)
  }

  /// The least of the last three windows of 5 s.
  var least: Double { Double(min(counts[0], counts[1], counts[2])) / 5 }
}
