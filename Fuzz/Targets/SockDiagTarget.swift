@testable import HostFacts

/// A datagram of sock_diag(7).
enum SockDiagTarget {
  static func run(_ bytes: [UInt8]) {
    for transport in [SocketRow.Transport.tcp, .udp] { _ = rows(bytes, transport) }
  }

  static func rows(_ bytes: [UInt8], _ transport: SocketRow.Transport) -> [SocketRow] {
    // The kernel repeats the request's number; here the first message says which that was.
    let sequence = bytes.dropFirst(8).prefix(4).reversed().reduce(UInt32(0)) {
      $0 << 8 | UInt32($1)
    }
    var list = RowList()
    let result = SockDiagReply.parse(
      bytes.span, transport: transport, sequence: sequence, into: &list)
    require(result.rows == list.rows.count, "\(result.rows) rows said")
    // A header of 16 bytes and 72 of a socket.
    require(
      result.rows <= bytes.count / 88 && result.malformedRows <= bytes.count / 16,
      "\(result) of \(bytes.count) bytes")
    return list.rows
  }
}
