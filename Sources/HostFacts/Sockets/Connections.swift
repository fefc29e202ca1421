/// The connections of a ``SocketTable`` sorted into inbound and outbound ones.
struct Connections {
  /// Outbound rows, those of a group together.
  private(set) var outbound: [ConnectionRow]
  /// `starts[g]..<starts[g + 1]` are the outbound rows of group g.
  private(set) var starts: [Int]
  /// By listener.
  private(set) var inbound: [InboundConnections]
  /// Local ports of inbound connections.
  private(set) var inboundPorts: PortSet
  private(set) var inboundCount: Int
  private(set) var inboundTimeWait: Int

  init(_ sockets: SocketTable) {
    inbound = sockets.inbound
    inboundPorts = sockets.inboundPorts
    var left = sockets.rows
    // /proc/net/tcp shows its connections before tcp6 shows the listeners that may be theirs.
    if sockets.index.count != sockets.listenersBeforeRows {
      left = Self.match(left, sockets, &inbound, &inboundPorts)
    }
    inboundCount = inbound.reduce(0) { $0 + $1.total }
    inboundTimeWait = inbound.reduce(0) { $0 + $1.timeWait }

    (outbound, starts) = Self.byGroup(left, groups: sockets.table.groups.count)
    if sockets.source(of: .tcp) == .proc {
      left = Self.withoutRepeats(outbound)
      if left.count < outbound.count {
        (outbound, starts) = Self.byGroup(left, groups: sockets.table.groups.count)
      }
    }
    let former = FormerListeners.find(rows: outbound, starts: starts, table: sockets.table)
    if former.isEmpty { return }
    left.removeAll(keepingCapacity: true)
    for row in outbound {
      let spot = FormerListeners.Spot(
        place: sockets.table.groups[row.group].place, port: row.localPort)
      if former.contains(spot) && row.state != .synSent {
        inboundPorts.insert(row.localPort)
        inboundCount += 1
        if row.state == .timeWait { inboundTimeWait += 1 }
      } else {
        left.append(row)
      }
    }
    (outbound, starts) = Self.byGroup(left, groups: sockets.table.groups.count)
  }

  /// Counts the rows that match a listener, and returns the others.
  private static func match(
    _ rows: [ConnectionRow], _ sockets: SocketTable, _ inbound: inout [InboundConnections],
    _ inboundPorts: inout PortSet
  ) -> [ConnectionRow] {
    var left: [ConnectionRow] = []
    for row in rows {
      let place = sockets.table.place(of: row.group)
      guard row.state != .synSent,
        let listener = sockets.index.listener(
          address: place.address, port: row.localPort, interface: place.interface)
      else {
        left.append(row)
        continue
      }
      inboundPorts.insert(row.localPort)
      inbound[listener].count(
        row.state, unread: row.flags.contains(.unread),
        unaccepted: row.flags.contains(.unaccepted), remaining: row.remaining)
    }
    return left
  }

  /// Without rows of a port that its group has already: `/proc/net/tcp` repeats rows where it grows
  /// while it is read.
  private static func withoutRepeats(_ rows: [ConnectionRow]) -> [ConnectionRow] {
    // Group, plus one, that was last seen with the port.
    var seen = [UInt32](repeating: 0, count: 65536)
    return rows.filter { row in
      let number = UInt32(row.group + 1)
      defer { seen[Int(row.localPort)] = number }
      return seen[Int(row.localPort)] != number
    }
  }

  /// A counting sort.
  private static func byGroup(
    _ rows: [ConnectionRow], groups: Int
  ) -> ([ConnectionRow], [Int]) {
    var starts = [Int](repeating: 0, count: groups + 1)
    for row in rows { starts[row.group + 1] += 1 }
    for group in 0..<groups { starts[group + 1] += starts[group] }
    var next = starts
    var sorted = rows
    for row in rows {
      sorted[next[row.group]] = row
      next[row.group] += 1
    }
    return (sorted, starts)
  }
}
