/// Tells the connections of a listener that has stopped from outbound ones.
///
/// They stay behind without a listener to match. Inbound ones share one local address and port,
/// come from remote ports that are almost all different, and each has a group of its own.
/// An outbound client that uses one local port many times goes to few remote ports; where it goes
/// to many (backends on dynamic ports), its groups have several rows and its local ports are
/// all used about equally.
enum FormerListeners {
  /// A local address and port, as place and port.
  struct Spot: Hashable, Sendable {
    var place: UInt32
    var port: UInt16
  }

  static let fewestRows = 8

  /// `starts[g]..<starts[g + 1]` are the rows of group g.
  static func find(
    rows: [ConnectionRow], starts: [Int], table: GroupTable
  ) -> Set<Spot> {
    // Place, local port and remote port of each row that is alone in its group.
    var alone: [UInt64] = []
    for group in table.groups.indices where starts[group + 1] - starts[group] == 1 {
      let key = table.groups[group]
      let row = rows[starts[group]]
      alone.append(
        UInt64(key.place) << 32 | UInt64(row.localPort) << 16 | UInt64(key.remotePort))
    }
    guard alone.count >= fewestRows else { return [] }
    alone.sort()

    var rowsOfPort = [UInt32](repeating: 0, count: 65536)
    for row in rows { rowsOfPort[Int(row.localPort)] += 1 }
    let fewest = max(fewestRows, 8 * typical(rowsOfPort))
    var candidates: [Spot: Int] = [:]
    var start = 0
    while start < alone.count {
      let spot = alone[start] >> 16
      var end = start + 1
      var distinct = 1
      while end < alone.count && alone[end] >> 16 == spot {
        if alone[end] != alone[end - 1] { distinct += 1 }
        end += 1
      }
      if end - start >= fewest && distinct * 10 >= (end - start) * 9 {
        let port = UInt16(truncatingIfNeeded: spot)
        candidates[Spot(place: UInt32(spot >> 16), port: port)] = end - start
      }
      start = end
    }
    if candidates.isEmpty { return [] }

    var total: [Spot: Int] = [:]
    for row in rows {
      let spot = Spot(place: table.groups[row.group].place, port: row.localPort)
      if candidates[spot] != nil { total[spot, default: 0] += 1 }
    }
    return Set(candidates.filter { $0.value * 10 >= total[$0.key, default: 0] * 9 }.keys)
  }

  /// Median of the rows on each used local port; 0 where so few ports are used that listeners may
  /// be most of them.
  private static func typical(_ rowsOfPort: [UInt32]) -> Int {
    let used = rowsOfPort.filter { $0 > 0 }.sorted()
    return used.count < 64 ? 0 : Int(used[used.count / 2])
  }
}
