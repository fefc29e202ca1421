import CEL
import Reports
import Rules
import TestSupport
import Testing

/// Each text is a golden file, read by a person: `Tests/Fixtures/reports`.
@Suite struct TextReportTests {
  private func expect(
    _ report: Report, _ options: RenderOptions = .init(), matches name: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let format = try #require(ReportFormat.named("text"))
    Golden.expect(
      String(decoding: format.render(report, options), as: UTF8.self),
      matches: "reports/\(name).txt", sourceLocation: sourceLocation)
  }

  @Test func nothingToSay() throws {
    try expect(SampleReport.report(), matches: "empty")
    try expect(SampleReport.report(), .init(verbosity: .quiet), matches: "empty-quiet")
    try expect(SampleReport.report(), .init(verbosity: .verbose), matches: "empty-verbose")
  }

  @Test func nothingFoundButNotAllChecked() throws {
    try expect(SampleReport.report(undecided: SampleReport.undecided), matches: "unknown")
  }

  @Test func everything() throws {
    try expect(SampleReport.full, matches: "full")
    try expect(SampleReport.full, .init(verbosity: .quiet), matches: "full-quiet")
    try expect(SampleReport.full, .init(verbosity: .verbose), matches: "full-verbose")
    try expect(SampleReport.full, .init(width: 40), matches: "full-narrow")
    try expect(SampleReport.full, .init(width: 120), matches: "full-wide")
    try expect(SampleReport.full, .init(style: .coloured), matches: "full-coloured")
  }

  @Test(arguments: [20, 40, 60, 80, 100])
  func onlyWhatIsToBeCopiedIsWiderThanThePage(width: Int) throws {
    let text = try #require(ReportFormat.named("text"))
      .render(SampleReport.full, .init(width: width))
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      #expect(line.last != " ")
      let isOneWord = !line.drop { $0 == " " }.contains(" ")
      #expect(line.count <= width || isOneWord || line.contains(" = "), "\(line)")
    }
  }

  @Test func everySeverityAndConfidence() throws {
    let findings = Severity.allCases.flatMap { severity in
      Confidence.allCases.map { confidence in
        ReportedFinding(
          SampleReport.finding(
            "a-rule-\(severity)", severity, subject: "sysctl:\(confidence)",
            confidence: confidence))
      }
    }
    try expect(SampleReport.report(findings: findings), matches: "severities")
  }

  @Test func manyFindingsOfOneRuleAreFolded() throws {
    let findings = (40_001...40_017).map { ReportedFinding(SampleReport.inRange($0)) }
    let notes = (1...7).map { number in
      ReportedFinding(
        SampleReport.finding(
          "time-wait-on-server-harmless", .info, subject: "listener:tcp:0.0.0.0:\(number)",
          message: "TIME_WAIT on port \(number) costs nothing", isNote: true))
    }
    let report = SampleReport.report(
      findings: findings + notes + [ReportedFinding(SampleReport.reuseNeeded)])
    try expect(report, matches: "folded")
    let verbose = try #require(ReportFormat.named("text"))
      .render(report, .init(verbosity: .verbose))
    let text = String(decoding: verbose, as: UTF8.self)
    #expect(text.contains("0.0.0.0:40017"))
    #expect(!text.contains("more like this"))
  }

  @Test func muchEvidenceIsCut() throws {
    let evidence = (1...12).map { number in
      Evidence(fact: "sockets.fact_\(number)", value: .int(Int64(number)))
    }
    let report = SampleReport.report(findings: [
      ReportedFinding(SampleReport.finding("a-rule", .low, evidence: evidence))
    ])
    try expect(report, matches: "evidence")
    try expect(report, .init(verbosity: .verbose), matches: "evidence-verbose")
  }

  @Test func anotherNamespaceThanThatOfPID1() throws {
    let namespaces = [
      Namespace(
        name: SampleReport.container, audited: true, isPID1: false,
        sockets: .init(tcp: 3, udp: 1, timeWait: 0, listeners: 1), role: "server"),
      Namespace(name: SampleReport.own, audited: false, reason: "not asked for", isPID1: true),
      Namespace(name: .init(inode: 4_026_532_999, kind: "process"), audited: false),
    ]
    try expect(
      SampleReport.report(
        findings: [ReportedFinding(SampleReport.reuseNeeded, namespace: SampleReport.container)],
        namespaces: namespaces), .init(verbosity: .verbose), matches: "namespace")
  }

  @Test func scopesOfOtherModes() throws {
    try expect(
      SampleReport.report(namespaces: [], mode: .root, host: "image"), matches: "mode-root")
    try expect(SampleReport.report(namespaces: [], mode: .review), matches: "mode-review")
    try expect(
      SampleReport.report(namespaces: [
        Namespace(name: SampleReport.own, audited: true, isPID1: nil)
      ]), matches: "pid1-unknown")
  }

  @Test func hostileNamesDoNothing() throws {
    let report = SampleReport.hostile
    try expect(report, .init(verbosity: .verbose), matches: "hostile")
    for format in ReportFormat.all {
      let bytes = format.render(report, .init(verbosity: .verbose))
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where scalar != "\n" {
        #expect(
          scalar.properties.generalCategory != .control
            && scalar.properties.generalCategory != .format)
      }
    }
  }
}
