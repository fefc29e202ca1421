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

  /// - Parameter day: of January.
  private func report(
    _ findings: [ReportedFinding], undecided: [String] = [], judged: [String], day: Int = 1
  ) -> Report {
    var report = SampleReport.report(
      findings: findings,
      undecided: undecided.map {
        ReportedUndecided(Undecided(rule: $0, subject: "host", kind: .unknown, missing: []))
      })
    report.started = "2026-01-\(day < 10 ? "0" : "")\(day)T09:00:00Z"
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
    #expect(gone.state.findings.isEmpty && gone.state.undecided.isEmpty)
  }

  /// A listener that connections in TIME_WAIT keep from restarting on some days, as of a run a day from
  /// the first of January on.
  @Test(arguments: [
    ("mHmHmmHmmmmmmH", ["new", "medium to high"]),
    ("HmmmmmmmmmmH", ["new", "high to medium", "medium to high"]),
    // A quiet week begins anew with each day that is not.
    ("HmmmmmmHmmmmmmm", ["new"]),
    ("HmmmmmmHmmmmmmmm", ["new", "high to medium"]),
    // All of it was milder than high, and low is what is told.
    ("Hmlmlmlll", ["new", "high to low"]),
    ("lmH", ["new", "low to medium", "medium to high"]),
    // Days without a run, one that judged nothing whole, and one that does not know what grew.
    ("Hm......m", ["new", "high to medium"]),
    ("Hm?????m", ["new"]),
    ("Hm??????m", ["new", "high to medium"]),
    ("Hwwwwwwwwm", ["new"]),
    ("mw", ["new"]),
    ("mW", ["new", "medium to high"]),
  ])
  func aSeverityThatComesAndGoesIsToldOnce(_ days: String, _ expected: [String]) {
    var state = RunState()
    var told: [String] = []
    for (number, day) in days.enumerated() where day != "." {
      let severity: Severity =
        switch day {
        case "H", "W": .high
        case "m": .medium
        default: .low
        }
      var report = report(
        day == "?" ? [] : [finding("a", severity)], undecided: day == "?" ? ["a"] : [],
        judged: ["a"], day: number + 1)
      report.rules[0].lackedGrowth = day == "w" || day == "W"
      let changes = report.changes(since: state)
      state = changes.state
      told += changes.new.map { _ in "new" }
      told += changes.changed.map {
        "\($0.old.severity.rawValue) to \($0.now.finding.severity.rawValue)"
      }
      #expect(changes.resolved.isEmpty)
      #expect(state.findings.count == 1)
    }
    #expect(told == expected)
  }

  /// What the load of the minute makes and takes away, as of a run a day. In brackets how often it has
  /// been back in a week.
  @Test(arguments: [
    ("m-m-m-m-", ["new", "gone", "new", "gone", "new (2)", "gone (2)", "new (3)", "gone (3)"]),
    // Once a week.
    ("m-----m------m", ["new", "gone", "new", "gone", "new"]),
    ("m---m---m---m", ["new", "gone", "new", "gone", "new (2)", "gone (2)", "new (2)"]),
    // It stays for a week, or is gone for one.
    ("m-m-mmmmmmm-m", ["new", "gone", "new", "gone", "new (2)", "gone", "new"]),
    ("m-m-m-------m", ["new", "gone", "new", "gone", "new (2)", "gone (2)", "new"]),
    // Worse than it was told.
    ("m-m-H-H", ["new", "gone", "new", "gone", "new", "gone (2)", "new (3)"]),
    ("m-m-mH", ["new", "gone", "new", "gone", "new (2)", "medium to high"]),
    // Milder, and worse again.
    ("H-H-m-H", ["new", "gone", "new", "gone", "new (2)", "gone (2)", "new (3)"]),
    ("H-H-mmH", ["new", "gone", "new", "gone", "new (2)", "medium to high"]),
    ("H-H-mmmmmmmm", ["new", "gone", "new", "gone", "new (2)"]),
    // What could not be judged tells nothing, and what was accepted did not go.
    ("m-m?m?m-m", ["new", "gone", "new", "gone", "new (2)"]),
    ("m-mamam", ["new", "gone", "new", "accepted", "new", "accepted", "new"]),
  ])
  func whatComesAndGoesIsSoOnlyFromTheSecondReturnOn(_ days: String, _ expected: [String]) {
    var state = RunState()
    var told: [String] = []
    for (number, day) in days.enumerated() {
      var findings: [ReportedFinding] = []
      if "mHa".contains(day) {
        findings = [finding("a", day == "H" ? .high : .medium, state: day == "a" ? .waived : .new)]
      }
      let changes = report(
        findings, undecided: day == "?" ? ["a"] : [], judged: ["a"], day: number + 1
      ).changes(since: state)
      state = changes.state
      func word(_ name: String, _ fingerprint: String) -> String {
        name + (changes.returns[fingerprint].map { " (\($0))" } ?? "")
      }
      told += changes.new.map { word("new", $0.finding.fingerprint) }
      told += changes.resolved.map { word("gone", $0.fingerprint) }
      told += changes.changed.map {
        $0.now.state == .waived
          ? "accepted" : "\($0.old.severity.rawValue) to \($0.now.finding.severity.rawValue)"
      }
    }
    #expect(told == expected)
  }

  @Test func whatCannotBeJudgedEveryOtherDayComesAndGoesToo() {
    var state = RunState()
    var told: [Int] = []
    for day in 1...8 {
      let changes = report(
        [], undecided: day.isMultiple(of: 2) ? [] : ["a"], judged: ["a"], day: day
      )
      .changes(since: state)
      state = changes.state
      told += changes.unknown.map { _ in changes.returns["unknown a host"] ?? 0 }
    }
    #expect(told == [0, 0, 2, 3])
  }

  @Test func aClockThatIsSetBackStartsTheWeekAnew() {
    func run(_ day: Int, _ severity: Severity, since state: RunState) -> RunChanges {
      report([finding("a", severity)], judged: ["a"], day: day).changes(since: state)
    }
    let before = run(20, .high, since: RunState()).state
    let wrong = run(20, .medium, since: before).state
    let back = run(2, .medium, since: wrong)
    #expect(back.changed.isEmpty)
    let again = run(3, .medium, since: back.state)
    #expect(again.changed.isEmpty)
    #expect(run(9, .medium, since: again.state).changed.isEmpty)
    #expect(run(10, .medium, since: again.state).changed.count == 1)
    // One that was wrong for one run, before it was set.
    #expect(run(21, .medium, since: back.state).changed.isEmpty)
    let unset = run(2, .medium, since: before)
    #expect(run(21, .medium, since: unset.state).changed.isEmpty)
    // Of a state that somebody has written.
    var hostile = wrong
    hostile.time = nil
    hostile.findings[0].milderSince = .min
    #expect(run(1, .medium, since: hostile).changed.count == 1)
    hostile.findings[0].milderSince = .max
    #expect(run(1, .medium, since: hostile).changed.isEmpty)
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
    // It is found milder, and nobody knows whether it is.
    #expect(changes.milder == 0)
    #expect(changes.state.findings.map(\.rule).sorted() == ["queue", "rising"])
    // The next run has two samples, and tells it.
    let later = report([finding("queue", .medium)], judged: ["rising", "queue"], day: 2)
      .changes(since: changes.state)
    #expect(later.resolved.map(\.rule) == ["rising"])
    #expect(later.changed.isEmpty)
    // And when it has been so for long.
    let last = report([finding("queue", .medium)], judged: ["queue"], day: 9)
      .changes(since: later.state)
    #expect(last.changed.map(\.old.severity) == [.high])
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
