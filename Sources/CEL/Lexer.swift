/// Splits the text of an expression into tokens.
///
/// Source: "Syntax" in the CEL language definition.
struct Lexer {
  let scalars: [Unicode.Scalar]
  var position = 0
  var diagnostics: [Diagnostic] = []

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// All tokens, the last one `.end`; text that is none is left out and reported.
  mutating func tokens() -> [Token] {
    var tokens: [Token] = []
    while true {
      skipSpace()
      let start = position
      guard let scalar = peek() else {
        tokens.append(Token(kind: .end, range: start..<start))
        return tokens
      }
      if let kind = token(startingWith: scalar) {
        tokens.append(Token(kind: kind, range: start..<position))
      }
    }
  }

  func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    let index = position + offset
    return index < scalars.count ? scalars[index] : nil
  }

  mutating func report(_ message: String, from start: Int, hint: String? = nil) {
    diagnostics.append(Diagnostic(message, at: start..<position, hint: hint))
  }

  func text(from start: Int) -> String {
    String(scalars, start..<position)
  }

  private mutating func skipSpace() {
    while let scalar = peek() {
      if scalar == "/", peek(1) == "/" {
        while let next = peek(), next != "\n", next != "\r" { position += 1 }
      } else if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
        || scalar == "\u{0C}"
      {
        position += 1
      } else {
        return
      }
    }
  }

  private mutating func token(startingWith scalar: Unicode.Scalar) -> Token.Kind? {
    if scalar.isDigit || scalar == "." && peek(1)?.isDigit == true { return number() }
    if let opening = literalOpening() { return literal(opening) }
    if scalar.isIdentifierStart { return word() }
    if scalar == "`" { return quotedName() }
    return symbol()
  }

  private mutating func word() -> Token.Kind {
    let start = position
    while peek()?.isIdentifierPart == true { position += 1 }
    let word = text(from: start)
    return word == "in" ? .symbol(.in) : .identifier(word)
  }

  private mutating func quotedName() -> Token.Kind? {
    let start = position
    position += 1
    while let scalar = peek(), scalar != "`", scalar != "\n" { position += 1 }
    guard peek() == "`" else {
      report("the '`' is not closed", from: start)
      return nil
    }
    position += 1
    let name = String(text(from: start).unicodeScalars.dropFirst().dropLast())
    guard !name.isEmpty, name.unicodeScalars.allSatisfy(\.isQuotedNamePart) else {
      report(
        "'`\(name)`' is not a field name; in '`' are letters, digits and any of _.-/ ", from: start)
      return nil
    }
    return .quoted(name)
  }

  private mutating func symbol() -> Token.Kind? {
    let start = position
    if let next = peek(1), next == "=" || next == "&" || next == "|",
      let symbol = Token.Symbol(rawValue: String(scalars, start..<start + 2))
    {
      position = start + 2
      return .symbol(symbol)
    }
    position = start + 1
    if let symbol = Token.Symbol(rawValue: String(scalars[start])) { return .symbol(symbol) }
    switch scalars[start] {
    case "=": report("'=' is not an operator", from: start, hint: "equality is '=='")
    case "&": report("'&' is not an operator", from: start, hint: "the logical and is '&&'")
    case "|": report("'|' is not an operator", from: start, hint: "the logical or is '||'")
    default: report("'\(scalars[start])' is not part of any expression", from: start)
    }
    return nil
  }
}

extension String {
  /// A part of a text, nearly always ASCII: scalars that are appended one by one, or as a slice, take
  /// ten times as long.
  init(_ scalars: [Unicode.Scalar], _ range: Range<Int>) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    for index in range {
      guard scalars[index].isASCII else {
        var view = String.UnicodeScalarView()
        for index in range { view.append(scalars[index]) }
        self.init(view)
        return
      }
      bytes.append(UInt8(truncatingIfNeeded: scalars[index].value))
    }
    self.init(decoding: bytes, as: UTF8.self)
  }
}

extension Unicode.Scalar {
  var isDigit: Bool { "0" <= self && self <= "9" }
  var isIdentifierStart: Bool {
    "a" <= self && self <= "z" || "A" <= self && self <= "Z" || self == "_"
  }
  var isIdentifierPart: Bool { isIdentifierStart || isDigit }
  var isQuotedNamePart: Bool {
    isIdentifierPart || self == "." || self == "-" || self == "/" || self == " "
  }
  /// Its value as a hexadecimal digit.
  var hexDigit: UInt32? {
    switch self {
    case "0"..."9": value - 48
    case "a"..."f": value - 97 + 10
    case "A"..."F": value - 65 + 10
    default: nil
    }
  }
}
