@testable import HostFacts

/// A table below `/proc/net`, read as each of the four: whole, in pieces, and line by line, which
/// must all give the same rows, and those the ones that a plain parser reads.
enum ProcNetTarget {
  static func run(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
    guard lines.dropLast().allSatisfy(isPlain) else {
      for isIPv6 in [false, true] { _ = parse([bytes[...]], .udp, isIPv6: isIPv6) }
      return
    }
    for transport in [SocketRow.Transport.tcp, .udp] {
      for isIPv6 in [false, true] { run(bytes, lines, transport, isIPv6: isIPv6) }
    }
  }

  private static func run(
    _ bytes: [UInt8], _ lines: [ArraySlice<UInt8>], _ transport: SocketRow.Transport, isIPv6: Bool
  ) {
    let whole = parse([bytes[...]], transport, isIPv6: isIPv6)
    require(whole.rows.count + whole.malformed <= lines.count, "more rows than lines")

    let size = 1 + bytes.count % 97
    let pieces = stride(from: 0, to: bytes.count, by: size).map { start in
      bytes[start..<min(bytes.count, start + size)]
    }
    let inPieces = parse(pieces, transport, isIPv6: isIPv6)
    require(inPieces == whole, "in pieces: \(inPieces), whole: \(whole)")

    guard !whole.rows.isEmpty else { return }
    let whereEnded = lines.dropLast().map { bytes[$0.startIndex..<$0.endIndex + 1] }
    let byLine = parse(whereEnded, transport, isIPv6: isIPv6) { line, rows in
      require(rows.count <= 1, "\(rows.count) rows in a line")
      guard let row = rows.first else { return }
      let plain = PlainRow.parse(line.dropLast(), transport, isIPv6: isIPv6)
      require(plain == row, "\(row), plainly: \(plain.map { "\($0)" } ?? "none")")
    }
    require(byLine.rows == whole.rows, "by line: \(byLine), whole: \(whole)")
  }

  /// Whether a line is read alike wherever a read(2) ended and whatever stood before it. The kernel
  /// writes no other: a very long one is dropped where its pieces would have to be kept, a very short
  /// one passes for the beginning of the next row's number, and of two colons that one ends a number
  /// which stands where the last row had it.
  private static func isPlain(_ line: ArraySlice<UInt8>) -> Bool {
    8..<ProcNetText.longestRow ~= line.count
      && line.prefix(8).count { $0 == UInt8(ascii: ":") } <= 1
  }

  private struct Outcome: Equatable {
    var rows: [SocketRow]
    var malformed: Int
  }

  /// Parses what comes in pieces; `look` is told the rows that each brought.
  private static func parse(
    _ pieces: [ArraySlice<UInt8>], _ transport: SocketRow.Transport, isIPv6: Bool,
    look: (ArraySlice<UInt8>, ArraySlice<SocketRow>) -> Void = { _, _ in }
  ) -> Outcome {
    var list = RowList()
    var parser = ProcNetText(transport: transport, isIPv6: isIPv6)
    for piece in pieces {
      let before = list.rows.count
      parser.consume(piece.span, into: &list)
      look(piece, list.rows[before...])
    }
    parser.finish()
    require(parser.rows == list.rows.count, "\(parser.rows) rows said")
    return Outcome(rows: list.rows, malformed: parser.malformed)
  }
}

private let newline = UInt8(ascii: "\n")
