import CEL
import Rules
import TestSupport
import Testing

@testable import Reports

/// A day in the life of a host, one run after the other.
@Suite struct JournalEntriesTests {
  private static let run = "0123456789abcdef0123456789abcdef"

  private static func rules(_ names: [String], undecided: [String] = []) -> [RuleSummary] {
    names.map { RuleSummary(rule: $0, undecided: undecided.contains($0) ? 1 : 0) }
  }

  private static func listener(_ severity: Severity) -> Finding {
    var finding = SampleReport.finding(
      "listener-without-reuseaddr", severity, subject: "listener:tcp:0.0.0.0:8080",
      title: "A listener without SO_REUSEADDR",
      message: "python3 (pid 812) on 0.0.0.0 port 8080 has no SO_REUSEADDR")
    finding.units = ["api.service", "not a unit"]
    finding.references = [
      "https://man7.org/linux/man-pages/man7/socket.7.html (SO_REUSEADDR)", "RFC 9293",
    ]
    return finding
  }

  private static func timestamps(_ severity: Severity) -> Finding {
    var finding = SampleReport.finding(
      "timestamps-disabled", severity, message: "net.ipv4.tcp_timestamps is 0",
      evidence: [SampleReport.sysctl("net.ipv4.tcp_timestamps", .int(0))])
    finding.locations = [SourceLocation(path: "/etc/sysctl.d/60-net.conf", line: 3, column: 1)]
    return finding
  }

  private static func report(
    _ findings: [ReportedFinding], undecided: [ReportedUndecided] = [], rules: [RuleSummary]
  ) -> Report {
    var report = SampleReport.report(findings: findings, undecided: undecided)
    report.rules = rules
    return report
  }

  private static let both = ["listener-without-reuseaddr", "timestamps-disabled"]

  private static let unread = ReportedUndecided(
    Undecided(
      rule: "accept-queue-full", subject: "listener:tcp:0.0.0.0:80", kind: .unknown,
      missing: [
        Missing(fact: "listener.backlog", reason: "permission denied", grant: "CAP_NET_ADMIN"),
        Missing(fact: "listener.queued", reason: "permission denied", grant: "CAP_NET_ADMIN"),
      ]))

  private static let days: [(name: String, report: Report)] = [
    (
      "the first run",
      report(
        [
          .init(listener(.medium), namespace: SampleReport.own),
          .init(timestamps(.low), namespace: SampleReport.own),
        ], rules: rules(both))
    ),
    (
      "worse, and something cannot be read",
      report(
        [.init(listener(.high)), .init(timestamps(.low))], undecided: [unread],
        rules: rules(both + ["accept-queue-full"], undecided: ["accept-queue-full"]))
    ),
    (
      "one is gone, one is accepted",
      report(
        [
          .init(
            timestamps(.low), state: .waived,
            waiver: .init(reason: "an appliance needs it", expires: "2027-01-01"))
        ], undecided: [unread],
        rules: rules(both + ["accept-queue-full"], undecided: ["accept-queue-full"]))
    ),
    ("all is well", report([], rules: rules(both + ["accept-queue-full"]))),
  ]

  private static func text(_ entries: [JournalEntry]) -> String {
    entries.map { entry in
      entry.fields.map { "\($0.name.rawValue)=\($0.value)\n" }.joined()
    }.joined(separator: "\n")
  }

  @Test(arguments: [JournalMode.transitions, .all]) func tellsWhatChanged(_ mode: JournalMode) {
    var state = RunState()
    var text = ""
    for (name, report) in Self.days {
      let changes = report.changes(since: state)
      let entries = JournalEntries(report, changes, mode: mode, atLeast: .info, run: Self.run)
      text += "# \(name)\n\n\(Self.text(entries.entries + [entries.summary()]))\n"
      state = changes.state
    }
    #expect(state.findings.isEmpty && state.undecided.isEmpty)
    Golden.expect(text, matches: "reports/journal-\(mode.rawValue).txt")
  }

  @Test func milderOnesAreNotTold() {
    let report = Self.days[0].report
    let changes = report.changes(since: RunState())
    let entries = JournalEntries(
      report, changes, mode: .all, atLeast: .medium, run: Self.run
    ).entries
    #expect(entries.map { $0[.rule] } == ["listener-without-reuseaddr"])
    // They are remembered: otherwise they would be new when the threshold is lowered.
    #expect(changes.state.findings.count == 2)
  }

  @Test func aThousandEntriesAreEnough() {
    let findings = (0..<3000).map {
      ReportedFinding(SampleReport.finding("busy", .medium, subject: "listener:tcp:[::]:\($0)"))
    }
    let report = Self.report(findings, rules: Self.rules(["busy"]))
    let entries = JournalEntries(
      report, report.changes(since: RunState()), mode: .transitions, atLeast: .info, run: Self.run)
    #expect(entries.entries.count == 1000)
    let summary = entries.summary()
    #expect(summary[.message]?.hasSuffix("; 2000 more are not logged one by one") == true)
    #expect(summary[.priority] == "6")
  }

  @Test func theSummaryTellsWhatIsWrongWithTheState() {
    let report = Self.days[3].report
    let entry = JournalEntries(
      report, report.changes(since: RunState()), mode: .transitions, atLeast: .info, run: Self.run
    ).summary(["it cannot be read", "nor written\u{1b}"])
    #expect(
      entry[.message]
        == "audit of web1: no findings; nothing changed; it cannot be read; nor written\\u{1b}")
    #expect(entry[.priority] == "4")
    let problems = entry.fields.filter { $0.name == .stateProblem }.map(\.value)
    #expect(problems == ["it cannot be read", "nor written\\u{1b}"])
  }

  @Test func whatIsMilderIsSaidToBeSoForLong() throws {
    var state = RunState()
    var messages: [String?] = []
    var summaries: [String] = []
    for (day, severity) in [(1, Severity.high), (2, .medium), (9, .medium)] {
      var report = Self.report([.init(Self.listener(severity))], rules: Self.rules(Self.both))
      report.started = "2026-01-0\(day)T09:00:00Z"
      let changes = report.changes(since: state)
      let entries = JournalEntries(
        report, changes, mode: .transitions, atLeast: .info, run: Self.run)
      messages += entries.entries.map { $0[.message] }
      summaries.append(entries.summary()[.message] ?? "")
      state = entries.state
    }
    #expect(
      summaries == [
        "audit of web1: 1 finding: 1 high; 1 new",
        "audit of web1: 1 finding: 1 medium; nothing changed; 1 milder than logged, for less than a week",
        "audit of web1: 1 finding: 1 medium; 1 changed",
      ])
    #expect(messages.count == 2)
    #expect(
      messages.last
        == "listener:tcp:0.0.0.0:8080: now medium, was high more than a week ago: A listener without"
        + " SO_REUSEADDR (listener-without-reuseaddr)")
  }

  /// Every other day, and with it what keeps another rule from judging.
  @Test func whatComesAndGoesIsSaidToDoSo() {
    var state = RunState()
    var messages: [String] = []
    var priorities: [String] = []
    for day in 1...8 {
      let isThere = !day.isMultiple(of: 2)
      var report = Self.report(
        isThere ? [.init(Self.listener(.high))] : [], undecided: isThere ? [Self.unread] : [],
        rules: Self.rules(Self.both)
          + Self.rules(["accept-queue-full"], undecided: isThere ? ["accept-queue-full"] : []))
      report.started = "2026-01-0\(day)T09:00:00Z"
      let entries = JournalEntries(
        report, report.changes(since: state), mode: .transitions, atLeast: .info, run: Self.run)
      messages += entries.entries.map { $0[.message] ?? "" }
      priorities += entries.entries.map { $0[.priority] ?? "" }
      state = entries.state
    }
    let listener = "listener:tcp:0.0.0.0:8080:"
    let found =
      "HIGH \(listener) python3 (pid 812) on 0.0.0.0 port 8080 has no SO_REUSEADDR"
      + " (listener-without-reuseaddr)"
    let gone =
      "resolved: \(listener) A listener without SO_REUSEADDR (listener-without-reuseaddr)"
    let unknown =
      "could not check accept-queue-full for listener:tcp:0.0.0.0:80: listener.backlog,"
      + " listener.queued: permission denied (grant CAP_NET_ADMIN)"
    let two = "; comes and goes: back 2 times in 7 days"
    let three = "; comes and goes: back 3 times in 7 days"
    #expect(
      messages == [
        found, unknown, gone, found, unknown, gone, found + two, unknown + two, gone + two,
        found + three, unknown + three, gone + three,
      ])
    #expect(priorities.joined() == "356356666666")
  }

  /// What there was no room for has not come back.
  @Test func whatIsNotLoggedDoesNotComeAndGo() {
    func report(_ day: Int, _ count: Int) -> Report {
      var report = Self.report(
        (0..<count).map {
          .init(SampleReport.finding("busy", .medium, subject: "listener:tcp:[::]:\($0)"))
        }, rules: Self.rules(["busy"]))
      report.started = "2026-01-0\(day)T09:00:00Z"
      return report
    }
    var state = RunState()
    func told(_ report: Report) -> [JournalEntry] {
      let entries = JournalEntries(
        report, report.changes(since: state), mode: .transitions, atLeast: .info, run: Self.run)
      state = entries.state
      return entries.entries
    }
    for day in 1...2 { _ = told(report(day, 1500)) }
    for day in 3...4 { _ = told(report(day, 0)) }
    #expect(state.history.records.values.allSatisfy { $0.returns.isEmpty })
    for _ in 1...2 {
      let entries = told(report(5, 1500))
      #expect(entries.allSatisfy { $0[.priority] == "4" })
    }
    #expect(state.history.records.count == 1500)
    #expect(state.history.records.values.allSatisfy { $0.returns.count == 1 })
  }

  /// Each once, whether the unchanged ones are told every time or not.
  @Test(arguments: [JournalMode.transitions, .all])
  func whatThereWasNoRoomForIsToldByTheNextRuns(_ mode: JournalMode) {
    func report(_ severity: Severity, count: Int = 1500, undecided: Int = 0) -> Report {
      Self.report(
        (0..<count).map {
          .init(SampleReport.finding("busy", severity, subject: "listener:tcp:[::]:\($0)"))
        },
        undecided: (0..<undecided).map {
          let missing = Missing(reason: "error \($0)")
          return .init(
            Undecided(rule: "open", subject: "\($0)", kind: .unknown, missing: [missing]))
        }, rules: Self.rules(["busy"]) + Self.rules(undecided > 0 ? ["open"] : []))
    }
    var state = RunState()
    /// What two more runs tell, first to last.
    func told(_ change: String, _ report: Report) -> [Int] {
      (0..<2).map { _ in
        let entries = JournalEntries(
          report, report.changes(since: state), mode: mode, atLeast: .info, run: Self.run)
        state = entries.state
        return entries.entries.count { $0[.change] == change }
      }
    }
    #expect(told("new", report(.low)) == [1000, 500])
    #expect(told("changed", report(.high)) == [1000, 500])
    #expect(told("resolved", report(.high, count: 0)) == [1000, 500])
    #expect(told("unknown", report(.high, count: 0, undecided: 1500)) == [1000, 500])
    #expect(state.findings.isEmpty && state.undecided.count == 1500)
  }
}
