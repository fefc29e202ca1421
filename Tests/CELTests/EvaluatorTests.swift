import CEL
import Testing

@Suite struct EvaluatorTests {
  @Test(arguments: [
    // Facts
    Row("sysctl.tcp_fin_timeout", "60"), Row("sysctl.port_range.first", "32768"),
    Row("sysctl.tcp_rmem[1]", "131072"), Row("raw['vendor.key']", "\"on\""),
    Row("8081 in sysctl.reserved", "true"), Row("8082 in sysctl.reserved", "false"),
    Row("size(sysctl.reserved)", "2"), Row("uptime > duration('1m')", "true"),
    Row("has(raw.x)", "false"), Row("'vendor.key' in raw", "true"),
    // Numbers
    Row("1 < 1.5 && 2u > 1 && 1.0 == 1 && 1u != 2.0", "true"), Row("7 / 2", "3"),
    Row("-7 / 2", "-3"), Row("-7 % 5", "-2"), Row("0.0 / 0.0 == 0.0 / 0.0", "false"),
    Row("1.0 / 0.0", "Infinity"), Row("int(-7.9)", "-7"), Row("string(2.50)", "\"2.5\""),
    Row("string(3.0)", "\"3\""), Row("double('1e3')", "1000"), Row("uint(7)", "7u"),
    Row("int('12') + 1", "13"), Row("bool('t')", "true"),
    Row("9223372036854775807 + 1", "error: the result does not fit an int"),
    Row("-(-9223372036854775808)", "error: the result does not fit an int"),
    Row("-9223372036854775808 / -1", "error: the result does not fit an int"),
    Row("-9223372036854775808 % -1", "error: the result does not fit an int"),
    Row("9223372036854775807 * 2", "error: the result does not fit an int"),
    Row("0u - 1u", "error: the result does not fit a uint"),
    Row("1 / 0", "error: division by zero"),
    Row("1 % 0", "error: remainder of a division by zero"),
    Row("int(1e19)", "error: 1e+19 does not fit an int"),
    Row("int(0.0 / 0.0)", "error: NaN does not fit an int"),
    Row("uint(-1)", "error: -1 does not fit a uint"), Row("int('x')", "error: 'x' is not an int"),
    Row("bool('yes')", "error: 'yes' is not a bool"),
    // Strings are Unicode scalars
    Row("size('e\\u0301')", "2"), Row("'\\u00e9' == 'e\\u0301'", "false"),
    Row("'abc'.contains('bc') && 'abc'.startsWith('ab') && 'abc'.endsWith('c')", "true"),
    Row("'aabaab'.contains('aabb')", "false"), Row("'a' + 'b'", "\"ab\""),
    Row("'e\\u0301'.endsWith('\\u0301')", "true"),
    Row("{'\\u00e9': 1, 'e\\u0301': 2}.size()", "2"),
    Row("string(b'\\xff')", "error: the bytes are not UTF-8"), Row("'a' < 'á'", "true"),
    Row("b'ab' + b'c' == bytes('abc')", "true"),
    // Collections
    Row("[1, 2] + [3] == [1, 2, 3]", "true"), Row("2 in [1, 2]", "true"), Row("[] == []", "true"),
    Row("[1][1]", "error: index 1 is beyond the list of 1"),
    Row("[1][-1]", "error: index -1 is below 0"),
    Row("{'a': 1}['b']", "error: there is no key \"b\""),
    Row("{'a': 1, 'a': 2}", "error: the key \"a\" is there twice"),
    Row("{1: 'a', 2: 'b'} == {2: 'b', 1: 'a'}", "true"), Row("{1: 'a'}[1]", "\"a\""),
    // Logic
    Row("1 / 0 == 1 || true", "true"), Row("1 / 0 == 1 && false", "false"),
    Row("1 / 0 == 1 || false", "error: division by zero"),
    Row("1 / 0 == 1 ? 1 : 2", "error: division by zero"), Row("true ? 1 : 1 / 0", "1"),
    // Macros
    Row("[1, 2, 3].filter(x, x > 1).map(x, x * x)", "[4, 9]"),
    Row("[1, 2, 3].map(x, x > 1, -x)", "[-2, -3]"), Row("[1, 2].exists_one(x, x > 1)", "true"),
    Row("[1, 2, 3].exists_one(x, x > 1)", "false"), Row("{'a': 1}.all(k, k == 'a')", "true"),
    Row("[[1], [2, 3]].exists(l, l.all(x, x > 1))", "true"),
    Row("[1, 2].map(x, [3].map(y, x + y))", "[[4], [5]]"),
    Row("[0, 1].exists(x, 1 / x == 1)", "true"),
    Row("[0, 2].exists(x, 1 / x == 1)", "error: division by zero"),
    Row("[0, 2].all(x, 1 / x == 1)", "false"),
    Row("[1, 0].map(x, 1 / x)", "error: division by zero"),
    Row("[1, 2].exists(x, [1].exists(x, x == 2))", "false"),
    // Types
    Row("type(1) == int", "true"), Row("type([1])", "list"), Row("type(1u) == type(1)", "false"),
  ])
  func evaluates(row: Row) { #expect(Example.value(row.text) == row.expected) }

  @Test(arguments: [
    Row("duration('1h30m').getMinutes()", "90"), Row("duration('-1.5s')", "-1.5s"),
    Row("duration('1h') + duration('1m') - duration('1s')", "3659s"),
    Row("duration('90061.5s').getHours()", "25"),
    Row("duration('123.321456789s').getMilliseconds()", "321"),
    Row("duration('1500ms').getSeconds()", "1"), Row("duration('1ns') < duration('1us')", "true"),
    Row("string(duration('100000s'))", "\"100000s\""), Row("duration('0')", "0s"),
    Row("duration('.5h')", "1800s"),
    Row("duration('')", "error: '' is not a duration; it is written like '90s', '1h30m' or '1.5s'"),
    Row(
      "duration('5')", "error: '5' is not a duration; it is written like '90s', '1h30m' or '1.5s'"),
    Row(
      "duration('1d')", "error: '1d' is not a duration; it is written like '90s', '1h30m' or '1.5s'"
    ),
    Row("duration('99999999h')", "error: the duration exceeds 10000 years"),
    Row("duration('9223372036854775808ns')", "error: the duration exceeds 10000 years"),
    Row(
      "duration('200000000000s') + duration('200000000000s')",
      "error: the duration exceeds 10000 years"),
  ])
  func knowsDurations(row: Row) { #expect(Example.value(row.text) == row.expected) }

  @Test(arguments: [
    Row("f(1)", "error: there is no function 'f' for 1 arguments"),
    Row("x.y", "error: there is no value for 'x'"),
    Row("1 + 'a'", "error: '+' does not take int and string"),
    Row("!1", "error: '!' does not take int"), Row("1 && true", "error: '&&' does not take int"),
    Row("1 ? 2 : 3", "error: the condition of '?:' is int, not bool"),
    Row("[1].exists(x, x)", "error: the condition of 'exists' is int"),
    Row("1.exists(x, x)", "error: 'exists' does not take int"),
    Row("1.0.a", "error: a value of type double has no fields"),
    Row("has(1.0.a)", "error: a value of type double has no fields"),
    Row("1[0]", "error: a value of type int cannot be indexed"),
    Row("[1]['a']", "error: a list is indexed by int, not string"),
    Row("[7][0.0] + [7][0u]", "14"),
    Row("{null: 1}", "error: null_type cannot be the key of a map"),
    Row("{1.0: 1}", "error: double cannot be the key of a map"),
    Row("{1: 2}[b'']", "error: bytes cannot be the key of a map"),
    Row("{1: 2}[1.0]", "2"), Row("{1: 2}[1.5]", "error: there is no key 1.5"),
    Row("int == type(1)", "true"),
  ])
  func uncheckedExpressionsFailCleanly(row: Row) throws {
    let value = try Expression.parse(row.text).evaluate(in: Activation()).value
    #expect(value.description == row.expected)
  }
}
