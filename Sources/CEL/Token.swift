/// A word of an expression's text.
struct Token: Sendable {
  var kind: Kind
  /// In Unicode scalars from the start of the text.
  var range: Range<Int>

  enum Kind: Hashable, Sendable {
    case identifier(String)
    /// A field name in backquotes, such as `` `content-type` ``.
    case quoted(String)
    /// The magnitude; a sign before it is another token.
    case int(UInt64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case symbol(Symbol)
    case end
  }

  enum Symbol: String, CaseIterable, Sendable {
    case and = "&&"
    case or = "||"
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case remainder = "%"
    case not = "!"
    case question = "?"
    case colon = ":"
    case comma = ","
    case dot = "."
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case `in`
  }

  /// How the token is named in messages.
  var description: String {
    switch kind {
    case .identifier(let name): "'\(name)'"
    case .quoted(let name): "'`\(name)`'"
    case .int, .uint, .double: "a number"
    case .string: "a string"
    case .bytes: "a bytes literal"
    case .symbol(let symbol): "'\(symbol.rawValue)'"
    case .end: "the end"
    }
  }
}

/// Words that the language keeps for host languages; they may name fields and methods only.
let reservedWords: Set<String> = [
  "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
  "namespace", "package", "return", "var", "void", "while",
]
