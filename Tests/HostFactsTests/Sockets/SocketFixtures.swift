import CEL

@testable import HostFacts

extension SocketSettings {
  /// The kernel's defaults, other than told.
  static func test(
    _ range: ClosedRange<Int> = 32768...60999, reserved: [ClosedRange<Int64>] = [],
    reuse: Int = 2, timestamps: Int = 1
  ) -> SocketSettings {
    SocketSettings(
      portRange: .value(
        PortRange(first: range.lowerBound, last: range.upperBound), .dump("test")),
      reservedPorts: .value(IntegerSet(reserved), .dump("test")),
      twReuse: .value(reuse, .dump("test")), timestamps: .value(timestamps, .dump("test")))
  }
}

extension InetAddress {
  /// From four numbers.
  init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) {
    self.init(ipv4: a << 24 | b << 16 | c << 8 | d)
  }

  static let here = InetAddress(192, 0, 2, 1)
  static let there = InetAddress(192, 0, 2, 7)
  static let local = InetAddress(127, 0, 0, 1)
}

extension SocketRow {
  static func listener(_ address: InetAddress, _ port: UInt16) -> SocketRow {
    SocketRow(
      transport: .tcp, state: .listen, localAddress: address, localPort: port,
      remoteAddress: address.isIPv4 ? .anyIPv4 : .anyIPv6, remotePort: 0)
  }

  static func connection(
    _ local: InetAddress, _ localPort: Int, _ remote: InetAddress, _ remotePort: Int,
    _ state: SocketState = .established, age: Double? = nil
  ) -> SocketRow {
    var row = SocketRow(
      transport: .tcp, state: state, localAddress: local, localPort: UInt16(localPort),
      remoteAddress: remote, remotePort: UInt16(remotePort))
    row.inode = state == .established ? 1 : 0
    if let age {
      row.timer = 3
      row.remaining = UInt32(max(0, 60_000 - age * 1000))
    }
    return row
  }
}

extension SocketTable {
  /// With all parts read.
  static func complete(_ rows: [SocketRow], source: SocketSource = .sockDiag) -> SocketTable {
    var table = SocketTable(source: source)
    for row in rows { table.add(row) }
    for part in SocketPart.allCases { table.cover(part, .complete) }
    return table
  }
}
