import CEL
import Reports
import Rules
import Testing

@Suite struct GitHubReportTests {
  private func lines(_ report: Report) throws -> [String] {
    let bytes = try #require(ReportFormat.named("github")).render(report, .init())
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func finding(
    _ severity: Severity, title: String = "T", message: String = "m",
    locations: [CEL.SourceLocation] = []
  ) -> ReportedFinding {
    ReportedFinding(
      Finding(
        rule: "a-rule", title: title, severity: severity, confidence: .high, subject: "sysctl:a",
        message: message, evidence: [], locations: locations, fingerprint: "f"))
  }

  @Test func placesAndKinds() throws {
    let place = CEL.SourceLocation(path: "./etc/a,b:c.conf", line: 3, column: 5, endColumn: 9)
    #expect(
      try lines(SampleReport.report(findings: [finding(.high, locations: [place])]))[0]
        == "::error file=etc/a%2Cb%3Ac.conf,line=3,col=5,endColumn=8,title=T [a-rule]::m")
    #expect(
      try lines(
        SampleReport.report(findings: [finding(.medium, locations: [.init(path: "a", line: 3)])]))[
          0] == "::warning file=a,line=3,title=T [a-rule]::m")
    for severity in [Severity.low, .info] {
      #expect(
        try lines(SampleReport.report(findings: [finding(severity)]))[0]
          == "::notice title=T [a-rule]::sysctl:a: m")
    }
  }

  @Test func nothingInANameIsACommand() throws {
    let report = SampleReport.report(findings: [
      finding(.low, title: "a::b,c%", message: "50% of\n::error::x\r"),
      ReportedFinding(
        SampleReport.finding("b-rule", .low, subject: "x\n::add-mask::y ##[group]z"),
        state: .waived, waiver: .init(reason: "##[error]no")),
    ])
    let lines = try lines(report)
    #expect(
      lines[0]
        == "::notice title=a%3A%3Ab%2Cc%25 [a-rule]::sysctl:a: 50%25 of\\u{a}::error::x\\u{d}")
    #expect(
      lines[1] == "b-rule x\\u{a}::add-mask::y ##\\[group]z: waived: ##\\[error]no")
    #expect(lines.count { $0.hasPrefix("::") } == 1)
  }

  @Test func theWorstComeFirst() throws {
    let kinds = try lines(SampleReport.full).compactMap { line in
      line.hasPrefix("::") ? line.dropFirst(2).prefix { $0 != " " } : nil
    }
    #expect(kinds.prefix(4) == ["error", "error", "warning", "notice"])
  }
}
