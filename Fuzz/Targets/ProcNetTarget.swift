@testable import HostFacts

/// A table below `/proc/net`, read as each of the four: whole, in pieces, and line by line, which
/// must all give the same rows, and those the ones that a plain parser reads.
enum ProcNetTarget {
  static func run(_ bytes: [UInt8]) {
    for transport in [SocketRow.Transport.tcp, .udp] {
      for isIPv6 in [false, true] { run(bytes, transport, isIPv6: isIPv6) }
    }
  }

  private static func run(_ bytes: [UInt8], _ transport: SocketRow.Transport, isIPv6: Bool) {
    let whole = parse(bytes, transport, isIPv6: isIPv6, pieces: .max)
    let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    require(whole.rows.count + whole.malformed <= lines, "more rows than lines")

    let pieces = parse(bytes, transport, isIPv6: isIPv6, pieces: 1 + bytes.count % 97)
    require(pieces == whole, "in pieces: \(pieces), whole: \(whole)")

    guard !whole.rows.isEmpty else { return }
    var alone: [SocketRow] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let rows = parse(line + [UInt8(ascii: "\n")], transport, isIPv6: isIPv6, pieces: .max).rows
      require(rows.count <= 1, "\(rows.count) rows in a line")
      alone += rows
      guard let row = rows.first else { continue }
      let plain = PlainRow.parse(line, transport, isIPv6: isIPv6)
      require(plain == row, "\(row), plainly: \(plain.map { "\($0)" } ?? "none")")
    }
    require(alone == whole.rows, "by line: \(alone), whole: \(whole)")
  }

  private struct Outcome: Equatable {
    var rows: [SocketRow]
    var malformed: Int
  }

  private static func parse(
    _ bytes: [UInt8], _ transport: SocketRow.Transport, isIPv6: Bool, pieces: Int
  ) -> Outcome {
    var list = RowList()
    var parser = ProcNetText(transport: transport, isIPv6: isIPv6)
    var start = 0
    while start < bytes.count {
      let end = start + min(pieces, bytes.count - start)
      parser.consume(bytes.span.extracting(start..<end), into: &list)
      start = end
    }
    parser.finish()
    require(parser.rows == list.rows.count, "\(parser.rows) rows said")
    return Outcome(rows: list.rows, malformed: parser.malformed)
  }
}
