import Testing

@testable import HostFacts

struct GroupTableTests {
  @Test func `numbers are given once, through growth`() {
    var table = GroupTable()
    let rows = (0..<20_000).map { number in
      SocketRow.connection(
        InetAddress(127, 0, 0, UInt32(number % 3)), 1, InetAddress(ipv4: UInt32(number / 3)), 443)
    }
    for (number, row) in rows.enumerated() { #expect(table.number(of: row) == number) }
    for (number, row) in rows.enumerated() { #expect(table.number(of: row) == number) }
    #expect(table.places.count == 3)
    #expect(table.place(of: 4).address == InetAddress(127, 0, 0, 1))
  }

  @Test func `the remote port and the device of link-local addresses are part of it`() {
    var table = GroupTable()
    let link = InetAddress(high: 0xfe80 << 48, low: 1)
    var row = SocketRow.connection(link, 1, link, 443)
    #expect(table.number(of: row) == 0)
    row.interface = 2
    #expect(table.number(of: row) == 1)
    row.remotePort = 444
    #expect(table.number(of: row) == 2)
    var other = SocketRow.connection(.here, 1, .there, 443)
    #expect(table.number(of: other) == 3)
    other.interface = 2
    #expect(table.number(of: other) == 3)
  }

  @Test func `eight bytes keep what is needed of a row`() {
    var row = SocketRow.connection(.here, 65535, .there, 443, .timeWait)
    row.remaining = 59_980
    row.bindAddressNoPort = true
    row.interface = 1
    row.receiveQueue = 1
    let small = ConnectionRow(group: ConnectionRow.groupLimit - 1, row: row)
    #expect(small.group == ConnectionRow.groupLimit - 1)
    #expect(small.localPort == 65535)
    #expect(small.state == .timeWait)
    #expect(small.remaining == 59_980)
    #expect(small.flags == [.unread, .unaccepted, .bindAddressNoPort, .onLoopbackDevice])
    row.remaining = .max
    #expect(ConnectionRow(group: 0, row: row).remaining == 655_350)
  }
}
