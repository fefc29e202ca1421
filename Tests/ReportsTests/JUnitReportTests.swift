import Reports
import Rules
import TestSupport
import Testing

@Suite struct JUnitReportTests {
  private func bytes(_ report: Report) throws -> [UInt8] {
    try #require(ReportFormat.named("junit")).render(report, .init())
  }

  private func text(_ report: Report) throws -> String {
    String(decoding: try bytes(report), as: UTF8.self)
  }

  @Test(
    .enabled(if: ForeignValidator.hasXMLLint, "\(ForeignValidator.needsXMLLint)"),
    arguments: SampleReport.all.keys.sorted())
  func followsTheSchemaOfJenkins(_ name: String) throws {
    #expect(
      try ForeignValidator.violations(
        ofXML: try bytes(try #require(SampleReport.all[name])),
        schema: ForeignValidator.schema("junit-10.xsd")) == "")
  }

  @Test(arguments: SampleReport.all.keys.sorted())
  func isWellFormed(_ name: String) throws {
    #expect(MarkupReader.problem(in: try text(try #require(SampleReport.all[name]))) == nil)
  }

  /// GitLab takes a second case of the same class and name for the first.
  @Test func namesAreUnique() throws {
    let twice = [1, 2].map { _ in ReportedFinding(SampleReport.exhausted) }
    let names = try text(SampleReport.report(findings: twice)).split(separator: "\n").filter {
      $0.contains("<testcase ")
    }
    #expect(names.count == 2)
    #expect(names[1].contains("5432 (2)\""))
  }

  @Test func countsAddUp() throws {
    let text = try text(SampleReport.accepted)
    func count(_ tag: String) -> Int { text.split(separator: "<\(tag)").count - 1 }
    #expect(
      text.contains(
        "tests=\"\(count("testcase "))\" failures=\"\(count("failure "))\" "
          + "errors=\"\(count("error "))\" skipped=\"\(count("skipped "))\""))
  }
}
