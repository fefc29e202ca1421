internal import Glibc
internal import HostFacts

/// States and local ports of a recorded `/proc/net/tcp`, counted; for Benchmarks/bench.py alone.
@main
struct ParseProcNetTCP {
  static func main() {
    guard CommandLine.arguments.count == 2 else { fail("usage: ParseProcNetTCP FILE", EX_USAGE) }
    let path = CommandLine.arguments[1]
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { fail("\(path): cannot be opened", EX_NOINPUT) }

    var parser = ProcNetTable(.tcp, isIPv6: false, live: false)
    var counts = Counts()
    // What was read is still in a near cache when it is parsed.
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(file, $0.baseAddress, $0.count)
      }
      guard count >= 0 else { fail("\(path): cannot be read", EX_IOERR) }
      if count == 0 || !parser.consume(buffer.span.extracting(0..<count), into: &counts) { break }
    }
    let summary = parser.finish()
    guard summary.malformed == 0 else {
      fail("\(summary.malformed) rows are malformed", EX_DATAERR)
    }
    var rows = 0
    for state in counts.states.indices { rows += counts.states[state] }
    var ports = 0
    for word in counts.ports.indices { ports += counts.ports[word].nonzeroBitCount }
    print("\(rows) rows, \(ports) local ports")
  }

  static func fail(_ text: String, _ status: Int32) -> Never {
    let line = "ParseProcNetTCP: \(text)\n"
    _ = unsafe write(STDERR_FILENO, line, line.utf8.count)
    exit(status)
  }
}

private struct Counts: SocketRowSink {
  var states = InlineArray<256, Int>(repeating: 0)
  /// A bit for each.
  var ports = InlineArray<1024, UInt64>(repeating: 0)

  @inline(__always)
  mutating func add(_ row: SocketRow) {
    states[Int(row.state.rawValue)] &+= 1
    ports[Int(row.localPort &>> 6)] |= 1 &<< UInt64(row.localPort & 63)
  }
}
