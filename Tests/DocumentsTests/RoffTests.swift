import Testing

@Suite struct RoffTests {
  @Test(arguments: [
    ("when: !has(a.b)", "when: !has(a.b)"), ("a-b 'c' `d`", "a\\-b \\(aqc\\(aq \\(gad\\(ga"),
    ("  ^~~", "  \\(ha\\(ti\\(ti"), (".Sh", "\\&.Sh"), ("a\\n", "a\\en"), ("", ""),
  ])
  func escapesLines(_ line: String, _ escaped: String) {
    #expect(Roff.literal(line) == escaped)
    #expect(Roff.unescaped(escaped) == line)
  }

  @Test(arguments: [
    ("tcp_tw_reuse", "tcp_tw_reuse"), ("a b", "\"a b\""), ("Sh", "\\&Sh"), ("?", "\\&?"),
    ("\"a\" b", "\"\\(dqa\\(dq b\""),
  ])
  func makesArguments(_ text: String, _ argument: String) {
    #expect(Roff.argument(text) == argument)
  }

  @Test(arguments: [
    ("One. Two, i. e. three.", ["One.", "Two, i.", "e.", "three."]),
    ("`server`, or (`both`).", [".Ql server ,", "or", ".Ql ( both ) ."]),
    ("see `a b`: there", ["see", ".Ql \"a b\" :", "there"]),
    ("x`y`z and .profile", ["x\\fBy\\fRz and .profile"]), (".profile", ["\\&.profile"]),
    ("with --strict on", ["with \\-\\-strict on"]), ("", []),
  ])
  func writesProse(_ text: String, _ lines: [String]) {
    #expect(Roff.prose(text) == lines)
  }
}
