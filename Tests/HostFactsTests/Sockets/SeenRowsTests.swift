import Testing

@testable import HostFacts

struct SeenRowsTests {
  @Test func `each connection is new once, through growth`() {
    var seen = SeenRows()
    let rows = (0..<20_000).map { (number: Int) -> SocketRow in
      let local = InetAddress(127, 0, 0, UInt32(number % 2))
      let remote = InetAddress(ipv4: UInt32(number / 14))
      return .connection(local, number % 7, remote, number % 14 < 7 ? 443 : 80)
    }
    var count = 0
    for row in rows where seen.insert(row) { count += 1 }
    #expect(count == Set(rows).count)
    for var row in rows {
      // It may have closed since.
      row.state = .timeWait
      row.inode = 0
      let isNew = seen.insert(row)
      #expect(!isNew)
    }
  }

  @Test func `sockets that share an address are told apart by their inodes`() {
    var seen = SeenRows()
    var listener = SocketRow.listener(.anyIPv4, 80)
    for (inode, isNew) in [(UInt64(7), true), (8, true), (7, false), (0, true), (0, true)] {
      listener.inode = inode
      let answer = seen.insert(listener)
      #expect(answer == isNew)
    }
    // One on each of two links.
    let link = InetAddress(high: 0xfe80 << 48, low: 1)
    let first = seen.insert(.connection(link, 1, link, 443))
    let second = seen.insert(.connection(link, 1, link, 443))
    #expect(first && second)
  }

  @Test func `rows that proc repeats count once`() {
    let rows: [SocketRow] = [
      .listener(.anyIPv4, 80), .connection(.here, 80, .there, 40000),
      .connection(.here, 40000, .there, 443), .connection(.here, 40001, .there, 443, .timeWait),
    ]
    var table = SocketTable(source: .proc)
    for row in rows + rows.dropFirst() { table.add(row) }
    for part in SocketPart.allCases { table.cover(part, .complete) }
    let facts = table.sockets(settings: .test())
    #expect(facts.tcp.value == 4)
    #expect(facts.inbound.value == 1)
    #expect(facts.outbound.value == 2)
    #expect(facts.states.value?.timeWait == 1)
  }
}
