import Testing

@testable import HostFacts

/// Rows are Linux 6.18's on a little-endian machine.
@Suite(.enabled(if: 1.littleEndian == 1, "the captured rows are little-endian"))
struct AnonymousRowsTests {
  private let anonymizer = Anonymizer(key: (1, 2))
  private static let header =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
  private static let listener =
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1"
  /// 192.0.2.1:40000 to 192.0.2.7:5432.
  private static let connection =
    "   1: 010200C0:9C40 070200C0:1538 01 00000000:00000000 00:00000000 00000000     0        0 4712 1"
  private static let ipv6 =
    "   0: B80D0120000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A "
    + "00000000:00000000 00:00000000 00000000     0        0 4713 1"

  private func rows(_ text: String, isIPv6: Bool = false, piece: Int = .max) -> String {
    var rows = AnonymousRows(isIPv6: isIPv6, anonymizer)
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      result += rows.consume(Array(rest.prefix(piece)))
      rest = rest.dropFirst(piece)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func parsed(_ text: String, isIPv6: Bool = false) -> [SocketRow] {
    var list = RowList()
    var parser = ProcNetTable(.tcp, isIPv6: isIPv6, live: false)
    _ = parser.consume(Array(text.utf8).span, into: &list)
    return list.rows
  }

  @Test func `rows keep all but their addresses`() throws {
    let text = "\(Self.header)\n\(Self.listener)\n\(Self.connection)\n"
    let other = rows(text)
    #expect(other.utf8.count == text.utf8.count)
    #expect(other.hasPrefix("\(Self.header)\n\(Self.listener)\n"))
    let row = try #require(parsed(other).last)
    var expected = try #require(parsed(text).last)
    #expect(expected.localAddress == .here)
    expected.localAddress = anonymizer(.here)
    expected.remoteAddress = anonymizer(.there)
    #expect(row == expected)
  }

  @Test func `rows of IPv6 too`() throws {
    let text = "\(Self.header)\n\(Self.ipv6)\n"
    let row = try #require(parsed(rows(text, isIPv6: true), isIPv6: true).first)
    let address = InetAddress(high: 0x2001_0db8 << 32, low: 1)
    #expect(parsed(text, isIPv6: true).first?.localAddress == address)
    #expect(row.localAddress == anonymizer(address))
    #expect(row.remoteAddress == .anyIPv6)
  }

  @Test func `the size of the pieces changes nothing`() {
    let text = "\(Self.header)\n\(Self.listener)\n\(Self.connection)\n"
    for piece in [1, 7, 100, 149] { #expect(rows(text, piece: piece) == rows(text)) }
  }

  @Test func `what is no row is dropped`() {
    let bad = [
      "192.0.2.1 is here", "   1: 010200C0", "   1: 010200C0:9C40",
      "   1: 010200GG:9C40 070200C0:1538 01",
      "   1: 010200C0:9C40 070200C0", String(repeating: "x", count: 2000), ":", "",
    ]
    for line in bad {
      #expect(rows("\(Self.header)\n\(line)\n") == "\(Self.header)\n", "\(line.prefix(40))")
    }
    // Cut off.
    #expect(rows("\(Self.header)\n\(Self.connection)") == "\(Self.header)\n")
  }
}
