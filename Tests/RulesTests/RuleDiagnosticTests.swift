import Testing

@testable import Rules

@Suite struct RuleDiagnosticTests {
  @Test func printsLineCaretAndHint() {
    let diagnostic = RuleDiagnostic(
      path: "a.yaml", line: 3, column: 1, length: 3, message: "unknown key 'tag'",
      sourceLine: "tag: [tcp]", hint: "did you mean 'tags'?")
    #expect(
      diagnostic.rendered() == """
        a.yaml:3:1: error: unknown key 'tag'
          tag: [tcp]
          ^~~
          did you mean 'tags'?
        """)
  }

  @Test func printsAFileAsAWholeWithoutALine() {
    let diagnostic = RuleDiagnostic(path: "a.yaml", severity: .warning, message: "not read")
    #expect(diagnostic.rendered() == "a.yaml: warning: not read")
  }

  @Test(arguments: [
    ("\tx: y", 5, 1, "      x: y", "         ^"),
    ("服务: y", 5, 1, "  服务: y", "        ^"),
    ("e\u{301}: y", 5, 1, "  e\u{301}: y", "     ^"),
    ("a\u{1b}[31m: y", 9, 1, "  a\\u{1b}[31m: y", "               ^"),
    ("a\u{202e}: y", 5, 1, "  a\\u{202e}: y", "             ^"),
    ("x: 服务", 4, 2, "  x: 服务", "     ^~~~"),
    ("x:", 3, 1, "  x:", "    ^"),
  ])
  func alignsTheCaret(
    _ line: String, _ column: Int, _ length: Int, _ shown: String, _ caret: String
  ) {
    let diagnostic = RuleDiagnostic(
      path: "a", line: 1, column: column, length: length, message: "m", sourceLine: line)
    let lines = diagnostic.rendered().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3)
    #expect(lines[1] == shown)
    #expect(lines[2] == caret)
  }

  @Test func cutsLongLinesAroundTheCaret() {
    let line = String(repeating: "x", count: 1000) + "!" + String(repeating: "y", count: 1000)
    let diagnostic = RuleDiagnostic(
      path: "a", line: 1, column: 1001, message: "m", sourceLine: line)
    let lines = diagnostic.rendered().split(separator: "\n").map(Array.init)
    #expect(lines[1].count < 200)
    let caret = lines[2].firstIndex(of: "^") ?? 0
    #expect(lines[1][caret] == "!")
  }

  @Test func escapesControlCharactersInNames() {
    let diagnostic = RuleDiagnostic(path: "a\n\u{1b}b", message: "no '\u{7}'")
    #expect(diagnostic.rendered() == "a\\u{a}\\u{1b}b: error: no '\\u{7}'")
  }
}
