/// Text as mdoc(7) takes it. Source: mandoc_char(7), roff(7).
enum Roff {
  /// Characters that typesetting would change, or that roff takes for its own.
  private static let escapes: [(character: Character, escape: String)] = [
    ("\\", "\\e"), ("'", "\\(aq"), ("`", "\\(ga"), ("^", "\\(ha"), ("~", "\\(ti"), ("-", "\\-"),
  ]

  /// A line as it stands: of a program, a file, a terminal.
  static func literal(_ line: some StringProtocol) -> String {
    var text = ""
    for character in line {
      text += escapes.first { $0.character == character }?.escape ?? String(character)
    }
    // A dot at the beginning makes a request of the line; an apostrophe is escaped already.
    return text.hasPrefix(".") ? "\\&" + text : text
  }

  /// What `literal` was given. Text that was never escaped comes back as it is.
  static func unescaped(_ line: some StringProtocol) -> String {
    var text = ""
    var rest = line[...]
    while let first = rest.first {
      if rest.hasPrefix("\\&") {
        rest = rest.dropFirst(2)
      } else if let (character, escape) = escapes.first(where: { rest.hasPrefix($0.escape) }) {
        text.append(character)
        rest = rest.dropFirst(escape.count)
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// One argument of a macro.
  static func argument(_ text: some StringProtocol) -> String {
    let escaped = text.map { $0 == "\"" ? "\\(dq" : literal(String($0)) }.joined()
    if text.contains(" ") { return "\"\(escaped)\"" }
    // Short words may be names of macros, and single signs punctuation.
    return text.count <= 3 ? "\\&" + escaped : escaped
  }

  /// Sentences, each on lines of its own as mdoc(7) asks; `names` in backticks become literal.
  static func prose(_ text: some StringProtocol) -> [String] {
    var lines: [String] = []
    var line = ""
    func flush() {
      if !line.isEmpty { lines.append(line) }
      line = ""
    }
    for word in words(of: text) {
      if let macro = macro(for: word) {
        flush()
        lines.append(macro)
        continue
      }
      let shown = word.map { $0.isCode ? "\\fB\(literal($0.text))\\fR" : plain($0.text) }.joined()
      if line.count + shown.count > 80 { flush() }
      if line.isEmpty {
        line = shown.hasPrefix(".") || shown.hasPrefix("'") ? "\\&" + shown : shown
      } else {
        line += " " + shown
      }
      if let end = word.last?.text.reversed().prefix(while: { ".?)".contains($0) }),
        end.contains(where: { $0 != ")" })
      {
        flush()
      }
    }
    flush()
    return lines
  }

  /// A word of running text, in which typesetting may do what it does, unless it is an option.
  private static func plain(_ text: String) -> String {
    text.hasPrefix("-") ? literal(text) : text.map { $0 == "\\" ? "\\e" : String($0) }.joined()
  }

  private struct Segment {
    var text: String
    var isCode: Bool
  }

  /// Words between spaces outside of backticks.
  private static func words(of text: some StringProtocol) -> [[Segment]] {
    var words: [[Segment]] = []
    var word: [Segment] = []
    var isCode = false
    for character in text {
      if character == "`" {
        isCode.toggle()
        if isCode { word.append(Segment(text: "", isCode: true)) }
      } else if !isCode, character.isWhitespace {
        if !word.isEmpty { words.append(word) }
        word = []
      } else if let last = word.last, last.isCode == isCode {
        word[word.count - 1].text.append(character)
      } else {
        word.append(Segment(text: String(character), isCode: isCode))
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// The line for a word that is a literal with punctuation around it; nil for other words.
  private static func macro(for word: [Segment]) -> String? {
    var rest = word[...]
    var before = ""
    if let first = rest.first, !first.isCode, rest.count > 1, first.text == "(" {
      before = "( "
      rest = rest.dropFirst()
    }
    guard let code = rest.first, code.isCode, rest.count <= 2 else { return nil }
    let after = rest.dropFirst().first?.text ?? ""
    guard after.allSatisfy({ ".,:;?!)".contains($0) }) else { return nil }
    return ".Ql \(before)\(argument(code.text))" + after.map { " \($0)" }.joined()
  }
}
