import Reports
import TestSupport
import Testing

/// The formats for pipelines, each a golden file: `Tests/Fixtures/reports`.
@Suite struct FormatGoldenTests {
  /// Names of formats and how their files end.
  static let formats = [
    ("sarif", "sarif"), ("junit", "junit.xml"), ("github", "github.txt"), ("markdown", "md"),
    ("html", "html"), ("prometheus", "prom"), ("baseline", "baseline.json"),
  ]

  @Test(arguments: formats, SampleReport.all.keys.sorted())
  func looksAsReviewed(_ format: (name: String, suffix: String), _ name: String) throws {
    let report = try #require(SampleReport.all[name])
    let bytes = try #require(ReportFormat.named(format.name)).render(report, .init())
    Golden.expect(
      String(decoding: bytes, as: UTF8.self), matches: "reports/\(name).\(format.suffix)")
  }
}
