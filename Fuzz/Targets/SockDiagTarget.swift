import CEL

@testable import HostFacts

/// A datagram of sock_diag(7): its sockets become facts, which must be as the schema says.
enum SockDiagTarget {
  static func run(_ bytes: [UInt8]) {
    // The kernel repeats the request's number; here the first message says which that was.
    guard bytes.count >= 16 else {
      _ = parse(bytes, .tcp, sequence: 0)
      return
    }
    let sequence = bytes[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let rows =
      parse(bytes, .tcp, sequence: sequence) + parse(bytes, .udp, sequence: sequence)
    guard !rows.isEmpty else { return }

    var table = SocketTable(source: .sockDiag)
    for row in rows { table.add(row) }
    for part in SocketPart.allCases { table.cover(part, .complete) }
    let facts = table.sockets(settings: settings, interfaceName: { _ in nil }).factValue
    if let problem = TypeCheck(schema: Host.schema).problem(facts, Sockets.factType, at: "sockets")
    {
      require(false, problem)
    }
  }

  private static func parse(
    _ bytes: [UInt8], _ transport: SocketRow.Transport, sequence: UInt32
  ) -> [SocketRow] {
    var list = RowList()
    let result = SockDiagReply.parse(
      bytes.span, transport: transport, sequence: sequence, into: &list)
    require(result.rows == list.rows.count, "\(result.rows) rows said")
    // A header of 16 bytes and 72 of a socket.
    require(result.rows <= bytes.count / 88, "\(result.rows) rows in \(bytes.count) bytes")
    return list.rows
  }

  private static let settings = SocketSettings(
    portRange: .value(PortRange(first: 32768, last: 60999), .dump("fuzz")),
    reservedPorts: .value(IntegerSet([40000...40010]), .dump("fuzz")),
    twReuse: .value(2, .dump("fuzz")), timestamps: .value(1, .dump("fuzz")))
}
