/// Which ports outbound connections hold, and which explicit binds take from all of them.
///
/// The terms are those of the rules: a group's U, R and E, and what is blocked. See
/// ``Destination`` and ``PortPool``.
struct PortUse {
  private let connections: Connections
  private let table: GroupTable
  private let ports: EphemeralPorts
  private let reuse: TimeWaitReuse
  /// Ports of the total with a listener, an idle bound socket or an accepted connection.
  private let bound: PortSet
  /// Ports of the total with a bind() before connect().
  private(set) var boundBeforeConnect = PortSet()
  /// For each port of the range the group, plus one, that alone holds it by a bind() before
  /// connect(); 0 none.
  private var binder: [UInt32]

  private static let severalBinders = UInt32.max

  /// `kept`: the groups that may be so large that their preferred half is full.
  init(
    connections: Connections, table: GroupTable, ports: EphemeralPorts, reuse: TimeWaitReuse,
    bound: PortSet, kept: Set<Int>
  ) {
    self.connections = connections
    self.table = table
    self.ports = ports
    self.reuse = reuse
    self.bound = bound.intersection(ports.usable)
    binder = [UInt32](repeating: 0, count: ports.range.size)
    let fullForAll = ports.preferredHalfIsFull(of: self.bound)
    for group in table.groups.indices {
      let rows = connections.starts[group]..<connections.starts[group + 1]
      if rows.isEmpty || fullForAll { continue }
      guard takesWhatBindTakes(connections.outbound[rows]) else { continue }
      if kept.contains(group) {
        var taken = held(by: group).held
        taken.formUnion(self.bound)
        // Past the knee plain connect() takes this parity too, and blocks nobody else.
        if ports.preferredHalfIsFull(of: taken) { continue }
      }
      for row in connections.outbound[rows] {
        let port = row.localPort
        guard ports.usable.contains(port), !ports.preferred.contains(port), row.state.isOpen,
          !row.flags.contains(.bindAddressNoPort)
        else { continue }
        let number = UInt32(group + 1)
        let place = Int(port) - ports.range.first
        let isAlone = boundBeforeConnect.insert(port) || binder[place] == number
        binder[place] = isAlone ? number : Self.severalBinders
      }
    }
  }

  /// Whether a group's ports are those that bind() to port 0 takes first, with hardly one of those
  /// that connect() does. After a burst past the knee plain connections are left on both.
  private func takesWhatBindTakes(_ rows: ArraySlice<ConnectionRow>) -> Bool {
    var other = 0
    var preferred = 0
    for row in rows where ports.usable.contains(row.localPort) {
      if ports.preferred.contains(row.localPort) { preferred += 1 } else { other += 1 }
    }
    return preferred * 100 <= 3 * (preferred + other)
  }

  var blocked: PortSet {
    var set = boundBeforeConnect
    set.formUnion(bound)
    return set
  }

  /// U, R and E of a group.
  func held(by group: Int) -> (used: PortSet, reusable: Int, held: PortSet) {
    let place = table.place(of: group)
    let remote = table.groups[group].remoteAddress
    var used = PortSet()
    var held = PortSet()
    for index in connections.starts[group]..<connections.starts[group + 1] {
      let row = connections.outbound[index]
      guard ports.usable.contains(row.localPort) else { continue }
      used.insert(row.localPort)
      let isReusable =
        row.state == .timeWait && reuse.age(row) >= reuse.delay
        && reuse.applies(
          local: place.address, remote: remote,
          onLoopbackDevice: row.flags.contains(.onLoopbackDevice))
      if !isReusable { held.insert(row.localPort) }
    }
    return (used, used.count - held.count, held)
  }

  /// What a group holds and leaves.
  struct GroupUse {
    var reusable: Int
    var held: Int
    var blockedByOthers: Int
    var available: Int
    var free: Int
    var preferredHeld: Int
  }

  /// `blocked` is ``blocked``, computed once for all groups.
  func use(of group: Int, blocked: PortSet) -> GroupUse {
    let (_, reusable, held) = held(by: group)
    var own = PortSet()
    for index in connections.starts[group]..<connections.starts[group + 1] {
      let port = connections.outbound[index].localPort
      if boundBeforeConnect.contains(port), !bound.contains(port),
        binder[Int(port) - ports.range.first] == UInt32(group + 1)
      {
        own.insert(port)
      }
    }
    let byOthers = blocked.subtracting(own)
    return GroupUse(
      reusable: reusable, held: held.count, blockedByOthers: byOthers.count,
      // What the group holds it has, whoever else has bound it.
      available: ports.usable.subtracting(byOthers.subtracting(held)).count,
      free: ports.usable.subtracting(blocked).subtracting(held).count,
      preferredHeld: held.intersection(ports.preferred).count)
  }
}

extension SocketState {
  /// Whether a process still has the connection. What it has closed may be what a burst past the
  /// knee left behind, so such a row is no evidence of a bind().
  fileprivate var isOpen: Bool {
    switch self {
    case .established, .synSent, .synReceived, .newSynReceived, .closeWait: true
    default: false
    }
  }
}
