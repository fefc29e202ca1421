import Testing

@testable import HostFacts

/// Datagrams are Linux 6.18's on a little-endian machine.
@Suite(.enabled(if: 1.littleEndian == 1, "the captured bytes are little-endian"))
struct SockDiagReplyTests {
  /// A listener on 127.0.0.1:5000, backlog 7, with its attributes, inode 28096; sequence 7.
  private static let listener: [UInt8] =
    [0x80, 0, 0, 0, 18, 0, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0]
    + [2, 10, 0, 0, 0x13, 0x88, 0, 0, 127, 0, 0, 1] + zeros(12) + zeros(16)
    + [0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0]
    + [0xe8, 3, 0, 0, 0xc0, 0x6d, 0, 0]
    + [5, 0, 8, 0, 0, 0, 0, 0] + [8, 0, 15, 0, 0, 0, 0, 0]
    + [12, 0, 21, 0, 1, 0, 0, 0, 2, 0, 0, 0] + [6, 0, 22, 0, 0x52, 1, 0, 0] + zeros(4)
  private static let done: [UInt8] = [20, 0, 0, 0, 3, 0, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  private static func parse(
    _ bytes: [UInt8], sequence: UInt32 = 7
  ) -> (SockDiagReply.Result, [SocketRow]) {
    var list = RowList()
    let result = SockDiagReply.parse(
      bytes.span, transport: .tcp, sequence: sequence, into: &list)
    return (result, list.rows)
  }

  @Test func `a listener with its attributes`() throws {
    let (result, rows) = Self.parse(Self.listener + Self.done)
    #expect(result == .init(outcome: .done, rows: 1))
    let row = try #require(rows.first)
    #expect(row.state == .listen)
    #expect(row.localAddress == .local)
    #expect(row.localPort == 5000)
    #expect(row.remoteAddress == .anyIPv4)
    #expect(row.receiveQueue == 3)
    #expect(row.sendQueue == 7)
    #expect(row.uid == 1000)
    #expect(row.inode == 28096)
    #expect(row.cookie == 1 << 32 | 5 - (1 << 32) + 0 || row.cookie == 4_294_967_301)
    #expect(row.cgroupID == 0x2_0000_0001)
    #expect(row.bindAddressNoPort == true)
    #expect(row.v6Only == nil)
  }

  @Test func `a closed TCP socket is one that is only bound`() throws {
    var bytes = Self.listener
    bytes[17] = 7
    #expect(Self.parse(bytes).1.map(\.state) == [.boundInactive])
    bytes[17] = 13
    #expect(Self.parse(bytes).1.map(\.state) == [.boundInactive])
  }

  @Test func `a dump goes on until its end`() {
    #expect(Self.parse(Self.listener).0.outcome == .more)
    #expect(Self.parse([]).0.outcome == .more)
    #expect(Self.parse(Self.done).0.outcome == .done)
  }

  @Test func `errors of either kind are told`() {
    var refused = Self.done
    refused[4] = 2
    refused.replaceSubrange(16..<20, with: [0xff, 0xff, 0xff, 0xff])
    #expect(Self.parse(refused).0.outcome == .failed(1))
    refused[4] = 3
    #expect(Self.parse(refused).0.outcome == .failed(1))
    refused.replaceSubrange(16..<20, with: [0, 0, 0, 0x80])
    #expect(Self.parse(refused).0.outcome == .failed(.max))
    #expect(
      Self.parse(Self.message(type: 2, body: [])).0.outcome
        == .malformed("an error without its number"))
    #expect(
      Self.parse(Self.message(type: 4, body: [])).0.outcome
        == .malformed("the kernel reports lost messages"))
  }

  @Test func `a dump that the tables outran is told`() {
    var listener = Self.listener
    listener[6] = 0x12
    let (result, rows) = Self.parse(listener + Self.done)
    #expect(result.isInterrupted)
    #expect(rows.count == 1)
  }

  @Test func `answers to others are skipped`() {
    #expect(Self.parse(Self.listener + Self.done, sequence: 8).0 == .init(outcome: .more))
  }

  @Test func `messages that lie about their length end the datagram`() {
    for length in [0, 15, 200, 0xffff_ffff] as [UInt32] {
      var listener = Self.listener
      listener.replaceSubrange(0..<4, with: length.nativeBytes)
      let (result, rows) = Self.parse(listener)
      #expect(result.outcome == .malformed("a message says that it has \(length) bytes"))
      #expect(rows.isEmpty)
    }
    let (result, rows) = Self.parse(Self.listener + [1, 2, 3])
    #expect(result.outcome == .malformed("a message is cut off in its header"))
    #expect(rows.count == 1)
  }

  @Test func `a message that is no socket is counted`() {
    for (index, value) in [(16, 99), (17, 0), (17, 77)] as [(Int, UInt8)] {
      var listener = Self.listener
      listener[index] = value
      #expect(Self.parse(listener + Self.done).0 == .init(outcome: .done, malformedRows: 1))
    }
    let short = Self.message(type: 20, body: Self.zeros(71))
    #expect(Self.parse(short).0.malformedRows == 1)
  }

  @Test func `attributes that lie about their length are left out`() {
    for length in [0, 3, 60, 0xffff] as [UInt16] {
      var listener = Self.listener
      listener.replaceSubrange(88..<90, with: length.nativeBytes)
      let (result, rows) = Self.parse(listener + Self.done)
      #expect(result.rows == 1)
      #expect(rows.first?.cgroupID == nil)
    }
    // A value that is too short for its type.
    var listener = Self.listener
    listener.replaceSubrange(104..<108, with: [8, 0, 21, 0])
    #expect(Self.parse(listener).1.first?.cgroupID == nil)
  }

  @Test func `any bytes are survived`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5000 {
      var bytes = Self.listener + Self.listener + Self.done
      for _ in 0..<Int.random(in: 1...10, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      let end = Int.random(in: 0...bytes.count, using: &generator)
      #expect(Self.parse(Array(bytes[..<end])).1.count <= 2)
    }
  }

  private static func message(type: UInt16, body: [UInt8]) -> [UInt8] {
    UInt32(16 + body.count).nativeBytes + type.nativeBytes + [2, 0, 7, 0, 0, 0, 0, 0, 0, 0] + body
  }
}
