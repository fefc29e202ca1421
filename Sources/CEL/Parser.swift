/// Makes a tree of the tokens of an expression. Ends at the first syntax error.
///
/// Source: the grammar in the CEL language definition, without message literals.
struct Parser {
  /// Nested brackets, operators and calls, and operators in a row. The language asks for 32. It
  /// bounds the stack of everything that walks the tree.
  static let depthLimit = 100

  /// Unicode scalars of a text.
  static let lengthLimit = 65_536

  /// A syntax error on its way out.
  struct Failure: Error { let diagnostic: Diagnostic }

  private let tokens: [Token]
  private let expandsMacros: Bool
  private var position = 0
  private var depth = 0
  private var count = 0

  /// The tree of a text, or everything that is wrong with it.
  static func parse(_ text: String, expandsMacros: Bool) throws(Diagnostics) -> Syntax {
    guard text.unicodeScalars.prefix(lengthLimit + 1).count <= lengthLimit else {
      throw Diagnostics(list: [
        Diagnostic(
          "the expression is longer than \(lengthLimit) characters", at: lengthLimit..<lengthLimit)
      ])
    }
    var lexer = Lexer(text)
    let tokens = lexer.tokens()
    guard lexer.diagnostics.isEmpty else { throw Diagnostics(list: lexer.diagnostics) }
    var parser = Parser(tokens: tokens, expandsMacros: expandsMacros)
    do throws(Failure) {
      let syntax = try parser.expression()
      try parser.expectEnd()
      return syntax
    } catch {
      throw Diagnostics(list: [error.diagnostic])
    }
  }

  private init(tokens: [Token], expandsMacros: Bool) {
    self.tokens = tokens
    self.expandsMacros = expandsMacros
  }

  // MARK: Tokens

  private var token: Token { tokens[position] }  // the last one is `.end` and is never passed

  private mutating func advance() { position = min(position + 1, tokens.count - 1) }

  private mutating func take(_ symbol: Token.Symbol) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    advance()
    return true
  }

  @discardableResult
  private mutating func expect(
    _ symbol: Token.Symbol, _ purpose: String
  ) throws(Failure) -> Range<Int> {
    let range = token.range
    guard take(symbol) else {
      throw failure("expected '\(symbol.rawValue)' \(purpose), found \(token.description)")
    }
    return range
  }

  private func failure(
    _ message: String, at range: Range<Int>? = nil, hint: String? = nil
  ) -> Failure {
    Failure(diagnostic: Diagnostic(message, at: range ?? token.range, hint: hint))
  }

  private func expectEnd() throws(Failure) {
    guard token.kind != .end else { return }
    let words = ["and": "&&", "or": "||", "not": "!", "is": "=="]
    if case .identifier(let word) = token.kind, let symbol = words[word] {
      throw failure(
        "'\(word)' is not an operator", hint: "'\(word)' is written '\(symbol)'")
    }
    throw failure("expected an operator or the end, found \(token.description)")
  }

  // MARK: Nodes

  private mutating func node(
    _ kind: Syntax.Kind, _ range: Range<Int>, over children: [Syntax] = []
  ) throws(Failure) -> Syntax {
    let depth = 1 + (children.lazy.map(\.depth).max() ?? 0)
    guard depth <= Parser.depthLimit else { throw tooDeep(at: range) }
    count += 1
    return Syntax(kind: kind, range: range, id: count, depth: depth)
  }

  private func tooDeep(at range: Range<Int>) -> Failure {
    failure(
      "the expression is nested too deeply; the limit is \(Parser.depthLimit) levels", at: range)
  }

  private mutating func enter() throws(Failure) {
    depth += 1
    guard depth <= Parser.depthLimit else { throw tooDeep(at: token.range) }
  }

  // MARK: Operators

  private mutating func expression() throws(Failure) -> Syntax {
    try enter()
    defer { depth -= 1 }
    let condition = try binary(above: -1)
    guard take(.question) else { return condition }
    let first = try binary(above: -1)
    try expect(.colon, "of '?:'")
    let second = try expression()
    return try node(
      .conditional(condition, first, second),
      condition.range.lowerBound..<second.range.upperBound, over: [condition, first, second])
  }

  /// How strongly an operator with two sides binds.
  private static func strength(_ symbol: Token.Symbol) -> Int? {
    switch symbol {
    case .or: 0
    case .and: 1
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: 2
    case .plus, .minus: 3
    case .times, .divide, .remainder: 4
    default: nil
    }
  }

  /// Operands and the operators between them that bind more than others to the left do. All
  /// associate to the left. One function for all levels keeps the stack small.
  private mutating func binary(above limit: Int) throws(Failure) -> Syntax {
    var left = try unary()
    while case .symbol(let symbol) = token.kind, let strength = Parser.strength(symbol),
      strength > limit
    {
      let name = Syntax.Name(text: symbol.rawValue, range: token.range)
      var operands = [left]
      while take(symbol) {
        operands.append(try binary(above: strength))
        if symbol != .and && symbol != .or { break }
      }
      left = try binaryNode(name, symbol, operands)
    }
    return left
  }

  private mutating func binaryNode(
    _ name: Syntax.Name, _ symbol: Token.Symbol, _ operands: [Syntax]
  ) throws(Failure) -> Syntax {
    let kind: Syntax.Kind =
      switch symbol {
      case .and: .and(operands)
      case .or: .or(operands)
      default: .call(name, target: nil, arguments: operands)
      }
    return try node(
      kind, operands[0].range.lowerBound..<operands[operands.count - 1].range.upperBound,
      over: operands)
  }

  private mutating func unary() throws(Failure) -> Syntax {
    let start = token
    if take(.not) {
      return try prefix("!", start)
    }
    if token.kind == .symbol(.minus) {
      // A sign belongs to the number after it: there is no other way to write the smallest int.
      if let number = try negativeNumber() { return try member(of: number) }
      advance()
      return try prefix("-", start)
    }
    return try member(of: try primary())
  }

  private mutating func prefix(_ name: String, _ start: Token) throws(Failure) -> Syntax {
    try enter()
    defer { depth -= 1 }
    let operand = try unary()
    return try node(
      .call(.init(text: name + "_", range: start.range), target: nil, arguments: [operand]),
      start.range.lowerBound..<operand.range.upperBound, over: [operand])
  }

  private mutating func negativeNumber() throws(Failure) -> Syntax? {
    let number = tokens[min(position + 1, tokens.count - 1)]
    let value: Value
    switch number.kind {
    case .int(let magnitude): value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))  // ≤ 2^63
    case .double(let magnitude): value = .double(-magnitude)
    default: return nil
    }
    let range = token.range.lowerBound..<number.range.upperBound
    advance()
    advance()
    return try node(.literal(value), range)
  }

  // MARK: Members

  private mutating func member(of primary: Syntax) throws(Failure) -> Syntax {
    var operand = primary
    while true {
      let start = operand.range.lowerBound
      if take(.dot) {
        operand = try selection(from: operand)
      } else if take(.openBracket) {
        guard token.kind != .symbol(.question) else { throw noOptionals() }
        let index = try expression()
        let end = try expect(.closeBracket, "after the index")
        operand = try node(
          .index(operand, index), start..<end.upperBound, over: [operand, index])
      } else if token.kind == .symbol(.openBrace), operand.qualifiedName != nil {
        throw failure(
          "a structure cannot be made in an expression",
          hint: "a map is written {\"key\": value}, without a name before it")
      } else {
        return operand
      }
    }
  }

  private func noOptionals() -> Failure {
    failure(
      "optional selection with '?' is not in this language",
      hint: "has(a.b) says whether a.b exists")
  }

  private mutating func selection(from operand: Syntax) throws(Failure) -> Syntax {
    let name: Syntax.Name
    switch token.kind {
    case .identifier(let text) where !["true", "false", "null"].contains(text):
      name = .init(text: text, range: token.range)
      advance()
      if token.kind == .symbol(.openParenthesis) { return try call(name, target: operand) }
    case .quoted(let text):
      name = .init(text: text, range: token.range)
      advance()
    case .symbol(.question): throw noOptionals()
    default: throw failure("expected a field or method after '.', found \(token.description)")
    }
    return try node(
      .select(operand, name), operand.range.lowerBound..<name.range.upperBound, over: [operand])
  }

  private mutating func call(
    _ name: Syntax.Name, target: Syntax?, start: Int? = nil
  ) throws(Failure) -> Syntax {
    advance()
    let arguments = try list(until: .closeParenthesis, "after the arguments of '\(name.text)'")
    let end = tokens[position - 1].range.upperBound
    let range = (target?.range.lowerBound ?? start ?? name.range.lowerBound)..<end
    let children = (target.map { [$0] } ?? []) + arguments
    if expandsMacros,
      let kind = try macro(name, target: target, arguments: arguments, closing: end)
    {
      return try node(kind, range, over: children)
    }
    return try node(.call(name, target: target, arguments: arguments), range, over: children)
  }

  /// Expressions with commas between them, and the closing symbol.
  private mutating func list(
    until closing: Token.Symbol, _ purpose: String, allowsTrailingComma: Bool = false
  ) throws(Failure) -> [Syntax] {
    var elements: [Syntax] = []
    if take(closing) { return elements }
    repeat {
      if allowsTrailingComma, token.kind == .symbol(closing) { break }
      guard token.kind != .symbol(.question) else { throw noOptionals() }
      elements.append(try expression())
    } while take(.comma)
    try expect(closing, purpose)
    return elements
  }

  // MARK: Macros

  private func macro(
    _ name: Syntax.Name, target: Syntax?, arguments: [Syntax], closing: Int
  ) throws(Failure) -> Syntax.Kind? {
    guard let range = target else {
      guard name.text == "has" else { return nil }
      guard arguments.count == 1, case .select = arguments[0].kind else {
        throw failure(
          "'has' wants one field", at: name.range.lowerBound..<closing, hint: "such as has(a.b)")
      }
      return .has(field: arguments[0])
    }
    guard let macro = Macro(rawValue: name.text), macro.takes(arguments.count) else { return nil }
    guard case .name(let variable, false) = arguments[0].kind else {
      throw failure(
        "the first argument of '\(name.text)' names its variable", at: arguments[0].range,
        hint: "such as \(name.text)(x, …)")
    }
    let isTransform = macro == .map
    return .comprehension(
      Syntax.Comprehension(
        macro: macro, name: name, range: range,
        variable: .init(text: variable, range: arguments[0].range),
        condition: isTransform && arguments.count == 2 ? nil : arguments[1],
        transform: isTransform ? arguments[arguments.count - 1] : nil))
  }

  // MARK: Primaries

  private mutating func primary() throws(Failure) -> Syntax {
    let start = token
    switch start.kind {
    case .int(let value):
      guard let int = Int64(exactly: value) else {
        throw failure("the number is too large for an int; the largest is \(Int64.max)")
      }
      return try literal(.int(int))
    case .uint(let value): return try literal(.uint(value))
    case .double(let value): return try literal(.double(value))
    case .string(let value): return try literal(.string(value))
    case .bytes(let value): return try literal(.bytes(value))
    case .identifier, .symbol(.dot): return try name()
    case .symbol(.openParenthesis):
      advance()
      var inner = try expression()
      inner.isGrouped = true
      try expect(.closeParenthesis, "to close '('")
      return inner
    case .symbol(.openBracket):
      advance()
      let elements = try list(
        until: .closeBracket, "at the end of the list", allowsTrailingComma: true)
      return try node(
        .list(elements), start.range.lowerBound..<tokens[position - 1].range.upperBound,
        over: elements)
    case .symbol(.openBrace): return try map()
    case .end: throw failure("expected an expression, found the end")
    default: throw failure("expected an expression, found \(token.description)")
    }
  }

  private mutating func literal(_ value: Value) throws(Failure) -> Syntax {
    let range = token.range
    advance()
    return try node(.literal(value), range)
  }

  private mutating func name() throws(Failure) -> Syntax {
    let start = token.range.lowerBound
    let isAbsolute = take(.dot)
    guard case .identifier(let text) = token.kind else {
      throw failure("expected a name after '.', found \(token.description)")
    }
    switch text {
    case "true": return try literal(.bool(true))
    case "false": return try literal(.bool(false))
    case "null": return try literal(.null)
    default: break
    }
    guard !reservedWords.contains(text) else {
      throw failure("'\(text)' is a reserved word")
    }
    let name = Syntax.Name(text: text, range: token.range)
    advance()
    if token.kind == .symbol(.openParenthesis) {
      return try call(name, target: nil, start: start)
    }
    return try node(.name(text, isAbsolute: isAbsolute), start..<name.range.upperBound)
  }

  private mutating func map() throws(Failure) -> Syntax {
    let start = token.range.lowerBound
    advance()
    var entries: [Syntax.Entry] = []
    while token.kind != .symbol(.closeBrace) {
      guard token.kind != .symbol(.question) else { throw noOptionals() }
      let key = try expression()
      try expect(.colon, "after the key")
      entries.append(Syntax.Entry(key: key, value: try expression()))
      guard take(.comma) else { break }
    }
    let end = try expect(.closeBrace, "at the end of the map")
    return try node(
      .map(entries), start..<end.upperBound, over: entries.flatMap { [$0.key, $0.value] })
  }
}
