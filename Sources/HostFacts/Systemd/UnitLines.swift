internal import CEL

/// The logical lines of a unit file: comments left out, continued lines joined.
///
/// As systemd's config_parse() and read_line() have it: a line ends at a line feed, carriage return or
/// NUL, or several different ones of these; an odd backslash at its end becomes a blank and joins the
/// next line that is no comment; a line of 1 MiB is an error.
struct UnitLines {
  /// One logical line.
  struct Line {
    /// Without blanks at its ends.
    var text: ArraySlice<UInt8>
    /// Where the pieces of it stand in the file, in order.
    fileprivate var pieces: [Piece]
  }

  /// A part of a logical line that is on one line of the file.
  fileprivate struct Piece {
    /// Offset in the logical line.
    var start: Int
    var number: Int
    /// The line of the file that it begins.
    var source: Range<Int>
  }

  /// systemd's LONG_LINE_MAX.
  static let longest = 1 << 20

  private let bytes: [UInt8]
  private var offset = 0
  /// Lines read so far.
  private(set) var number = 0
  /// Whether a line was too long: nothing after it counts.
  private(set) var isTooLong = false
  private var sawByteOrderMark = false

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next logical line that is not empty; nil at the end and at a line that is too long.
  mutating func next() -> Line? {
    var joined: [UInt8] = []
    var pieces: [Piece] = []
    var isContinued = false
    while let source = nextSource() {
      if isComment(source) { continue }
      var text = source
      if !sawByteOrderMark, bytes[source].first == 0xef,
        bytes[source].starts(with: [0xef, 0xbb, 0xbf])
      {
        sawByteOrderMark = true
        text = source.lowerBound + 3..<source.upperBound
      }
      if isContinued, joined.count + text.count > Self.longest {
        isTooLong = true
        return nil
      }
      pieces.append(Piece(start: joined.count, number: number, source: text))
      if endsInBackslash(text) {
        joined += bytes[text].dropLast()
        joined.append(UInt8(ascii: " "))
        isContinued = true
        continue
      }
      let whole = isContinued ? joined[...] + bytes[text] : bytes[text]
      if !isContinued { pieces[0].start = whole.startIndex }
      isContinued = false
      joined = []
      let stripped = whole.strippedOfUnitBlanks
      if !stripped.isEmpty { return Line(text: stripped, pieces: pieces) }
      pieces = []
    }
    if isTooLong || !isContinued { return nil }
    let stripped = joined[...].strippedOfUnitBlanks
    return stripped.isEmpty ? nil : Line(text: stripped, pieces: pieces)
  }

  /// The bytes of the next line of the file.
  private mutating func nextSource() -> Range<Int>? {
    guard offset < bytes.count else { return nil }
    let start = offset
    var end = start
    while end < bytes.count, Self.mark(bytes[end]) == 0 { end += 1 }
    guard end - start < Self.longest else {
      isTooLong = true
      return nil
    }
    offset = end
    var seen: UInt8 = 0
    while offset < bytes.count {
      let mark = Self.mark(bytes[offset])
      if mark == 0 || seen & mark != 0 || seen & 1 != 0 { break }
      seen |= mark
      offset += 1
    }
    number += 1
    return start..<end
  }

  /// A bit for each byte that ends lines; 0 for others.
  private static func mark(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0: 1
    case UInt8(ascii: "\n"): 2
    case UInt8(ascii: "\r"): 4
    default: 0
    }
  }

  private func isComment(_ source: Range<Int>) -> Bool {
    let first = bytes[source].first { !isUnitBlank($0) }
    return first == UInt8(ascii: "#") || first == UInt8(ascii: ";")
  }

  /// Backslashes escape each other: an odd number of them is meant.
  private func endsInBackslash(_ text: Range<Int>) -> Bool {
    let count = bytes[text].reversed().prefix { $0 == UInt8(ascii: "\\") }.count
    return !count.isMultiple(of: 2)
  }
}

extension UnitLines {
  /// The lines of the file that a logical line stands on, by their numbers, as they are written: of
  /// those of a continued line all but the last end in a backslash.
  func sources(of line: Line) -> [(number: Int, text: ArraySlice<UInt8>)] {
    line.pieces.map { ($0.number, bytes[$0.source]) }
  }

  /// Where a part of a logical line stands; to the end of the line of the file at most.
  func place(_ part: Range<Int>, of line: Line, in path: String) -> SourceLocation {
    guard let piece = line.pieces.last(where: { $0.start <= part.lowerBound }) else {
      return SourceLocation(path: path)
    }
    let start = min(piece.source.lowerBound + part.lowerBound - piece.start, bytes.count)
    let end = min(start + part.count, max(piece.source.upperBound, start))
    // The byte order mark before the first line is no column.
    let first = piece.source.lowerBound
    let column = 1 + scalars(first..<start)
    return SourceLocation(
      path: path, line: piece.number, column: column, endColumn: column + scalars(start..<end))
  }

  private func scalars(_ range: Range<Int>) -> Int {
    bytes[range].count { $0 & 0xc0 != 0x80 }
  }
}

/// What systemd takes for a blank: no vertical tab and no form feed.
func isUnitBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
    || byte == UInt8(ascii: "\r")
}

extension ArraySlice<UInt8> {
  /// Without blanks at its ends.
  var strippedOfUnitBlanks: ArraySlice<UInt8> {
    var rest = self
    while let first = rest.first, isUnitBlank(first) { rest.removeFirst() }
    while let last = rest.last, isUnitBlank(last) { rest.removeLast() }
    return rest
  }
}
