import CEL
import Rules
import Testing

@testable import Reports

@Suite struct RunChangesTests {
  private func finding(
    _ rule: String, _ severity: Severity = .medium, state: ReportedFinding.State = .new
  ) -> ReportedFinding {
    ReportedFinding(SampleReport.finding(rule, severity, subject: "host"), state: state)
  }

  private func report(
    _ findings: [ReportedFinding], undecided: [String] = [], judged: [String]
  ) -> Report {
    var report = SampleReport.report(
      findings: findings,
      undecided: undecided.map {
        ReportedUndecided(Undecided(rule: $0, subject: "host", kind: .unknown, missing: []))
      })
    report.rules = judged.map {
      RuleSummary(rule: $0, undecided: undecided.contains($0) ? 1 : 0)
    }
    return report
  }

  /// The state after these reports, one after the other.
  private func state(_ reports: Report...) -> RunState {
    reports.reduce(RunState()) { $1.changes(since: $0).state }
  }

  @Test func theSameAgainIsNoChange() {
    let today = report([finding("a")], undecided: ["b"], judged: ["a", "b"])
    let changes = today.changes(since: state(today))
    #expect(changes.new.isEmpty && changes.changed.isEmpty && changes.resolved.isEmpty)
    #expect(changes.unknown.isEmpty)
    #expect(changes.unchanged.count == 1)
    #expect(changes.state == state(today))
  }

  @Test func whatWasNotJudgedWholeMayStillBeThere() {
    let first = state(report([finding("a")], judged: ["a"]))
    let unknown = report([], undecided: ["a"], judged: ["a"])
    #expect(unknown.changes(since: first).resolved.isEmpty)
    #expect(unknown.changes(since: first).unknown.count == 1)
    // '--only' of another rule.
    let other = report([], judged: ["b"])
    #expect(other.changes(since: first).resolved.isEmpty)
    // And it is told when it is gone.
    let second = unknown.changes(since: first).state
    let gone = report([], judged: ["a"]).changes(since: second)
    #expect(gone.resolved.map(\.rule) == ["a"])
    #expect(gone.state == RunState())
  }

  /// After a boot there are no counters to compare with.
  @Test func whatWasJudgedWithoutGrowthIsNeitherGoneNorMilder() {
    let first = state(
      report([finding("rising"), finding("queue", .high)], judged: ["rising", "queue"]))
    var booted = report([finding("queue", .medium)], judged: ["rising", "queue"])
    for index in booted.rules.indices { booted.rules[index].lackedGrowth = true }
    let changes = booted.changes(since: first)
    #expect(changes.resolved.isEmpty && changes.changed.isEmpty)
    #expect(changes.unchanged.count == 1)
    #expect(changes.state.findings.map(\.rule).sorted() == ["queue", "rising"])
    // The next run has two samples, and tells it.
    let later = report([finding("queue", .medium)], judged: ["rising", "queue"])
      .changes(since: changes.state)
    #expect(later.resolved.map(\.rule) == ["rising"])
    #expect(later.changed.map(\.old.severity) == [.high])
    // What is worse without growth is worse.
    var worse = report([finding("queue", .high)], judged: ["queue"])
    worse.rules[0].lackedGrowth = true
    let milder = state(report([finding("queue", .low)], judged: ["queue"]))
    #expect(worse.changes(since: milder).changed.count == 1)
  }

  @Test func whatAnotherFindingStandsForIsNotGone() {
    let first = state(report([finding("past-knee")], judged: ["past-knee", "exhausted"]))
    var worse = report([finding("exhausted", .high)], judged: ["past-knee", "exhausted"])
    worse.superseded = ["past-knee/host"]
    let changes = worse.changes(since: first)
    #expect(changes.new.map(\.finding.rule) == ["exhausted"])
    #expect(changes.resolved.isEmpty)
    // When the worse one ends the other was there all the time.
    let better = report([finding("past-knee")], judged: ["past-knee", "exhausted"])
      .changes(since: changes.state)
    #expect(better.new.isEmpty)
    #expect(better.resolved.map(\.rule) == ["exhausted"])
  }

  @Test func whatIsAcceptedIsToldOnce() {
    let first = state(report([finding("a")], judged: ["a"]))
    let waived = report([finding("a", state: .waived)], judged: ["a"])
    let changes = waived.changes(since: first)
    #expect(changes.changed.map(\.old.rule) == ["a"])
    #expect(waived.changes(since: changes.state).changed.isEmpty)
    // When the waiver ends it counts again.
    let again = report([finding("a")], judged: ["a"]).changes(since: changes.state)
    #expect(again.new.count == 1)
    // What is accepted from the first time on is not told.
    #expect(waived.changes(since: RunState()).new.isEmpty)
  }

  @Test func whatIsRememberedIsBounded() {
    let many = (0..<RunState.most + 10).map { number in
      ReportedFinding(SampleReport.finding("a", .low, subject: "listener:tcp:[::]:\(number)"))
    }
    let changes = report(many, judged: ["a"]).changes(since: RunState())
    #expect(changes.new.count == RunState.most)
    #expect(changes.state.findings.count == RunState.most)
    #expect(changes.leftOut == 10)
    // What was beyond is not new every time, and what was told is not gone.
    let again = report(many, judged: ["a"]).changes(since: changes.state)
    #expect(again.new.isEmpty && again.resolved.isEmpty)
  }
}
