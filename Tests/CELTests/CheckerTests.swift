import CEL
import Testing

@Suite struct CheckerTests {
  @Test(arguments: [
    // Names
    Row("sockts.tcp > 1", "0: 'sockts' is not defined (did you mean 'sockets'?)"),
    Row(
      "foo", "0: 'foo' is not defined (defined are: delta, listener, raw, sockets, sysctl, uptime)"),
    Row("size > 1", "0: 'size' is a function (it is called as size(string) -> int)"),
    Row(
      "sockets.listeners.exists(lis, li.port == 1)",
      "30: 'li' is not defined (did you mean 'lis'?)"),
    Row(
      "timestamp", "0: 'timestamp' is not in this language (rules have no clock; there is duration)"
    ),
    // Fields
    Row(
      "sysctl.tcp_tw_reus == 1",
      "7: 'Sysctl' has no field 'tcp_tw_reus' (did you mean 'tcp_tw_reuse'?)"),
    Row(
      "sysctl.port_range.size", "18: 'PortRange' has no field 'size' (it has: first, last, step)"),
    Row("has(listener.prt)", "13: 'Listener' has no field 'prt' (did you mean 'port'?)"),
    Row("listener.port.x", "14: 'x' is asked of an int, which has no fields"),
    Row(
      "sockets.listeners.port == 1",
      "18: 'port' is asked of a list(Listener), which has no fields (its elements are reached with exists, all, filter, map or [0])"
    ),
    Row(
      "{1: 2}.a",
      "7: 'a' is asked of a map(int, int), which has no fields (its keys are not strings; an entry is reached with [key])"
    ),
    // Indexes
    Row("sockets.listeners['a']", "18: a list is indexed by int, not string"),
    Row("raw[1]", "4: the keys of this map are string, not int"),
    Row("listener.port[0]", "0: an int cannot be indexed"),
    // Operators
    Row(
      "1 + 1.0",
      "0: '+' does not take int and double (numbers of different types are compared but not calculated with: convert one with int(), uint() or double())"
    ),
    Row("'a' + 1", "0: '+' does not take string and int (string() makes text of a value)"),
    Row("1 == 'a'", "0: '==' does not take int and string (both sides must be of one type)"),
    Row(
      "uptime > null",
      "0: '>' does not take duration and null_type (both sides must be of one type)"),
    Row("[1] < [2]", "0: '<' does not take list(int) and list(int)"),
    Row(
      "1 in 2",
      "0: 'in' does not take int and int (on the right is a list, a map or a set of integers)"),
    Row("-'a'", "0: '-' does not take string"),
    Row("!1", "0: '!' does not take int"),
    Row("1 && true", "0: '&&' takes bool, not int"),
    Row("true || 'a'", "8: '||' takes bool, not string"),
    Row("1 ? 2 : 3", "0: the condition of '?:' must be bool, not int"),
    Row("true ? 1 : 'a'", "0: the branches of '?:' are int and string (both must be of one type)"),
    // Literals
    Row("[1, 'a']", "4: the elements of a list are int and string (all must be of one type)"),
    Row(
      "{'a': 1, 'b': 'c'}", "14: the values of a map are int and string (all must be of one type)"),
    Row("{'a': 1, 2: 3}", "9: the keys of a map are string and int (all must be of one type)"),
    Row("{1.5: 1}", "1: a key of a map is bool, int, uint or string, not double"),
    // Calls
    Row("frobnicate(1)", "0: 'frobnicate' is not a function"),
    Row("'a'.startWith('b')", "4: 'startWith' is not a function (did you mean 'startsWith'?)"),
    Row("siz('b')", "0: 'siz' is not a function (did you mean 'size'?)"),
    Row(
      "startsWith('a', 'b')",
      "0: 'startsWith' is called on a value (string.startsWith(string) -> bool)"),
    Row(
      "1.double()",
      "2: 'double' is not a method (double(double) -> double; double(int) -> double; double(uint) -> double; double(string) -> double)"
    ),
    Row(
      "bytes(1)", "0: 'bytes' does not take (int) (bytes(bytes) -> bytes; bytes(string) -> bytes)"),
    Row(
      "bytes()",
      "0: 'bytes' does not take 0 arguments (bytes(bytes) -> bytes; bytes(string) -> bytes)"),
    Row(
      "'a'.contains(1)",
      "0: 'contains' of string does not take (int) (string.contains(string) -> bool)"),
    Row(
      "'a'.matches('b')",
      "4: 'matches' is not in this language (regular expressions can take any time; there are startsWith, endsWith and contains)"
    ),
    Row(
      "dyn(1) == 1",
      "0: 'dyn' is not allowed in rules (their types are checked when they are loaded)"),
    // Macros
    Row("sockets.tcp.exists(x, true)", "0: 'exists' ranges over a list or a map, not an int"),
    Row(
      "sockets.listeners.exists(x, x.port)", "28: the condition of 'exists' must be bool, not int"),
    Row(
      "sockets.listeners.exists(x)",
      "18: 'exists' takes a variable and a condition (list.exists(x, condition) -> bool)"),
    Row("all(x, true)", "0: 'all' is called on a list or a map (list.all(x, condition) -> bool)"),
    Row("sysctl.has(a)", "7: 'has' is not a method (has(a.b))"),
    // Scalars, not bytes
    Row(
      "'äö' == tcp",
      "8: 'tcp' is not defined (defined are: delta, listener, raw, sockets, sysctl, uptime)"),
  ])
  func reports(row: Row) { #expect(Example.problems(row.text) == row.expected) }

  @Test func reportsAllProblemsInTheOrderOfTheText() {
    #expect(
      Example.problems("sysctl.a == 1 && 1 + 'a' == 2 && foo(1)").split(separator: "\n").map {
        $0.prefix { $0 != ":" }
      } == ["7", "17", "33"])
  }

  @Test(
    arguments: [
      ("1", .int), ("1 < 2.0", .bool), ("sysctl.port_range", .object("PortRange")),
      ("sockets.listeners.map(l, l.port)", .list(.int)), ("type(1)", .type(.int)),
      ("[]", .list(.dyn)),
      ("sockets.listeners.filter(l, l.port > 1)", .list(.object("Listener"))),
      ("raw['a']", .string),
      ("true ? [] : [1]", .list(.int)), ("uptime - duration('1s')", .duration), ("raw.a", .string),
    ] as [(String, Type)])
  func findsTypes(text: String, type: Type) throws {
    #expect(try Expression.compile(text, schema: Example.schema).resultType == type)
  }

  @Test func mixedLiteralsAreDynWhereAllowed() throws {
    let expression = try Expression.compile(
      "[1, 'a']", schema: Example.schema, options: .specification)
    #expect(expression.resultType == .list(.dyn))
  }

  @Test func variablesComeBesideTheSchema() throws {
    let expression = try Expression.compile(
      "total * 2", schema: Example.schema, variables: ["total": .int])
    let value = expression.evaluate(in: Activation(["total": .value(.int(4), nil)])).value
    #expect(value.description == "8")
  }
}
