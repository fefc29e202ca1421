import Testing

@testable import CEL

@Suite struct LexerTests {
  @Test func splitsAndPlaces() {
    var lexer = Lexer("a.b >= 0x1Fu // c\n&& 'ü'")
    let tokens = lexer.tokens()
    #expect(
      tokens.map(\.kind) == [
        .identifier("a"), .symbol(.dot), .identifier("b"), .symbol(.greaterOrEqual), .uint(31),
        .symbol(.and), .string("ü"), .end,
      ])
    #expect(tokens.map(\.range) == [0..<1, 1..<2, 2..<3, 4..<6, 7..<12, 18..<20, 21..<24, 24..<24])
    #expect(lexer.diagnostics.isEmpty)
  }

  @Test(
    arguments: [
      ("1", .int(1)), ("0xff", .int(255)), ("18446744073709551615u", .uint(.max)),
      (".5", .double(0.5)),
      ("1e3", .double(1000)), ("2.5E-1", .double(0.25)), ("'a\\n'", .string("a\n")),
      ("r'a\\n'", .string("a\\n")), ("'''a'b'''", .string("a'b")), ("'\\u00e9'", .string("é")),
      ("'\\uD83D\\uDE00'", .string("😀")), ("'\\U0001F600'", .string("😀")),
      ("'\\377'", .string("ÿ")),
      ("b'\\377'", .bytes([255])), ("b'ÿ'", .bytes([195, 191])), ("bR'\\x'", .bytes([92, 120])),
      ("`a-b.c`", .quoted("a-b.c")), ("in", .symbol(.in)), ("inner", .identifier("inner")),
    ] as [(String, Token.Kind)])
  func readsLiterals(text: String, kind: Token.Kind) {
    var lexer = Lexer(text)
    #expect(lexer.tokens().map(\.kind) == [kind, .end])
    #expect(lexer.diagnostics.isEmpty)
  }

  @Test(arguments: [
    Row("a = 1", "2: '=' is not an operator (equality is '==')"),
    Row("a & b", "2: '&' is not an operator (the logical and is '&&')"),
    Row("a | b", "2: '|' is not an operator (the logical or is '||')"),
    Row("a § b", "2: '§' is not part of any expression"),
    Row("10s", "0: '10s' is not a number (a duration is written duration('10s'))"),
    Row("0x", "0: '0x' wants hexadecimal digits after it"),
    Row("1e999", "0: the number is too large for a double"),
    Row(
      "9223372036854775809",
      "0: the number is too large for an int; the largest is 9223372036854775807"),
    Row(
      "18446744073709551616u",
      "0: the number is too large for a uint; the largest is 18446744073709551615"),
    Row("'abc", "0: the string is not closed (it wants a ' at its end)"),
    Row(
      "'a\nb'",
      "0: the string is not closed (it wants a ' at its end)\n3: the string is not closed (it wants a ' at its end)"
    ),
    Row("'\\q'", "1: '\\q' is not an escape (a backslash is written \\\\)"),
    Row("b'\\u0041'", "2: '\\u' is not an escape (bytes are written \\x41 or \\101)"),
    Row("'\\x4'", "1: '\\x4' wants 2 digits"),
    Row("'\\uD800'", "1: '\\uD800' is not a Unicode scalar"),
    Row("'\\", "0: the string is not closed (it wants a ' at its end)"),
    Row("a.`b", "2: the '`' is not closed"),
    Row("a.`b!`", "2: '`b!`' is not a field name; in '`' are letters, digits and any of _.-/ "),
  ])
  func refuses(row: Row) { #expect(Example.problems(row.text) == row.expected) }
}
