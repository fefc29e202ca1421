/// The text of a file as Unicode scalars, and where its lines begin.
///
/// All offsets in this module are offsets into `scalars`; lines and columns count from 1. Only
/// `\n`, `\r\n` and `\r` end a line: the other line ends of YAML 1.1 (U+0085, U+2028, U+2029)
/// are a `problem`, so that an editor and Sockwise agree on what a line is.
public struct SourceText: Sendable {
  /// As messages show it.
  public let path: String
  /// The file as it is.
  public let bytes: [UInt8]
  /// U+FFFD stands for what is not UTF-8.
  public let scalars: [Unicode.Scalar]
  /// The first thing that makes the bytes unusable as text.
  public let problem: YAMLProblem?
  private let lineStarts: [Int]

  /// A text that others wrote, without the byte order mark that some editors put before it.
  public init(foreign path: String, bytes: [UInt8]) {
    let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    self.init(path: path, bytes: hasMark ? Array(bytes.dropFirst(3)) : bytes)
  }

  /// Decodes UTF-8.
  public init(path: String, bytes: [UInt8]) {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(bytes.count)
    var decoder = UTF8()
    var input = bytes.makeIterator()
    var problem: (message: String, hint: String?, offset: Int)?
    func note(_ objection: (message: String, hint: String?)?) {
      guard problem == nil, let (message, hint) = objection else { return }
      problem = (message, hint, scalars.count)
    }
    decoding: while true {
      switch decoder.decode(&input) {
      case .emptyInput: break decoding
      case .error:
        note(("not UTF-8", "save the file in the encoding UTF-8"))
        scalars.append("\u{fffd}")
      case .scalarValue(let scalar):
        note(Self.objection(to: scalar, isFirst: scalars.isEmpty))
        scalars.append(scalar)
      }
    }
    self.path = path
    self.bytes = bytes
    self.scalars = scalars
    lineStarts = Self.lineStarts(of: scalars)
    self.problem = problem.map { message, hint, offset in
      YAMLProblem(.notText(hint: hint), offset..<offset + 1, message)
    }
  }

  /// Why a character may not stand in a file of ours.
  private static func objection(
    to scalar: Unicode.Scalar, isFirst: Bool
  ) -> (message: String, hint: String?)? {
    switch scalar.value {
    case 0xFEFF where isFirst:
      ("file begins with a byte order mark", "save it as UTF-8 without one")
    case 0: ("NUL character", "the file must be text")
    case 0x09, 0x0A, 0x0D: nil
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
      (
        "control character U+\(hexadecimal(scalar.value))",
        "remove it, or write it as an escape in a double-quoted text"
      )
    default: nil
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func lineStarts(of scalars: [Unicode.Scalar]) -> [Int] {
    var starts = [0]
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1
      if scalar == "\n" || (scalar == "\r" && (next == scalars.count || scalars[next] != "\n")) {
        starts.append(next)
      }
    }
    return starts
  }

  /// Line and column of an offset, both from 1; offsets outside the text are moved to its ends.
  public func position(of offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(offset, 0), scalars.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return (low + 1, offset - lineStarts[low] + 1)
  }

  /// The offsets of the line that holds `offset`, without its line end.
  public func line(around offset: Int) -> Range<Int> {
    let number = position(of: offset).line
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] : scalars.count
    while end > start, scalars[end - 1] == "\n" || scalars[end - 1] == "\r" { end -= 1 }
    return start..<end
  }

  /// The offsets of a line by its number, without its line end; nil where there is none.
  public func range(ofLine number: Int) -> Range<Int>? {
    guard number >= 1, number <= lineStarts.count else { return nil }
    return line(around: lineStarts[number - 1])
  }

  /// The offsets of the line after the one that holds `offset`, or nil at the end of the text.
  public func lineAfter(_ offset: Int) -> Range<Int>? {
    let number = position(of: offset).line
    return number < lineStarts.count ? line(around: lineStarts[number]) : nil
  }

  /// The text of a range of offsets.
  public func text(_ range: Range<Int>) -> String {
    // One by one: appending a slice as a whole goes through unspecialized code, ten times slower.
    var text = String.UnicodeScalarView()
    for index in range.clamped(to: 0..<scalars.count) { text.append(scalars[index]) }
    return String(text)
  }
}
