import Reports
import Rules
import TestSupport
import Testing

@Suite struct BaselineTests {
  private func written(_ report: Report) throws -> [UInt8] {
    ReportFormat.baseline.render(report, .init())
  }

  @Test func knowsWhatWasWrittenButNotWhatWasWaived() throws {
    let baseline = try Baseline.read(try written(SampleReport.full), name: "b.json")
    let marked = SampleReport.full.comparing(with: baseline)
    #expect(marked.findings.map(\.state).contains(.waived))
    #expect(!marked.findings.map(\.state).contains(.new))
    #expect(marked.summary.total == 0)
    #expect(marked.findings.count == SampleReport.full.findings.count)
    #expect(!baseline.entries.map(\.rule).contains("timestamps-disabled"))
  }

  /// Written again it is the same, also from a report that knows it.
  @Test func isStable() throws {
    let bytes = try written(SampleReport.full)
    let again = SampleReport.full.comparing(with: try Baseline.read(bytes, name: ""))
    #expect(try written(again) == bytes)
    var later = SampleReport.full
    later.started = "2027-01-01T00:00:00Z"
    #expect(try written(later) == bytes)
  }

  @Test func isGoneOnlyWhereTheRuleWasJudgedWhole() {
    func entry(_ rule: String) -> Baseline.Entry {
      .init(fingerprint: "of \(rule)", rule: rule, subject: "s")
    }
    var report = SampleReport.report()
    report.rules = [
      RuleSummary(rule: "judged", passed: 1), RuleSummary(rule: "open", undecided: 1),
    ]
    let marked = report.comparing(
      with: Baseline([entry("judged"), entry("open"), entry("not-evaluated")]))
    #expect(marked.gone.map(\.rule) == ["judged"])
    #expect(marked.hasBaseline && !report.hasBaseline)
  }

  @Test func onlyNewFindingsFail() throws {
    let baseline = Baseline([.init(SampleReport.exhausted)])
    func status(_ findings: [Finding]) -> Reports.ExitStatus {
      let report = SampleReport.report(findings: findings.map { ReportedFinding($0) })
      return Reports.ExitStatus.of(
        report.comparing(with: baseline), failOn: .info, strict: false, wrongInput: false,
        undelivered: false)
    }
    #expect(status([SampleReport.exhausted]) == .clean)
    #expect(status([SampleReport.exhausted, SampleReport.inRange(1)]) == .findings)
  }

  @Test(arguments: SampleReport.all.keys.sorted())
  func followsItsSchema(_ name: String) throws {
    let report = try #require(SampleReport.all[name])
    let document = try ParsedJSON(try written(report))
    #expect(try Schemas.named("sockwise.baseline-1").violations(of: document) == [])
  }

  @Test func saysWhatIsNoBaseline() {
    #expect(
      throws: DocumentError(
        "'b.json', line 1, column 1: schema is 'x' where 'sockwise.baseline/1' was expected")
    ) { try Baseline.read(Array(#"{"schema": "x"}"#.utf8), name: "b.json") }
    #expect(throws: DocumentError("'b.json', line 1, column 47: 'rule' is missing")) {
      try Baseline.read(
        Array(#"{"schema":"sockwise.baseline/1","findings":[  {"fingerprint":"a"}]}"#.utf8),
        name: "b.json")
    }
  }
}
