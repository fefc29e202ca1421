import CEL
import Testing

@testable import HostFacts

/// Texts are Linux 6.18's, shortened to few rows.
struct ProcNetTests {
  private static let tcp = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
       0: 0100007F:1388 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 28096 1 00000000ea8a27ef 100 0 0 10 0                     
       1: 0100007F:C43C 0100007F:1388 01 00000007:00000000 01:00000014 00000000     0        0 28100 2 000000005f33aace 20 0 0 10 -1                     
       2: 0100007F:1388 0100007F:C43E 06 00000000:00000000 03:0000176E 00000000     0        0 0 3 0000000085d0aee7                                      
       3: 0100007F:138B 0100007F:9C2A 03 00000000:00000000 01:00000040 00000000     0        0 0 1 0000000000000000                                      
       4: 0100007F:9C2C 0100007F:1389 05 00000000:00000000 03:00001753 00000000     0        0 0 3 0000000000000000                                      
    10007: 0100007F:9C2E 0100007F:1389 08 00000000:00000001 00:00000000 00000000 4294967290        0 4026531992 1 0000000085d0aee7 20 4 30 10 -1        

    """
  private static let tcp6 = """
      sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 00000000000000000000000000000000:1389 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 28097 1 0000000070d07f5c 100 0 0 10 0
       1: 0000000000000000FFFF00000100007F:1389 0000000000000000FFFF00000100007F:C4D2 01 00000000:00000000 00:00000000 00000000     0        0 28105 1 00000000e7a0a97c 20 0 0 10 -1
       2: B80D0120000000000000000001000000:1389 B80D0120000000000000000002000000:C4D2 06 00000000:00000000 03:000003E8 00000000     0        0 0 3 00000000e7a0a97c

    """
  private static let udp = """
       sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            
     7800: 0100007F:0035 00000000:0000 07 00000000:00000300 00:00000000 00000000   101        0 28112 2 000000005866c4b0 12         
    17801: 0100007F:8235 0100007F:0035 01 00000000:00000000 00:00000000 00000000   101        0 28113 2 000000005866c4b0 0         

    """

  /// Parses a text that comes in pieces of so many bytes.
  private static func rows(
    _ text: String, udp: Bool = false, isIPv6: Bool = false, pieces: Int = .max
  ) -> (rows: [SocketRow], malformed: Int) {
    rows(Array(text.utf8), udp: udp, isIPv6: isIPv6, pieces: pieces)
  }

  private static func rows(
    _ bytes: [UInt8], udp: Bool = false, isIPv6: Bool = false, pieces: Int = .max
  ) -> (rows: [SocketRow], malformed: Int) {
    var list = RowList()
    var parser = ProcNetText(transport: udp ? .udp : .tcp, isIPv6: isIPv6)
    var start = 0
    while start < bytes.count {
      let end = start + min(pieces, bytes.count - start)
      parser.consume(bytes.span.extracting(start..<end), into: &list)
      start = end
    }
    parser.finish()
    #expect(parser.rows == list.rows.count)
    return (list.rows, parser.malformed)
  }

  @Test func `rows of tcp`() throws {
    let (rows, malformed) = Self.rows(Self.tcp)
    #expect(malformed == 0)
    try #require(rows.count == 6)
    #expect(
      rows.map(\.state) == [
        .listen, .established, .timeWait, .synReceived, .finWait2, .closeWait,
      ])
    #expect(rows[0].localAddress == .local)
    #expect(rows[0].localPort == 5000)
    #expect(rows[0].remoteAddress == .anyIPv4)
    #expect(rows[0].receiveQueue == 3)
    #expect(rows[0].uid == 1000)
    #expect(rows[0].inode == 28096)
    #expect(rows[1].remotePort == 5000)
    #expect(rows[1].sendQueue == 7)
    #expect(rows[1].timer == 1)
    #expect(rows[1].remaining == 200)
    #expect(rows[2].timer == 3)
    #expect(rows[2].remaining == 59_980)
    #expect(rows[2].inode == 0)
    #expect(rows[5].uid == 4_294_967_290)
    #expect(rows[5].inode == 4_026_531_992)
    #expect(rows[5].cookie == nil)
  }

  @Test func `rows of tcp6, with IPv4 folded`() throws {
    let (rows, malformed) = Self.rows(Self.tcp6, isIPv6: true)
    #expect(malformed == 0)
    try #require(rows.count == 3)
    #expect(rows[0].localAddress == .anyIPv6)
    #expect(rows[0].state == .listen)
    #expect(rows[1].localAddress == .local)
    #expect(rows[1].remotePort == 50386)
    #expect(rows[2].localAddress.description == "2001:db8::1")
    #expect(rows[2].remoteAddress.description == "2001:db8::2")
    #expect(rows[2].remaining == 10_000)
  }

  @Test func `rows of udp with drops`() throws {
    let (rows, malformed) = Self.rows(Self.udp, udp: true)
    #expect(malformed == 0)
    try #require(rows.count == 2)
    #expect(rows[0].transport == .udp)
    #expect(rows[0].localPort == 53)
    #expect(rows[0].receiveQueue == 0x300)
    #expect(rows[0].drops == 12)
    #expect(rows[0].uid == 101)
    #expect(rows[1].drops == 0)
    #expect(rows[1].remotePort == 53)
  }

  @Test(arguments: [1, 2, 7, 64, 149, 150, 151, 600])
  func `pieces of any size give the same rows`(size: Int) {
    #expect(Self.rows(Self.tcp, pieces: size).rows == Self.rows(Self.tcp).rows)
    #expect(Self.rows(Self.tcp, pieces: size).malformed == 0)
    let tcp6 = Self.rows(Self.tcp6, isIPv6: true, pieces: size)
    #expect(tcp6.rows == Self.rows(Self.tcp6, isIPv6: true).rows)
    let udp = Self.rows(Self.udp, udp: true, pieces: size)
    #expect(udp.rows == Self.rows(Self.udp, udp: true).rows)
  }

  @Test func `spaces at the ends of lines do not matter`() {
    let stripped = Self.tcp.split(separator: "\n").map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    #expect(Self.rows(stripped.joined(separator: "\n") + "\n").rows == Self.rows(Self.tcp).rows)
  }

  @Test(arguments: [
    "nonsense",
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0",
    "   0: 0100007f:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 0G 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 FF 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 00 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     x        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000    -1        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000 4294967296        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 99999999999999999999 1 0",
    "   0: 0100007F 1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:100000000 00000000     0        0 1 1 0",
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 0000000x     0        0 1 1 0",
  ])
  func `a line that is no row is counted and the next one is read`(line: String) {
    let rows = Self.tcp.split(separator: "\n")
    let text = [String(rows[0]), line, String(rows[1])].joined(separator: "\n") + "\n"
    for size in [1, 50, 100_000] {
      let result = Self.rows(text, pieces: size)
      #expect(result.malformed == 1)
      #expect(result.rows.map(\.localPort) == [5000])
    }
  }

  @Test func `a row that is cut off in RETRNSMT is not continued in the next line`() {
    let cut =
      "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00\n 7800  101  0 7 1 0\n"
    for size in [1, 50, 100_000] {
      let result = Self.rows("header\n" + cut, pieces: size)
      #expect(result.rows.isEmpty)
      #expect(result.malformed == 2)
    }
  }

  @Test(arguments: [false, true])
  func `bytes of zero are no address, whatever row they follow`(isIPv6: Bool) {
    let lines = (isIPv6 ? Self.tcp6 : Self.tcp).split(separator: "\n").map(String.init)
    let address = lines[2].split(separator: " ")[1].prefix { $0 != ":" }
    let bad = String(repeating: "\0", count: address.count)
    let zeros = lines[2].replacing(address + ":", with: bad + ":", maxReplacements: 1)
    let broken = lines[2].replacing(address + ":", with: address.dropLast() + "x:")
    for before in [lines[1], lines[2], broken, zeros] {
      let text = [lines[0], before, zeros, lines[1]].joined(separator: "\n") + "\n"
      let (rows, malformed) = Self.rows(text, isIPv6: isIPv6)
      #expect(rows.count + malformed == 3)
      #expect(malformed == (before == broken || before == zeros ? 2 : 1))
      #expect(rows.last?.state == .listen)
    }
  }

  @Test func `a line without end is dropped up to its newline`() {
    let rows = Self.tcp.split(separator: "\n")
    let long = String(repeating: "0", count: 100_000)
    let text = [String(rows[0]), long, String(rows[1])].joined(separator: "\n") + "\n"
    for size in [333, 4096, 1_000_000] {
      let result = Self.rows(text, pieces: size)
      #expect(result.malformed == 1)
      #expect(result.rows.count == 1)
    }
  }

  @Test func `a table that is cut off says so`() {
    let result = Self.rows(String(Self.tcp.prefix(400)))
    #expect(result.rows.count == 1)
    #expect(result.malformed == 1)
  }

  @Test func `any bytes are survived`() {
    var generator = SystemRandomNumberGenerator()
    let text = Array(Self.tcp.utf8)
    for _ in 0..<2000 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...20, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      let end = Int.random(in: 0...bytes.count, using: &generator)
      let result = Self.rows(Array(bytes[..<end]), pieces: .random(in: 1...300, using: &generator))
      #expect(result.rows.count <= 7)
    }
  }

  @Test(arguments: [false, true])
  func `any byte in any column makes another row or none`(isIPv6: Bool) throws {
    let lines = (isIPv6 ? Self.tcp6 : Self.tcp).split(separator: "\n").map { Array($0.utf8) }
    let whole = lines[2]
    let head = try #require(whole.firstIndex(of: UInt8(ascii: ":")))
    let address = isIPv6 ? 32 : 8
    let tail = head + 2 * address + 8
    // Both addresses and ports, the queues, the timer, what it counts, and RETRANS; of the state and
    // the timer's kind the rest decides.
    let digits = [
      head + 2..<head + 2 + address, head + 3 + address..<head + 7 + address,
      head + 8 + address..<tail, tail + 1..<tail + 5, tail + 6..<tail + 8, tail + 9..<tail + 17,
      tail + 18..<tail + 26, tail + 27..<tail + 29, tail + 30..<tail + 38, tail + 39..<tail + 47,
    ]
    for column in head..<tail + 48 {
      let isDigit = digits.contains { $0.contains(column) }
      for byte in UInt8.min ... .max where byte != UInt8(ascii: "\n") {
        var line = whole
        line[column] = byte
        let rows = Self.rows(lines[0] + [0x0a] + line + [0x0a], isIPv6: isIPv6).rows
        let isHexadecimal = (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte)
        var isRow = isDigit ? isHexadecimal : byte == whole[column]
        if (tail + 6..<tail + 8).contains(column), isRow {
          let code = UInt8(String(decoding: line[tail + 6..<tail + 8], as: UTF8.self), radix: 16)
          isRow = code.flatMap(SocketState.init(rawValue:)) != nil
        }
        #expect((rows.count == 1) == isRow, "\(byte) in column \(column)")
      }
    }
  }

  @Test func `every digit in every place is decoded`() {
    for place in 0..<8 {
      for (value, digit) in "0123456789ABCDEF".utf8.enumerated() {
        let shift = UInt64(8 * place)
        let text = 0x3030_3030_3030_3030 & ~(0xff << shift) | UInt64(digit) << shift
        #expect(ProcNetRow.hexadecimal32(text) == UInt32(value) << UInt32(4 * (7 - place)))
      }
    }
  }

  @Test func `rows of several widths and a newline inside one`() {
    let rows = Self.tcp.split(separator: "\n").map(String.init)
    // The second row is as wide as the first only with what follows it.
    let joined = [rows[0], rows[1], "   1: 0100007F:C43C", rows[2], rows[3] + "  ", rows[1]]
    let result = Self.rows(joined.joined(separator: "\n") + "\n")
    #expect(result.malformed == 1)
    #expect(result.rows.map(\.localPort) == [5000, 50236, 5000, 5000])
    let cut = Array(rows[1].utf8)
    for column in 92..<cut.count {
      var line = cut
      line[column] = 0x0a
      let rows = Self.rows(Array((rows[0] + "\n").utf8) + cut + [0x0a] + line + [0x0a])
      #expect(rows.rows.count == 2, "a newline in column \(column)")
      #expect(rows.malformed == 1)
    }
  }

  @Test func `a live table ends at a read with room for another row`() {
    var list = RowList()
    let full = [UInt8](repeating: 0, count: 4050)
    let last = [UInt8](repeating: 0, count: 3000)
    var live = ProcNetTable(.tcp, isIPv6: false, live: true)
    #expect(live.consume(full.span, into: &list))
    #expect(!live.consume(last.span, into: &list))
    var recorded = ProcNetTable(.tcp, isIPv6: false, live: false)
    #expect(recorded.consume(last.span, into: &list))
    var late = ProcNetTable(.tcp, isIPv6: false, live: true, deadline: .after(.zero))
    #expect(!late.consume(full.span, into: &list))
    #expect(late.finish().isCutShort)
  }

  @Test func `without IPv6 the tables are whole; malformed rows make them partial`() {
    func table(_ files: [String: String]) -> SocketTable {
      var table = SocketTable(source: .proc)
      ProcNet.read(into: &table, live: false, deadline: .never) { name, body in
        guard let text = files[name] else { return .absent("there is no '\(name)'") }
        let bytes = Array(text.utf8)
        _ = body(bytes.span)
        return .value(bytes.count, .dump(name))
      }
      return table
    }
    let whole = table(["tcp": Self.tcp, "udp": Self.udp]).sockets(settings: .test())
    #expect(whole.tcp.value == 6)
    #expect(whole.udp.value == 2)
    let both = table(["tcp": Self.tcp, "tcp6": Self.tcp6, "udp": Self.udp])
    #expect(both.sockets(settings: .test()).tcp.value == 9)
    let broken = table(["tcp": Self.tcp + "x\n", "udp": Self.udp]).sockets(settings: .test())
    #expect(broken.tcp.problem?.reason == "/proc/net/tcp: 1 rows are malformed")
    #expect(broken.listeners.elements.count == 1)
    #expect(broken.listeners.rest != nil)
    let none = table(["udp": Self.udp]).sockets(settings: .test())
    #expect(none.tcp.problem?.reason == "there is no 'tcp'")
  }

  /// What several readings of `/proc/net/udp` gave, by inode, in pieces of 30 rows.
  private func table(ofPasses passes: [[Int]]) -> (table: SocketTable, passes: Int) {
    var table = SocketTable(source: .proc)
    var count = 0
    ProcNet.read(into: &table, live: true, deadline: .never, [.udp]) { name, body in
      guard name == "udp" else { return .absent("there is no '\(name)'") }
      let rows = passes[min(count, passes.count - 1)].map { inode in
        (" 1000: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0"
          + "        0 \(inode) 2 0000000000000000 0").padded(to: 127) + "\n"
      }
      count += 1
      for start in stride(from: 0, to: rows.count, by: 30) {
        let piece = rows[start..<min(start + 30, rows.count)].joined()
        guard body(Array(piece.utf8).span) else { break }
      }
      return .value(0, .dump(name))
    }
    return (table, count)
  }

  @Test func `udp is read again where sockets closed meanwhile`() {
    func inodes(_ all: SocketTable) -> [UInt64] { all.udp.groups.flatMap(\.inodes).sorted() }
    // 1 closed after the first piece: 31 was passed over.
    let first = Array(1...30) + Array(32...40)
    let later = Array(2...40)
    let (mended, passes) = table(ofPasses: [first, later, later])
    #expect(passes == 3)
    #expect(inodes(mended) == (1...40).map { UInt64($0) })
    guard case .complete = mended.coverage(.udp) else {
      Issue.record("the third pass shows all of the second")
      return
    }
    // One that opens passes nothing over, and one read(2) is one walk.
    #expect(table(ofPasses: [later, [1] + later]).passes == 2)
    #expect(table(ofPasses: [Array(1...20), Array(2...20)]).passes == 1)
    let (changing, most) = table(ofPasses: (0..<9).map { Array($0...($0 + 60)) })
    #expect(most == 4)
    guard case .incomplete(let why) = changing.coverage(.udp) else {
      Issue.record("a table that changes always is not whole")
      return
    }
    #expect(why.reason.contains("/proc/net/udp: sockets closed each time"))
  }

  @Test func `a state's number is its raw value`() {
    for number in UInt8.min ... .max {
      #expect(SocketState(number: number) == SocketState(rawValue: number), "\(number)")
    }
  }
}

extension String {
  /// With spaces behind it, as the kernel writes rows of UDP.
  fileprivate func padded(to length: Int) -> String {
    self + String(repeating: " ", count: max(0, length - count))
  }
}
