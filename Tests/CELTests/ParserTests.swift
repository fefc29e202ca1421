import Testing

@testable import CEL

@Suite struct ParserTests {
  @Test(arguments: [
    Row("", "0: expected an expression, found the end"),
    Row("1 +", "3: expected an expression, found the end"),
    Row("1 2", "2: expected an operator or the end, found a number"),
    Row("true and false", "5: 'and' is not an operator ('and' is written '&&')"),
    Row("(1", "2: expected ')' to close '(', found the end"),
    Row("[1", "2: expected ']' at the end of the list, found the end"),
    Row("{1: 2", "5: expected '}' at the end of the map, found the end"),
    Row("{1}", "2: expected ':' after the key, found '}'"),
    Row("sysctl[1", "8: expected ']' after the index, found the end"),
    Row("size(1", "6: expected ')' after the arguments of 'size', found the end"),
    Row("true ? 1", "8: expected ':' of '?:', found the end"),
    Row("sysctl.1", "6: expected an operator or the end, found a number"),
    Row("sysctl.'a'", "7: expected a field or method after '.', found a string"),
    Row(". 'a'", "2: expected a name after '.', found a string"),
    Row("namespace", "0: 'namespace' is a reserved word"),
    Row(
      "a.?b",
      "2: optional selection with '?' is not in this language (has(a.b) says whether a.b exists)"),
    Row(
      "[?a]",
      "1: optional selection with '?' is not in this language (has(a.b) says whether a.b exists)"),
    Row(
      "Foo{a: 1}",
      "3: a structure cannot be made in an expression (a map is written {\"key\": value}, without a name before it)"
    ),
    Row("has(sysctl)", "0: 'has' wants one field (such as has(a.b))"),
    Row(
      "[1].all(1, true)", "8: the first argument of 'all' names its variable (such as all(x, …))"),
    Row(
      "9223372036854775808",
      "0: the number is too large for an int; the largest is 9223372036854775807"),
  ])
  func refuses(row: Row) { #expect(Example.problems(row.text) == row.expected) }

  @Test(arguments: [
    Row("1 + 2 * 3 - 4", "3"), Row("-9223372036854775808", "-9223372036854775808"),
    Row("--1", "1"), Row("!!true", "true"), Row("1 < 2 == true", "true"),
    Row("false && true || true", "true"), Row("true ? 1 : false ? 2 : 3", "1"),
    Row("[1, 2,][1]", "2"), Row("{'a': 1,}.a", "1"), Row("10 - 3 - 2", "5"),
    Row("2 - -2", "4"), Row("1-1", "0"), Row("\t1\r\n+\u{0C}1 // one", "2"),
    Row("{'a-b': 1}.`a-b`", "1"), Row("{'as': 1}.as", "1"),
  ])
  func parses(row: Row) { #expect(Example.value(row.text) == row.expected) }

  @Test func bracketsKeepAFieldFromBeingAName() throws {
    var activation = Activation(["a.b": .value(.int(1), nil)])
    var map = MapValue()
    map.insert(.init(key: .string("b"), value: .int(2)))
    activation.variables["a"] = .value(.map(map), nil)
    #expect(try Expression.parse("a.b").evaluate(in: activation).value.description == "1")
    #expect(try Expression.parse("(a).b").evaluate(in: activation).value.description == "2")
    #expect(try Expression.parse("(a.b)").evaluate(in: activation).value.description == "1")
  }

  @Test func macrosCanBeLeftOut() throws {
    var options = CheckOptions.specification
    options.expandsMacros = false
    let value = try Expression.parse("has(a.b)", options: options).evaluate(in: .init()).value
    #expect(value.description == "error: there is no function 'has' for 1 arguments")
  }
}
