import Rules
import TestSupport
import Testing

@testable import Reports

@Suite struct HTMLReportTests {
  private func text(_ name: String) throws -> String {
    let report = try #require(SampleReport.all[name])
    return String(
      decoding: try #require(ReportFormat.named("html")).render(report, .init()), as: UTF8.self)
  }

  @Test(arguments: SampleReport.all.keys.sorted())
  func isWellFormed(_ name: String) throws {
    #expect(MarkupReader.problem(in: try text(name)) == nil)
  }

  @Test(
    .enabled(if: ForeignValidator.hasXMLLint, "\(ForeignValidator.needsXMLLint)"),
    arguments: SampleReport.all.keys.sorted())
  func isWellFormedToOthers(_ name: String) throws {
    #expect(try ForeignValidator.violations(ofXML: Array(try text(name).utf8)) == "")
  }

  /// Nothing runs, nothing is fetched.
  @Test(arguments: SampleReport.all.keys.sorted())
  func isOnePageByItself(_ name: String) throws {
    let text = try text(name)
    for name in ["<script", "<img", "<link", "<iframe", "<form", "url(", "@import", "javascript:"] {
      #expect(!text.contains(name), "\(name)")
    }
    #expect(text.contains("default-src &#39;none&#39;"))
  }

  @Test func thePolicyAllowsTheStyleSheet() throws {
    var python = Subprocess(
      program: "/usr/bin/python3",
      arguments: [
        "-c",
        "import base64,hashlib,sys;"
          + "print(base64.b64encode(hashlib.sha256(sys.stdin.buffer.read()).digest()).decode())",
      ])
    python.input = "\(HTMLStyle.sheet)"
    let hash = try python.run().output.split(separator: "\n").first.map(String.init)
    #expect(HTMLStyle.contentSecurityPolicy.contains("'sha256-\(try #require(hash))'"))
  }

  @Test func onlyAddressesOfTheWebAreLinks() throws {
    var finding = SampleReport.finding("a-rule", .low)
    finding.references = [
      "https://example.org/a\"b?c=d&e (section 3)", "javascript:alert(1)", "tcp(7)",
    ]
    let report = SampleReport.report(findings: [ReportedFinding(finding)])
    let text = String(
      decoding: try #require(ReportFormat.named("html")).render(report, .init()), as: UTF8.self)
    #expect(text.contains("href=\"https://example.org/a%22b?c=d&amp;e\""))
    #expect(text.split(separator: "<a ").count == 2)
    #expect(MarkupReader.problem(in: text) == nil)
  }

  @Test func aReaderOfMarkupFindsWhatIsWrong() {
    for text in ["<a>", "</a>", "<a></b>", "<a b=c/>", "<a b=\"c/>", "&nbsp;", "<a", "<a>&</a>"] {
      #expect(MarkupReader.problem(in: text) != nil, "\(text)")
    }
    #expect(MarkupReader.problem(in: "<a b=\"c\"><d />x &amp; y</a>\n") == nil)
  }
}
