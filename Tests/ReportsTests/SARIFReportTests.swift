import CEL
import Reports
import Rules
import TestSupport
import Testing

@Suite struct SARIFReportTests {
  private func bytes(_ report: Report) throws -> [UInt8] {
    try #require(ReportFormat.named("sarif")).render(report, .init())
  }

  private func run(_ report: Report) throws -> ParsedJSON {
    try #require(try ParsedJSON(bytes(report))["runs"]?[0])
  }

  @Test(
    .enabled(if: ForeignValidator.hasJSONSchema, "\(ForeignValidator.needsJSONSchema)"),
    arguments: SampleReport.all.keys.sorted())
  func followsTheSchemaOfOASIS(_ name: String) throws {
    #expect(
      try ForeignValidator.violations(
        ofJSON: try bytes(try #require(SampleReport.all[name])),
        schema: ForeignValidator.schema("sarif-schema-2.1.0.json")) == "")
  }

  @Test func everyRuleIsListedAndResultsPointToTheirs() throws {
    let run = try run(SampleReport.accepted)
    let rules = try #require(run["tool"]?["driver"]?["rules"]?.elements)
    // One of them found nothing.
    #expect(rules.map { $0["id"] }.contains(.string("time-wait-overflow")))
    for result in try #require(run["results"]?.elements) {
      let index = try #require(result["ruleIndex"]?.integer)
      #expect(rules[Int(index)]["id"] == result["ruleId"])
    }
  }

  @Test func levelsAndPrecision() throws {
    let run = try run(SampleReport.accepted)
    let results = try #require(run["results"]?.elements)
    let levels = Dictionary(
      results.map { ($0["ruleId"]?.string ?? "", $0["level"]?.string ?? "") },
      uniquingKeysWith: { first, _ in first })
    #expect(levels["destination-exhausted"] == "error")
    #expect(levels["listener-in-ephemeral-range"] == "warning")
    #expect(levels["ephemeral-range-too-small"] == "note")
    let rule = run["tool"]?["driver"]?["rules"]?.elements?.first {
      $0["id"] == .string("listener-in-ephemeral-range")
    }
    #expect(rule?["properties"]?["precision"] == .string("medium"))
    #expect(rule?["properties"]?["problem.severity"] == .string("warning"))
    #expect(rule?["properties"]?["security-severity"] == nil)
  }

  @Test func acceptedFindingsAreMarked() throws {
    let results = try #require(try run(SampleReport.accepted)["results"]?.elements)
    func suppression(_ rule: String) -> ParsedJSON? {
      results.first { $0["ruleId"] == .string(rule) }?["suppressions"]?[0]
    }
    #expect(suppression("destination-exhausted") == nil)
    #expect(suppression("timestamps-disabled")?["kind"] == .string("external"))
    #expect(
      suppression("timestamps-disabled")?["justification"]
        == .string("waived until 2026-12-31: appliance cannot cope"))
    let inSource = results.first {
      $0["properties"]?["state"] == .string("waived") && $0["ruleId"] == .string("sysctl-drift")
    }
    #expect(inSource?["suppressions"]?[0]?["kind"] == .string("inSource"))
    #expect(suppression("ephemeral-range-parity")?["kind"] == .string("external"))
    let states = results.map { $0["baselineState"]?.string }
    #expect(states.contains("unchanged") && states.contains("new") && !states.contains(nil))
    let without = try #require(try run(SampleReport.full)["results"]?.elements)
    #expect(without.allSatisfy { $0["baselineState"] == nil })
  }

  @Test func placesAreRelativeAndHaveColumns() throws {
    let finding = Finding(
      rule: "sysctl-drift", title: "t", severity: .low, confidence: .high,
      subject: "sysctl:net.ipv4.tcp_tw_reuse", message: "m", evidence: [],
      locations: [
        .init(path: "/etc/sysctl.d/60 ü%.conf", line: 3, column: 1, endColumn: 26),
        .init(path: "/usr/lib/sysctl.d/50.conf", line: 1),
      ], fingerprint: "f")
    let result = try #require(
      try run(SampleReport.report(findings: [ReportedFinding(finding)]))["results"]?[0])
    let place = result["locations"]?[0]?["physicalLocation"]
    #expect(
      place?["artifactLocation"]
        == .object([
          "uri": .string("etc/sysctl.d/60%20%C3%BC%25.conf"), "uriBaseId": .string("%SRCROOT%"),
        ]))
    #expect(
      place?["region"]
        == .object([
          "startLine": .integer(3), "startColumn": .integer(1), "endColumn": .integer(26),
        ]))
    #expect(
      result["locations"]?[0]?["logicalLocations"]?[0]?["fullyQualifiedName"]
        == .string("sysctl:net.ipv4.tcp_tw_reuse"))
    #expect(result["relatedLocations"]?.elements?.count == 1)
    #expect(
      result["partialFingerprints"]
        == .object(["primaryLocationLineHash": .string("f"), "sockwise/v1": .string("f")]))
  }

  /// GitHub shows nothing of a result without a file, so that what was read stands in.
  @Test func withoutAPlaceTheEvidenceIsTheFile() throws {
    let report = SampleReport.report(findings: [
      ReportedFinding(SampleReport.reuseNeeded),
      ReportedFinding(
        SampleReport.finding(
          "a-rule", .low,
          evidence: [Evidence(fact: "x", value: .int(1), origin: .dump("sock_diag"))])),
    ])
    let results = try #require(try run(report)["results"]?.elements)
    #expect(
      results[0]["locations"]?[0]?["physicalLocation"]?["artifactLocation"]?["uri"]
        == .string("proc/sys/net/ipv4/tcp_tw_reuse"))
    #expect(results[1]["locations"]?[0]?["physicalLocation"] == nil)
    #expect(results[1]["locations"]?[0]?["logicalLocations"] != nil)
  }

  @Test func namesBecomeNoLinks() throws {
    let report = SampleReport.report(findings: [
      ReportedFinding(
        SampleReport.finding("a-rule", .low, message: "[click](https://evil.example) {0}"))
    ])
    #expect(
      try run(report)["results"]?[0]?["message"]?["text"]
        == .string("[click] (https://evil.example) {{0}}"))
  }

  @Test func whatCouldNotBeCheckedIsANotification() throws {
    let notifications = try #require(
      try run(SampleReport.accepted)["invocations"]?[0]?["toolExecutionNotifications"]?.elements)
    #expect(
      notifications[0]["message"]?["text"]
        == .string(
          "backlog-clamped could not check: netstat: /proc/net/netstat: no such file"))
    #expect(notifications.contains { $0["level"] == .string("error") })
  }

  @Test func noMoreResultsThanGitHubTakes() throws {
    let findings = (0..<25_010).map { number in
      ReportedFinding(SampleReport.finding("a-rule", .low, subject: "unit:\(number)"))
    }
    let run = try run(SampleReport.report(findings: findings))
    #expect(run["results"]?.elements?.count == 25_000)
    #expect(
      run["invocations"]?[0]?["toolExecutionNotifications"]?[0]?["message"]?["text"]
        == .string("10 milder findings left out"))
  }
}
