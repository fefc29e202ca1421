/// Rows of `/proc/net/{tcp,tcp6,udp,udp6}`, from buffers that may end in the middle of one.
///
/// Documentation/networking/proc_net_tcp.rst in the kernel's source. Each row is
///
///     sl: LOCAL:PORT REMOTE:PORT ST TXQUEUE:RXQUEUE TR:WHEN RETRANS uid timeout inode …
///
/// in upper-case hexadecimal up to RETRANS, and decimal from there. Only `sl` and what follows
/// RETRANS varies in width. An address is one number for IPv4 and four for IPv6, each of them 32
/// bits of the address in network order, read as a number of this machine.
struct ProcNetText: Sendable {
  /// Digits of an address: 8 or 32.
  let addressWidth: Int
  let transport: SocketRow.Transport

  private(set) var rows = 0
  /// Lines that are no row, the header excepted.
  private(set) var malformed = 0
  private var sawHeader = false
  private var reader: ProcNetRow
  /// The beginning of a row whose end is still to come.
  private var carry: [UInt8] = []

  /// No row is nearly as long; what is longer is dropped up to its end.
  static let longestRow = 512

  init(transport: SocketRow.Transport, isIPv6: Bool) {
    self.transport = transport
    addressWidth = isIPv6 ? 32 : 8
    reader = ProcNetRow(isIPv6: isIPv6)
  }

  mutating func consume<Sink: SocketRowSink>(_ chunk: Span<UInt8>, into sink: inout Sink) {
    // Safe: UInt8 has no padding that could be uninitialised.
    let bytes = unsafe chunk.bytes
    var start = 0
    if !carry.isEmpty {
      guard let end = bytes.firstIndex(of: newline, from: 0) else {
        keep(bytes, from: 0)
        return
      }
      keep(bytes.extracting(0..<end + 1), from: 0)
      let whole = carry
      carry.removeAll(keepingCapacity: true)
      // Safe: as above.
      line(unsafe whole.span.bytes, into: &sink)
      start = end + 1
    }
    // Constants, so that each width gets a loop of its own.
    start =
      addressWidth == 8
      ? lines(bytes, from: start, width: 8, into: &sink)
      : lines(bytes, from: start, width: 32, into: &sink)
    if start < bytes.byteCount { keep(bytes, from: start) }
  }

  /// What is left without a newline was cut off.
  mutating func finish() {
    if !carry.isEmpty { malformed += 1 }
    carry.removeAll()
  }

  private mutating func line<Sink: SocketRowSink>(_ bytes: RawSpan, into sink: inout Sink) {
    if lines(bytes, from: 0, width: addressWidth, into: &sink) < bytes.byteCount { malformed += 1 }
  }

  private mutating func keep(_ bytes: RawSpan, from start: Int) {
    let end = min(bytes.byteCount, start + max(0, Self.longestRow - carry.count))
    for index in start..<end { carry.append(bytes.byte(index)) }
    // Its newline makes a line of what was dropped, and so one malformed row.
    if end < bytes.byteCount, bytes.byte(bytes.byteCount - 1) == newline, !carry.isEmpty {
      carry[carry.count - 1] = newline
    }
  }

  /// Hands over the whole rows from `start` on; the index behind the last newline.
  @inline(__always)
  private mutating func lines<Sink: SocketRowSink>(
    _ bytes: RawSpan, from start: Int, width: Int, into sink: inout Sink
  ) -> Int {
    var start = start
    // In locals of the loop, which registers can hold.
    var reader = reader
    defer { self.reader = reader }
    // The reader sets all that these tables show, whatever the last row left.
    var row = SocketRow(
      transport: transport, state: .close, localAddress: .anyIPv6, localPort: 0,
      remoteAddress: .anyIPv6, remotePort: 0)
    while start < bytes.byteCount {
      let rest = reader.parse(bytes, from: start, width: width, into: &row)
      guard let end = rest?.upperBound ?? bytes.firstIndex(of: newline, from: start) else { break }
      if let rest, addDrops(bytes, rest, to: &row) {
        rows &+= 1
        sink.add(row)
      } else if sawHeader {
        malformed &+= 1
      }
      sawHeader = true
      start = end &+ 1
    }
    return start
  }

  /// The last number of a UDP row; other rows pass. False where there is none.
  @inline(__always)
  private func addDrops(_ bytes: RawSpan, _ rest: Range<Int>, to row: inout SocketRow) -> Bool {
    guard transport == .udp else { return true }
    var end = rest.upperBound
    while end > rest.lowerBound && bytes.byte(end &- 1) == space { end &-= 1 }
    var start = end
    while start > rest.lowerBound && bytes.byte(start &- 1) &- zero < 10 { start &-= 1 }
    guard let drops = bytes.decimal(start..<end) else { return false }
    row.drops = drops
    return true
  }
}

private let newline = UInt8(ascii: "\n")
private let space = UInt8(ascii: " ")
private let zero = UInt8(ascii: "0")
