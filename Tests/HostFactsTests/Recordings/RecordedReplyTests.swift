import CLinuxShims
import Testing

@testable import HostFacts

/// Datagrams are Linux 6.18's on a little-endian machine.
@Suite(.enabled(if: 1.littleEndian == 1, "the captured bytes are little-endian"))
struct RecordedReplyTests {
  /// 192.0.2.1:40000 to 192.0.2.7:5432 with an attribute that becomes a fact and one that holds a
  /// secret (INET_DIAG_MD5SIG, 18).
  private static let connection: [UInt8] =
    [104, 0, 0, 0, 20, 0, 2, 0, 5, 0, 0, 0, 0, 0, 0, 0]
    + [2, 1, 0, 0, 0x9c, 0x40, 0x15, 0x38, 192, 0, 2, 1] + zeros(12) + [192, 0, 2, 7] + zeros(12)
    + zeros(32) + [6, 0, 22, 0, 0x52, 1, 0, 0] + [8, 0, 18, 0, 1, 2, 3, 4]
  private static let done: [UInt8] = [20, 0, 0, 0, 3, 0, 2, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  private func rows(_ bytes: [UInt8]) -> [SocketRow] {
    var list = RowList()
    _ = SockDiagDump.tcpConnections.parse(bytes.span, into: &list)
    return list.rows
  }

  @Test func `attributes that are no facts become zeros`() {
    let cleaned = RecordedReply.cleaned(Self.connection + Self.done, nil)
    #expect(cleaned.prefix(100) == Self.connection.prefix(100))
    #expect(cleaned[100..<104] == [0, 0, 0, 0])
    #expect(cleaned.suffix(20) == Self.done[...])
    #expect(rows(cleaned).first?.bindAddressNoPort == true)
  }

  @Test func `addresses are replaced and ports are not`() throws {
    let anonymizer = Anonymizer(key: (1, 2))
    let row = try #require(rows(RecordedReply.cleaned(Self.connection, anonymizer)).first)
    #expect(row.localAddress == anonymizer(.here))
    #expect(row.remoteAddress == anonymizer(.there))
    #expect(row.localPort == 40000)
    #expect(row.remotePort == 5432)
  }

  @Test func `what is cut off is dropped`() {
    let anonymizer = Anonymizer(key: (1, 2))
    for count in 0..<Self.connection.count {
      #expect(RecordedReply.cleaned(Array(Self.connection.prefix(count)), anonymizer).isEmpty)
    }
    // A row too short for its addresses.
    let short: [UInt8] = [24, 0, 0, 0, 20, 0, 2, 0] + Self.zeros(8) + [192, 0, 2, 1, 192, 0, 2, 7]
    #expect(RecordedReply.cleaned(short, anonymizer).suffix(8) == Self.zeros(8)[...])
  }

  @Test func `whole messages end where the next begins`() {
    let both = Self.connection + Self.done
    #expect(RecordedReply.wholeMessages(both) == 124)
    #expect(RecordedReply.wholeMessages(Array(both.dropLast())) == 104)
    #expect(RecordedReply.wholeMessages(Array(both.prefix(103))) == 0)
    #expect(RecordedReply.wholeMessages([]) == 0)
    // Lengths that no message has.
    #expect(RecordedReply.wholeMessages([0, 0, 0, 0, 1]) == 5)
    #expect(RecordedReply.wholeMessages([255, 255, 255, 255]) == 4)
  }

  @Test func `each dump has its own number and file`() {
    #expect(Set(SockDiagDump.allCases.map(\.fileName)).count == SockDiagDump.allCases.count)
    #expect(!SockDiagDump.allCases.contains { $0.rawValue == 0 })
  }
}
