import Reports
import Rules
import TestSupport
import Testing

@Suite struct ReportDiffTests {
  private func recorded(_ report: Report) throws -> RecordedReport {
    let bytes = try #require(ReportFormat.named("json")).render(report, .init())
    return try RecordedReport(bytes, name: "report.json")
  }

  private func report(
    _ findings: [ReportedFinding], rules: [RuleSummary] = [], host: String = "web1"
  ) -> Report {
    var report = SampleReport.report(findings: findings, host: host)
    report.rules = rules
    return report
  }

  /// One of each kind.
  private func sample() throws -> ReportDiff {
    var worse = SampleReport.reuseNeeded
    worse.severity = .medium
    let parity = SampleReport.finding("ephemeral-range-parity", .info)
    let old = report([
      ReportedFinding(SampleReport.exhausted), ReportedFinding(worse),
      ReportedFinding(SampleReport.inRange(8080)), ReportedFinding(SampleReport.inRange(9090)),
      ReportedFinding(parity), ReportedFinding(SampleReport.finding("timestamps-disabled", .low)),
    ])
    let new = report(
      [
        ReportedFinding(SampleReport.reuseNeeded), ReportedFinding(SampleReport.inRange(8080)),
        ReportedFinding(SampleReport.inRange(9090), state: .waived, waiver: .init(reason: "why")),
        ReportedFinding(SampleReport.inRange(7070)),
        ReportedFinding(SampleReport.inRange(6060), state: .known),
      ],
      rules: [
        RuleSummary(rule: "destination-exhausted", passed: 1),
        RuleSummary(rule: "timestamps-disabled", undecided: 1),
        RuleSummary(rule: "listener-in-ephemeral-range", findings: 3),
        RuleSummary(rule: "tw-reuse-needed", findings: 1),
      ])
    return ReportDiff(from: try recorded(old), to: try recorded(new))
  }

  @Test func tellsWhatCameWentAndChanged() throws {
    let diff = try sample()
    #expect(
      diff.added.map(\.subject) == ["listener:tcp:0.0.0.0:6060", "listener:tcp:0.0.0.0:7070"])
    #expect(diff.resolved.map(\.rule) == ["destination-exhausted"])
    // One was not evaluated, the other could not be decided.
    #expect(diff.unjudged.map(\.rule) == ["timestamps-disabled", "ephemeral-range-parity"])
    #expect(diff.changed.map(\.new.rule) == ["tw-reuse-needed", "listener-in-ephemeral-range"])
    #expect(diff.unchanged.map(\.subject) == ["listener:tcp:0.0.0.0:8080"])
  }

  @Test func onlyNewOnesCount() throws {
    let diff = try sample()
    #expect(diff.hasNew(atLeast: .info))
    #expect(diff.hasNew(atLeast: .medium))
    #expect(!diff.hasNew(atLeast: .high))
    let same = try recorded(SampleReport.full)
    #expect(!ReportDiff(from: same, to: same).hasNew(atLeast: .info))
    #expect(ReportDiff(from: same, to: same).unchanged.count == same.findings.count)
    let known = report([ReportedFinding(SampleReport.exhausted, state: .known)])
    #expect(
      !ReportDiff(from: try recorded(report([])), to: try recorded(known)).hasNew(atLeast: .info))
  }

  @Test func looksAsReviewed() throws {
    let diff = try sample()
    func expect(_ bytes: [UInt8], _ name: String) {
      Golden.expect(String(decoding: bytes, as: UTF8.self), matches: "reports/\(name)")
    }
    expect(diff.text(.init()), "diff.txt")
    expect(diff.text(.init(verbosity: .verbose)), "diff-verbose.txt")
    expect(diff.markdown, "diff.md")
    expect(diff.json, "diff.json")
    let hostile = try recorded(SampleReport.hostile)
    let none = try recorded(report([], host: "\u{1b}[2J"))
    expect(ReportDiff(from: none, to: hostile).text(.init()), "diff-hostile.txt")
    expect(ReportDiff(from: none, to: hostile).markdown, "diff-hostile.md")
  }

  @Test func theJSONFollowsItsSchema() throws {
    let schema = try Schemas.named("sockwise.diff-1")
    #expect(schema.violations(of: try ParsedJSON(try sample().json)) == [])
  }

  @Test(arguments: [
    ("", "line 1, column 1: a value was expected"),
    ("[]", "line 1, column 1: an object was expected"),
    ("{}", "line 1, column 1: 'schema' is missing; 'sockwise.report/1' was expected"),
    (
      #"{"schema": "sockwise.baseline/1"}"#,
      "line 1, column 1: schema is 'sockwise.baseline/1' where 'sockwise.report/1' was expected"
    ),
    (#"{"schema": "sockwise.report/1"}"#, "line 1, column 1: 'tool' is missing"),
  ])
  func saysWhatIsNoReport(_ text: String, _ problem: String) {
    #expect(throws: DocumentError("'old.json', \(problem)")) {
      try RecordedReport(Array(text.utf8), name: "old.json")
    }
  }
}
