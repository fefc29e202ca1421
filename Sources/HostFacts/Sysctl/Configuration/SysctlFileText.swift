internal import CEL

/// The text of a file of sysctl.d(5), taken apart line by line.
///
/// A line is `key = value`, `-key = value` (failures ignored), `-key` (left alone), a comment that
/// begins with "#" or ";", or nothing. There are no quotes, escapes, continued lines or comments
/// after a value: all of that becomes part of the value.
struct SysctlFileText: Sendable {
  private(set) var statements: [SysctlStatement] = []
  /// Lines that are neither assignment, exclusion nor comment; the readers skip them with a warning.
  private(set) var skipped: [SkippedSysctlLine] = []
  /// Whether there are more of them.
  private(set) var skipsMore = false
  /// The line at which systemd stops reading the file because it is too long; nil where there is
  /// none.
  private(set) var endsAtLine: Int?

  /// Bytes of a line from which on systemd reads no further (LONG_LINE_MAX of systemd).
  static let longestLine = 1 << 20

  /// - Parameters:
  ///   - path: for the locations.
  ///   - writer: what the statements are said to come from.
  init(
    _ bytes: [UInt8], path: String, dialect: SysctlDialect, writer: SysctlWriter? = nil
  ) {
    let writer = writer ?? (dialect.isProcps ? .procps : .systemdSysctl)
    var comments: [(line: Int, text: Range<Int>)] = []
    var number = 1
    var lineStart = 0
    while lineStart < bytes.count {
      let lineEnd = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let line = Line(bytes: bytes, range: lineStart..<lineEnd, number: number, path: path)
      for range in line.pieces(dialect) {
        if dialect == .systemd, range.count >= Self.longestLine {
          endsAtLine = number
          break
        }
        switch line.content(range, dialect) {
        case .nothing: continue
        case .comment(let text): comments.append((number, text))
        case .invalid: skip(line.skipped(range))
        case .statement(let parts):
          if let statement = line.statement(parts, dialect, writer) {
            statements.append(statement)
          } else {
            skip(line.skipped(range))
          }
        }
      }
      if endsAtLine != nil { break }
      lineStart = lineEnd + 1
      number += 1
    }
    attach(comments, bytes)
  }

  private mutating func skip(_ line: SkippedSysctlLine) {
    skipsMore = skipped.count >= Self.mostSkipped
    if !skipsMore { skipped.append(line) }
  }

  /// Skipped lines of one file that are kept.
  private static let mostSkipped = 100

  /// Gives each statement the comments within three lines.
  private mutating func attach(_ comments: [(line: Int, text: Range<Int>)], _ bytes: [UInt8]) {
    var first = 0
    for index in statements.indices {
      guard let line = statements[index].keyLocation.line else { continue }
      while first < comments.count, comments[first].line < line - 3 { first += 1 }
      // A line of systemd's may be many: carriage returns end them too.
      let near = comments[first...].prefix(Self.mostComments).prefix { $0.line <= line + 3 }
        .map { String(decoding: bytes[$0.text].prefix(Self.longestComment), as: UTF8.self) }
      if !near.isEmpty { statements[index].nearComment = near.joined(separator: "\n") }
    }
  }

  /// One on each of the seven lines.
  private static let mostComments = 7
  /// Bytes of one comment that are kept.
  private static let longestComment = 512
}

/// One line of a file, up to its line feed.
private struct Line {
  let bytes: [UInt8]
  let range: Range<Int>
  let number: Int
  let path: String

  enum Content {
    case nothing
    case comment(Range<Int>)
    case invalid
    case statement(Parts)
  }

  struct Parts {
    var key: Range<Int>
    /// Nil without "=".
    var value: Range<Int>?
    var ignoresFailure = false
    /// Everything between the blanks at both ends.
    var whole: Range<Int>
  }

  /// What the reader takes for lines: systemd also ends them at a carriage return and at NUL; procps
  /// does not see what follows a NUL.
  func pieces(_ dialect: SysctlDialect) -> [Range<Int>] {
    let content = bytes[range]
    if dialect.isProcps {
      return [range.lowerBound..<(content.firstIndex(of: 0) ?? range.upperBound)]
    }
    return content.split { $0 == 0 || $0 == UInt8(ascii: "\r") }.map(\.indices)
  }

  func content(_ range: Range<Int>, _ dialect: SysctlDialect) -> Content {
    let isBlank = dialect.isProcps ? isBlank : isBlankToSystemd
    let whole = trimmed(range, isBlank)
    guard let first = whole.first.map({ bytes[$0] }) else { return .nothing }
    if first == UInt8(ascii: "#") || first == UInt8(ascii: ";") {
      return .comment(trimmed(whole.dropFirst(), isBlank))
    }
    var parts = Parts(key: whole, whole: whole)
    let isDashed = first == UInt8(ascii: "-")
    if let equals = bytes[whole].firstIndex(of: UInt8(ascii: "=")) {
      parts.ignoresFailure = isDashed
      parts.value = trimmed(equals + 1..<whole.upperBound, isBlank)
      parts.key = whole.lowerBound..<equals
    } else if !isDashed {
      return .invalid
    }
    if isDashed { parts.key = parts.key.dropFirst() }
    if dialect.isProcps {
      // Blanks before the key become part of it. A second dash is taken away as well.
      while let last = parts.key.last, isBlank(bytes[last]) { parts.key = parts.key.dropLast() }
      if let first = parts.key.first, bytes[first] == UInt8(ascii: "-") {
        parts.key = parts.key.dropFirst()
      }
    } else {
      parts.key = trimmed(parts.key, isBlank)
    }
    return parts.key.isEmpty ? .invalid : .statement(parts)
  }

  /// Nil where the key names nothing, such as "/".
  func statement(_ parts: Parts, _ dialect: SysctlDialect, _ writer: SysctlWriter)
    -> SysctlStatement?
  {
    let name = Array(bytes[parts.key])
    let key = SysctlKey(written: name)
    guard !key.path.isEmpty else { return nil }
    var statement = SysctlStatement(
      writer: writer, key: key, value: parts.value.map { Array(bytes[$0]) },
      ignoresFailure: parts.ignoresFailure, keyLocation: location(parts.key),
      valueLocation: parts.value.map(location),
      sourceText: String(decoding: bytes[parts.whole].prefix(Self.longestSource), as: UTF8.self))
    if dialect.isProcps { statement.procpsPath = SysctlKey.swapped(name) }
    return statement
  }

  /// What is no assignment.
  func skipped(_ range: Range<Int>) -> SkippedSysctlLine {
    let whole = trimmed(range, isBlankToSystemd)
    return SkippedSysctlLine(
      text: String(decoding: bytes[whole].prefix(Self.longestShown), as: UTF8.self),
      location: location(whole))
  }

  /// Bytes of a skipped line that a message shows.
  private static let longestShown = 80

  /// Bytes of a line that are kept for messages.
  private static let longestSource = 1024

  private func trimmed(_ range: Range<Int>, _ isBlank: (UInt8) -> Bool) -> Range<Int> {
    var range = range
    while let first = range.first, isBlank(bytes[first]) { range = range.dropFirst() }
    while let last = range.last, isBlank(bytes[last]) { range = range.dropLast() }
    return range
  }

  private func location(_ part: Range<Int>) -> SourceLocation {
    let column = scalars(range.lowerBound..<part.lowerBound) + 1
    return SourceLocation(
      path: path, line: number, column: column, endColumn: column + scalars(part))
  }

  private func scalars(_ part: Range<Int>) -> Int {
    if bytes[part].allSatisfy({ $0 < 0x80 }) { return part.count }
    return String(decoding: bytes[part], as: UTF8.self).unicodeScalars.count
  }
}

/// WHITESPACE of systemd.
private func isBlankToSystemd(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
    || byte == UInt8(ascii: "\r")
}
