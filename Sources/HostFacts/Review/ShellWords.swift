internal import YAML

/// The words of a shell's command line, as far as finding a program and its arguments needs: quotes
/// are taken away, operators are words of their own, as is the end of a line (`;`), variables stay as they
/// are written.
struct ShellWords {
  struct Word {
    var text: String
    /// Offsets of the word with its quotes.
    var range: Range<Int>
    /// `;`, `&&`, `|`, `>`, `>>` and their like.
    var isOperator = false
    /// Whether offsets into `text` are offsets into `range`.
    var isPlain = true
    /// Of a word that is a scalar of YAML: where its characters stand.
    var offsets: ScalarOffsets?

    /// Where a part of the text stands, as far as that is known.
    func place(_ part: Range<Int>) -> Range<Int> {
      if let offsets { return offsets.range(part) }
      guard isPlain else { return range }
      let start = min(range.lowerBound + part.lowerBound, range.upperBound)
      return start..<min(max(range.lowerBound + part.upperBound, start), range.upperBound)
    }
  }

  private(set) var words: [Word] = []

  init(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    self.init(scalars, in: 0..<scalars.count, isScript: true)
  }

  /// - Parameters:
  ///   - range: what belongs to the command.
  ///   - escape: what takes away the meaning of the character after it.
  ///   - isList: whether it is a list such as `["sysctl", "-w"]`.
  ///   - isScript: whether lines end commands; else they only part words, as lines of an instruction do
  ///     that goes on.
  init(
    _ scalars: [Unicode.Scalar], in range: Range<Int>, escape: Unicode.Scalar = "\\",
    isList: Bool = false, isScript: Bool = false
  ) {
    var scanner = Scanner(
      scalars: scalars, range: range, escape: escape, isList: isList, isScript: isScript)
    words = scanner.words()
  }
}

private struct Scanner {
  let scalars: [Unicode.Scalar]
  var range: Range<Int>
  let escape: Unicode.Scalar
  let isList: Bool
  let isScript: Bool

  mutating func words() -> [ShellWords.Word] {
    var words: [ShellWords.Word] = []
    while skipBlanks() {
      let scalar = scalars[range.lowerBound]
      if scalar == "\n" {
        words.append(.init(text: ";", range: range.prefix(1), isOperator: true))
        range = range.dropFirst()
      } else if !isList, ";&|<>()".unicodeScalars.contains(scalar) {
        words.append(operatorWord())
      } else {
        words.append(word())
      }
    }
    return words
  }

  private var isAtEscapedLineEnd: Bool {
    guard range.count > 1, scalars[range.lowerBound] == escape else { return false }
    let next = scalars[range.lowerBound + 1]
    return next == "\n" || next == "\r"
  }

  private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    if isList && (scalar == "[" || scalar == "]" || scalar == ",") { return true }
    return scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
  }

  /// Skips what parts words; false at the end.
  private mutating func skipBlanks() -> Bool {
    while let index = range.first {
      if isAtEscapedLineEnd {
        range = range.dropFirst(2)
      } else if isBlank(scalars[index]), !(isScript && scalars[index] == "\n") {
        range = range.dropFirst()
      } else if scalars[index] == "#", !isList {
        // A comment to the end of its line.
        while let next = range.first, scalars[next] != "\n" { range = range.dropFirst() }
      } else {
        return true
      }
    }
    return false
  }

  private mutating func operatorWord() -> ShellWords.Word {
    let start = range.lowerBound
    let first = scalars[start]
    range = range.dropFirst()
    if let next = range.first, scalars[next] == first, first != "(", first != ")" {
      range = range.dropFirst()
    }
    var text = String.UnicodeScalarView()
    for index in start..<range.lowerBound { text.append(scalars[index]) }
    return .init(text: String(text), range: start..<range.lowerBound, isOperator: true)
  }

  private mutating func word() -> ShellWords.Word {
    let start = range.lowerBound
    var text = String.UnicodeScalarView()
    var quote: Unicode.Scalar?
    var isPlain = true
    while let index = range.first {
      let scalar = scalars[index]
      if let open = quote {
        if scalar == open {
          quote = nil
          isPlain = false
        } else if scalar == escape, open == "\"", range.count > 1 {
          range = range.dropFirst()
          isPlain = false
          text.append(scalars[range.lowerBound])
        } else {
          text.append(scalar)
        }
      } else if scalar == "'" || scalar == "\"" {
        quote = scalar
        isPlain = false
      } else if isAtEscapedLineEnd || isBlank(scalar)
        || (!isList && ";&|<>()".unicodeScalars.contains(scalar))
      {
        break
      } else if scalar == escape, range.count > 1 {
        range = range.dropFirst()
        isPlain = false
        text.append(scalars[range.lowerBound])
      } else {
        text.append(scalar)
      }
      range = range.dropFirst()
    }
    return .init(text: String(text), range: start..<range.lowerBound, isPlain: isPlain)
  }
}
