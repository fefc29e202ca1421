import Reports
import TestSupport
import Testing

/// Reports in the language that was asked for.
struct LanguageTests {
  private func render(_ name: String, _ report: Report) throws -> String {
    let format = try #require(ReportFormat.named(name))
    return String(decoding: format.render(report, .init()), as: UTF8.self)
  }

  @Test(arguments: [("text", "txt"), ("markdown", "md"), ("html", "html")])
  func `people read titles and remedies in it`(_ name: String, _ suffix: String) throws {
    Golden.expect(
      try render(name, SampleReport.chinese), matches: "reports/chinese.\(suffix)")
  }

  @Test(arguments: ["json", "sarif", "junit", "github", "baseline"])
  func `programs read English`(_ name: String) throws {
    let text = try render(name, SampleReport.chinese)
    #expect(!text.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) })
    #expect(text.contains("destination-exhausted"))
  }
}
