internal import CEL

/// ``Listener``, ``UDPSocket`` and ``BoundSocket`` of groups of bound sockets.
extension SocketAssembly {
  func listeners(_ inbound: [InboundConnections]) -> [Listener] {
    table.listeners.sorted.map { number in
      let group = table.listeners.groups[number]
      let port = Int(group.key.port)
      let inRange = isInRange(port)
      let queues = group.queues.sorted { $0.inode < $1.inode }
      let fullest = queues.max { ($0.length, $1.limit) < ($1.length, $0.limit) }
      var connections = inbound[number]
      if let longest = connections.longestTimeWait {
        connections.secondsLeft = .value(Double(longest) / 1000, origin)
      }
      return Listener(
        address: group.key.address, port: port, device: device(of: group, .tcp),
        uid: Int(group.key.uid), backlog: backlog(fullest), queue: Int(fullest?.length ?? 0),
        memberQueues: queues.map { Int($0.length) }, v6Only: v6Only(group),
        reuseAddress: .lacking(ownerNotLookedUp), reusePort: .lacking(ownerNotLookedUp),
        bindAddressNoPort: reading(group.bindAddressNoPort), members: group.members,
        inEphemeralRange: inRange, reserved: isReserved(port),
        likelyFixed: likelyFixed(port),
        inbound: reading(connections, needs: .listeners, .connections),
        unacceptedIdle: unacceptedIdle(ofListener: number, connections.unaccepted),
        accepted: table.accepted[number],
        inodes: group.inodes.sorted(), cgroupIDs: group.cgroupIDs.sorted(),
        cookies: group.cookies.sorted(), origin: table.origin(of: .tcp, group.key.address))
    }
  }

  private func unacceptedIdle(ofListener number: Int, _ count: Int) -> PartialList<Double> {
    if count == 0 { return PartialList([], rest: table.problem(.connections)) }
    let kept = unacceptedByListener[number] ?? []
    let members = kept.filter { !$0.isGone }
    let times = members.compactMap(\.idle).sorted(by: >)
    var rest: Obstacle?
    if table.source(of: .tcp) == .proc {
      rest = .init("/proc/net/tcp does not show when data last came", grant: "AF_NETLINK sockets")
    } else if times.count < members.count {
      rest = .init("when data last came on these connections was not asked for")
    } else if kept.count < count {
      rest = .init("only \(kept.count) of \(count) connections in the queue were looked at")
    }
    return PartialList(times, rest: rest)
  }

  func udpSockets() -> [UDPSocket] {
    table.udp.sorted.map { number in
      let group = table.udp.groups[number]
      let port = Int(group.key.port)
      return UDPSocket(
        address: group.key.address, port: port, device: device(of: group, .udp),
        uid: Int(group.key.uid), connected: group.isConnected, queue: group.queued,
        drops: drops(group), dropsByMember: group.dropsByMember, v6Only: v6Only(group),
        reuseAddress: .lacking(ownerNotLookedUp),
        reusePort: .lacking(ownerNotLookedUp),
        bindAddressNoPort: reading(group.bindAddressNoPort), members: group.members,
        inEphemeralRange: isInRange(port), reserved: isReserved(port),
        likelyFixed: derived(settings.portRange) { _ in false }, inodes: group.inodes.sorted(),
        cgroupIDs: group.cgroupIDs.sorted(), cookies: group.cookies.sorted(),
        origin: table.origin(of: .udp, group.key.address))
    }
  }

  func boundIdle() -> Reading<PartialList<BoundSocket>> {
    let sockets = table.idle.sorted.map { number in
      let group = table.idle.groups[number]
      let port = Int(group.key.port)
      return BoundSocket(
        address: group.key.address, port: port, device: device(of: group, .tcp),
        uid: Int(group.key.uid), v6Only: v6Only(group),
        reuseAddress: .lacking(ownerNotLookedUp), reusePort: .lacking(ownerNotLookedUp),
        bindAddressNoPort: reading(group.bindAddressNoPort), members: group.members,
        inEphemeralRange: isInRange(port), reserved: isReserved(port),
        inodes: group.inodes.sorted(), cgroupIDs: group.cgroupIDs.sorted(),
        cookies: group.cookies.sorted())
    }
    switch table.coverage(.boundInactive) {
    case .complete:
      return .value(
        PartialList(sockets, rest: table.idle.limitProblem("bound TCP sockets")), origin)
    case .absent(let why): return .absent(why)
    case .incomplete(let why): return .value(PartialList(sockets, rest: why), origin)
    }
  }

  /// Ports of the range that UDP takes, by local address. Autobind skips a port that the wildcard
  /// address has, and those of every address when the wildcard asks.
  func udpPorts(rest: Obstacle?) -> PartialList<UDPPortUse> {
    guard case .value(let range, let rangeOrigin) = settings.portRange else {
      return PartialList([], rest: settings.portRange.problem)
    }
    guard case .value(let reserved, let reservedOrigin) = settings.reservedPorts else {
      return PartialList([], rest: settings.reservedPorts.problem)
    }
    guard let ports = EphemeralPorts(range: range, reserved: reserved) else {
      return PartialList([], rest: .init("\(range.first)-\(range.last) is not a range of ports"))
    }
    var ofWildcards: [InetAddress: PortSet] = [.anyIPv4: PortSet(), .anyIPv6: PortSet()]
    for group in table.udp.groups where ports.usable.contains(group.key.port) {
      // A socket on :: may be IPv6 only, but bind() to its port on an IPv4 address is then
      // possible: count it for IPv6 alone.
      ofWildcards[group.key.address]?.insert(group.key.port)
    }
    let origin = Origin.derived([rangeOrigin, reservedOrigin, table.origin(of: .udp)])
    let total = ports.usable.count
    var uses: [UDPPortUse] = []
    // In the order of their addresses, then ports: a set for each address would take 8 KB, and
    // there may be as many addresses as sockets.
    var sorted = table.udp.sorted[...]
    while let first = sorted.first {
      let address = table.udp.groups[first].key.address
      let wildcard = ofWildcards[address.isIPv4 ? .anyIPv4 : .anyIPv6] ?? PortSet()
      var used = wildcard.count
      var last: UInt16?
      while let next = sorted.first, table.udp.groups[next].key.address == address {
        sorted.removeFirst()
        let port = table.udp.groups[next].key.port
        if port == last || !ports.usable.contains(port) || wildcard.contains(port) { continue }
        last = port
        used += 1
      }
      uses.append(
        UDPPortUse(
          address: address, portsUsed: used, portsTotal: .value(total, origin),
          percentUsed: .value(
            total == 0 ? 100 : 100 * Double(used) / Double(total), origin)))
    }
    return PartialList(uses, rest: rest)
  }

  private func device(
    of group: BoundGroup, _ transport: SocketRow.Transport
  ) -> Reading<String> {
    device(group.key.interface, transport, whereNone: "not bound to a device")
  }

  private func isInRange(_ port: Int) -> Reading<Bool> {
    derived(settings.portRange) { $0.contains(port) }
  }

  private func isReserved(_ port: Int) -> Reading<Bool> {
    derived(settings.reservedPorts) { $0.contains(Int64(port)) }
  }

  /// False where parity says nothing. Where it speaks, it takes an owner to know whether it may.
  private func likelyFixed(_ port: Int) -> Reading<Bool> {
    if let range = settings.portRange.value, range.contains(port), port & 1 == range.first & 1 {
      return .lacking(ownerNotLookedUp)
    }
    return derived(settings.portRange) { _ in false }
  }

  private func backlog(_ queue: BoundGroup.Queue?) -> Reading<Int> {
    guard let queue, table.source(of: .tcp) == .sockDiag else {
      return .lacking(.init("/proc/net/tcp does not show it"))
    }
    return .value(Int(queue.limit), origin)
  }

  private func drops(_ group: BoundGroup) -> Reading<Int> {
    group.drops.map { .value(Int(clamping: $0), table.origin(of: .udp, group.key.address)) }
      ?? .lacking(.init("the socket dump does not show it"))
  }

  private func v6Only(_ group: BoundGroup) -> Reading<Bool> {
    group.key.address.isIPv4 ? .absent("an IPv4 socket") : reading(group.v6Only)
  }

  private func reading(_ agreement: BoundGroup.Agreement) -> Reading<Bool> {
    switch agreement {
    // Only dumps show it.
    case .all(let value): .value(value, .dump("sock_diag"))
    case .mixed: .lacking(membersDisagree)
    case .notShown: .lacking(ownerNotLookedUp)
    }
  }
}

/// Why an option of a group of sockets has no one value.
let membersDisagree = Obstacle("members of the group disagree")
