internal import YAML

/// What YAML does to text that was meant as a condition, and the advice to quote it.
enum YAMLTraps {
  /// Advice to quote the rest of a line.
  static func quoted(from offset: Int, in source: SourceText) -> String {
    let rest = source.text(offset..<max(offset, source.line(around: offset).upperBound))
    return "quote it: \(quoted(rest))"
  }

  /// The same, where a value begins with the bracket of a list or mapping on one line.
  static func quotedIfInline(from offset: Int, in source: SourceText) -> String? {
    guard offset < source.scalars.count, "[{".unicodeScalars.contains(source.scalars[offset])
    else { return nil }
    return quoted(from: offset, in: source)
  }

  /// The text as a single-quoted scalar.
  private static func quoted(_ text: String) -> String {
    var inside = ""
    for character in trimmed(text) { inside += character == "'" ? "''" : String(character) }
    return "'\(inside)'"
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }

  /// Advice for a line that libyaml could not read, guessed from what the line looks like.
  static func hint(forSyntaxErrorAt offset: Int, in source: SourceText) -> String? {
    let line = source.line(around: offset)
    if offset < line.upperBound, source.scalars[offset] == "\t" {
      return "indent with spaces: YAML does not allow tabs there"
    }
    if let hint = hintForValue(in: line, of: source) { return hint }
    // libyaml often notices on the line after the one that is wrong.
    guard line.lowerBound > 0, let before = nonEmptyLine(before: line, in: source) else {
      return nil
    }
    return hintForValue(in: before, of: source)
  }

  private static func nonEmptyLine(before line: Range<Int>, in source: SourceText) -> Range<Int>? {
    var end = line.lowerBound
    while end > 0, source.scalars[end - 1] == "\n" || source.scalars[end - 1] == "\r" { end -= 1 }
    return end > 0 ? source.line(around: end - 1) : nil
  }

  private static func hintForValue(in line: Range<Int>, of source: SourceText) -> String? {
    guard let value = value(in: line, of: source), let first = source.text(value).first else {
      return nil
    }
    let text = source.text(value)
    if first == "'" || first == "\"" {
      let isClosed = text.count > 1 && trimmed(text).last == first
      return isClosed ? nil : "quote the whole value: \(quoted(text))"
    }
    if (first == "[" || first == "{") && !isBalanced(text) { return "close the '\(first)'" }
    if "!&*%@`[{".contains(first) || contains(":", " ", text) || contains("{", "{", text) {
      return quoted(from: value.lowerBound, in: source)
    }
    return nil
  }

  /// Whether two characters stand side by side. `String.contains(String)` would bring the whole of
  /// _StringProcessing, 1.4 MB, into the binary.
  private static func contains(
    _ first: Character, _ second: Character, _ text: String
  ) -> Bool {
    zip(text, text.dropFirst()).contains { $0 == (first, second) }
  }

  private static func isBalanced(_ text: String) -> Bool {
    text.filter { $0 == "[" }.count == text.filter { $0 == "]" }.count
      && text.filter { $0 == "{" }.count == text.filter { $0 == "}" }.count
  }

  /// The offsets of what follows `key: ` in a line.
  private static func value(in line: Range<Int>, of source: SourceText) -> Range<Int>? {
    for index in line.dropLast(2) {
      let isKeyEnd = source.scalars[index] == ":" && source.scalars[index + 1] == " "
      guard isKeyEnd else { continue }
      var start = index + 1
      while start < line.upperBound, source.scalars[start] == " " { start += 1 }
      return start..<line.upperBound
    }
    return nil
  }

  /// The comment that follows a plain scalar on its line: to YAML the value ends before it.
  static func comment(after end: Int, in source: SourceText) -> Range<Int>? {
    let line = source.line(around: end)
    var start = end
    while start < line.upperBound, source.scalars[start] == " " || source.scalars[start] == "\t" {
      start += 1
    }
    guard start > end, start < line.upperBound, source.scalars[start] == "#" else { return nil }
    return start..<line.upperBound
  }
}
