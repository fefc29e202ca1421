import CEL
import Rules
import TestSupport
import Testing

@testable import Reports

@Suite struct PrometheusReportTests {
  private func text(_ report: Report) throws -> String {
    String(
      decoding: try #require(ReportFormat.named("prometheus")).render(report, .init()),
      as: UTF8.self)
  }

  private func text(facts: [String: Value], namespaces: [Namespace] = [SampleReport.ownNamespace])
    throws -> String
  {
    var report = SampleReport.report(namespaces: namespaces)
    report.facts = SampleFacts.facts(facts)
    return try text(report)
  }

  /// The lines of one metric.
  private func samples(_ name: String, of text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ") }
      .map(String.init)
  }

  private static let promtool = DebianTools.path("usr/bin/promtool")

  @Test(
    .enabled(if: promtool != nil, "\(DebianTools.missing)"),
    arguments: SampleReport.all.keys.sorted())
  func promtoolFindsNothingWrong(_ name: String) throws {
    var check = Subprocess(
      program: try #require(Self.promtool), arguments: ["check", "metrics"])
    check.input = try text(try #require(SampleReport.all[name]))
    let result = try check.run()
    #expect(result.output + result.errors == "")
    #expect(result.status == 0)
  }

  /// node_exporter complains of two files that say different things of one metric.
  @Test func namesAndHelpAreTheSameInEachFile() throws {
    let heads = try SampleReport.all.values.map { report in
      try text(report).split(separator: "\n").filter { $0.hasPrefix("# ") }
    }
    #expect(Set(heads).count == 1)
    #expect(heads[0].count == 2 * 17)
  }

  @Test func noSampleHasATimestampAndNoneIsThereTwice() throws {
    for report in SampleReport.all.values {
      let samples = try text(report).split(separator: "\n").filter { !$0.hasPrefix("#") }
      for sample in samples {
        let number = try #require(sample.split(separator: " ").last)
        #expect(Double(number) != nil)
        #expect(sample.dropLast(number.count + 1).last.map { $0 == "}" || $0.isLetter } == true)
      }
      let series = samples.map { $0.prefix(upTo: $0.lastIndex(of: " ") ?? $0.endIndex) }
      #expect(Set(series).count == series.count)
    }
  }

  // MARK: Unknown is not 0

  @Test func whatCouldNotBeReadHasNoSample() throws {
    let text = try text(facts: [
      "sockets": SampleFacts.sockets(
        destinations: [
          SampleFacts.destination("192.0.2.7", held: 1, of: 10),
          .unknown(Unknown([Missing(reason: "time limit")])),
        ], small: nil, blocked: nil, timeWait: nil)
    ])
    #expect(
      samples("sockwise_ephemeral_ports", of: text) == [
        #"sockwise_ephemeral_ports{netns="host"} 200"#
      ])
    #expect(samples("sockwise_ephemeral_ports_blocked", of: text) == [])
    #expect(samples("sockwise_ephemeral_ports_available", of: text) == [])
    #expect(samples("sockwise_timewait_sockets", of: text) == [])
    #expect(samples("sockwise_destination_ports_used", of: text).count == 1)
    #expect(samples("sockwise_destinations_unlisted", of: text) == [])
    #expect(samples("sockwise_sysctl_drift", of: text) == [])
    #expect(samples("sockwise_sysctls_unlisted", of: text) == [])
  }

  @Test func anAuditWithWrongInputIsNoSuccess() throws {
    var report = SampleReport.report()
    #expect(
      samples("sockwise_last_run_success", of: try text(report))
        == [#"sockwise_last_run_success{netns="host"} 1"#])
    report.inputIsWrong = true
    #expect(
      samples("sockwise_last_run_success", of: try text(report))
        == [#"sockwise_last_run_success{netns="host"} 0"#])
  }

  @Test func anAuditThatCouldNotBeLoggedIsNoSuccess() throws {
    var report = SampleReport.report()
    report.isUndelivered = true
    #expect(
      samples("sockwise_last_run_success", of: try text(report))
        == [#"sockwise_last_run_success{netns="host"} 0"#])
  }

  @Test func anAuditThatJudgedNothingFoundNoNumber() throws {
    var report = SampleReport.report(undecided: SampleReport.undecided, passed: 0)
    report.facts = nil
    let text = try text(report)
    #expect(samples("sockwise_findings", of: text) == [])
    #expect(
      samples("sockwise_last_run_success", of: text)
        == [#"sockwise_last_run_success{netns="host"} 0"#])
    #expect(
      samples("sockwise_unchecked", of: text) == [
        #"sockwise_unchecked{netns="host",kind="unknown"} 8"#,
        #"sockwise_unchecked{netns="host",kind="error"} 1"#,
      ])
  }

  @Test func whatIsLeftOutForReadersIsCounted() throws {
    let report = SampleReport.full
    #expect(try text(report.leavingOut(milderThan: .high)) == text(report))
  }

  // MARK: Bounds

  @Test func mostUsedDestinationsAreNamedAndTheOthersCounted() throws {
    let destinations = (1...30).map {
      SampleFacts.destination("192.0.2.\($0)", held: Int64($0), of: 100)
    }
    let text = try text(facts: ["sockets": SampleFacts.sockets(destinations: destinations)])
    let used = samples("sockwise_destination_ports_used", of: text)
    #expect(used.count == 20)
    #expect(used[0].hasSuffix(#"{netns="host",src="192.0.2.1",dst="192.0.2.30",dport="5432"} 30"#))
    #expect(
      samples("sockwise_destinations_unlisted", of: text)
        == [#"sockwise_destinations_unlisted{netns="host"} 13"#])
  }

  @Test func parametersThatDriftAreNamedFirst() throws {
    let parameters =
      (1...150).map { SampleFacts.parameter("net.key\($0)", drifts: false) }
      + [SampleFacts.parameter("net.drifting", drifts: true)]
    let text = try text(facts: SampleFacts.configuration(parameters))
    let drift = samples("sockwise_sysctl_drift", of: text)
    #expect(drift.count == 100)
    #expect(drift[0] == #"sockwise_sysctl_drift{netns="host",key="net.drifting"} 1"#)
    #expect(
      samples("sockwise_sysctls_unlisted", of: text)
        == [#"sockwise_sysctls_unlisted{netns="host"} 51"#])
  }

  /// The configuration says nothing of a container's namespace.
  @Test func driftIsOfTheNamespaceOfPID1() throws {
    var facts = SampleFacts.configuration([SampleFacts.parameter("net.key", drifts: true)])
    facts["netns"] = SampleFacts.object(["is_pid1": .bool(false)])
    #expect(samples("sockwise_sysctl_drift", of: try text(facts: facts)) == [])
  }

  // MARK: Labels

  @Test(arguments: [
    (Namespace(name: SampleReport.own, audited: true, isPID1: true), "host"),
    (Namespace(name: SampleReport.own, audited: true, isInitial: true), "host"),
    (Namespace(name: SampleReport.container, audited: true, isPID1: false), "api"),
    (Namespace(name: SampleReport.own, audited: true), "4026531840"),
  ])
  func namespacesAreToldApart(_ namespace: Namespace, _ name: String) throws {
    let text = try text(facts: [:], namespaces: [namespace])
    #expect(
      samples("sockwise_build_info", of: text) == [
        #"sockwise_build_info{netns="\#(name)",version="0.1.0"} 1"#
      ])
  }

  @Test func statusOfARuleIsItsWorst() throws {
    let status = samples("sockwise_rule_status", of: try text(SampleReport.accepted))
    #expect(
      status == [
        #"sockwise_rule_status{netns="host",rule="sysctl-drift",status="finding"} 1"#,
        #"sockwise_rule_status{netns="host",rule="time-wait-overflow",status="pass"} 1"#,
        #"sockwise_rule_status{netns="host",rule="tw-reuse-needed",status="finding"} 1"#,
        #"sockwise_rule_status{netns="host",rule="waiver-expired",status="not_applicable"} 1"#,
      ])
  }

  @Test(arguments: [
    ("2026-01-31T09:00:00Z", 1_769_850_000), ("1970-01-01T00:00:00Z", 0),
    ("2024-02-29T23:59:59Z", 1_709_251_199), ("2026-01-31", nil), ("", nil),
    ("2026-01-31T24:00:00Z", nil), ("2026-01-31T09:00:00+01:00", nil),
    ("2026-13-01T00:00:00Z", nil),
  ])
  func readsTheTimeOfAReport(_ text: String, _ seconds: Int?) {
    #expect(UnixTime.seconds(text) == seconds)
  }
}
