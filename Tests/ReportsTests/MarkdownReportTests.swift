import Rules
import Testing

@testable import Reports

@Suite struct MarkdownReportTests {
  @Test(arguments: [
    ("tcp_tw_reuse = 1", "tcp_tw_reuse = 1"), ("_x_ *y* `z`", "\\_x\\_ \\*y\\* \\`z\\`"),
    ("a|b", "a\\|b"), ("<img src=x>", "\\<img src=x\\>"), ("&lt;", "&amp;lt;"),
    ("[a](b)", "\\[a\\](b)"), ("@octocat", "@&#8203;octocat"), ("#12", "#&#8203;12"),
    ("# x", "\\# x"), ("https://evil.example", "https&#58;//evil.example"),
    ("www.evil.example", "www&#46;evil.example"), ("a\nb", "a\\\\u{a}b"),
    ("~~a~~", "\\~\\~a\\~\\~"),
    ("$x$", "\\$x\\$"), ("![a]", "\\!\\[a\\]"), ("a\\|b", "a\\\\\\|b"),
  ])
  func textIsNoMarkup(_ text: String, _ escaped: String) {
    #expect(MarkdownText.escaped(text) == escaped)
  }

  @Test func aFenceIsLongerThanAnyInside() {
    #expect(
      MarkdownText.block(["a = ```", "b = `````"], language: "ini").hasPrefix("``````ini\n"))
  }

  @Test func longListsAreCut() throws {
    let findings = (0..<500).map { number in
      ReportedFinding(SampleReport.finding("a-rule", .low, subject: "unit:\(number)"))
    }
    let bytes = try #require(ReportFormat.named("markdown"))
      .render(SampleReport.report(findings: findings), .init())
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("_and 300 more_"))
    #expect(text.contains("_Evidence and remedies of 470 more are in the whole report._"))
    // A comment on GitHub holds 65,536 characters.
    #expect(text.count < 65_536)
  }
}
