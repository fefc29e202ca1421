internal import CEL
public import Rules

/// The entries of one run: what is told one by one, and the summary that ends it.
public struct JournalEntries: Sendable {
  /// What is told one by one; the summary says how much more there is, and the next run tells it.
  private static let most = 1000
  /// Subjects that one entry names.
  private static let mostSubjects = 5

  public private(set) var entries: [JournalEntry] = []
  /// For the next run: what there was no room for is as the last run left it.
  public private(set) var state: RunState
  private let report: Report
  private let changes: RunChanges
  private let run: String
  private var leftOut: Int

  /// - Parameters:
  ///   - run: 32 hexadecimal digits that all entries share.
  ///   - severity: Milder findings are not told.
  public init(
    _ report: Report, _ changes: RunChanges, mode: JournalMode, atLeast severity: Severity,
    run: String
  ) {
    self.report = report
    self.changes = changes
    self.run = run
    leftOut = changes.leftOut
    state = changes.state
    var untold: Set<String> = []
    var restored: [RunState.Finding] = []
    func isTold(_ finding: ReportedFinding) -> Bool { finding.finding.severity >= severity }
    for finding in changes.new where isTold(finding) {
      if !add(entry(finding, change: "new")) { untold.insert(finding.finding.fingerprint) }
    }
    for (old, now) in changes.changed where isTold(now) || old.severity >= severity {
      if !add(entry(now, was: old)) {
        untold.insert(old.fingerprint)
        restored.append(old)
      }
    }
    for old in changes.resolved where old.severity >= severity {
      if !add(entry(resolved: old)) {
        untold.insert(old.fingerprint)
        restored.append(old)
      }
    }
    addUnknown(changes.unknown)
    // Last: they must not take the room of what has changed.
    if mode == .all {
      for finding in changes.unchanged where isTold(finding) {
        _ = add(entry(finding, change: "unchanged"))
      }
    }
    state.findings.removeAll { untold.contains($0.fingerprint) }
    for fingerprint in untold { forget(fingerprint) }
    state.findings += restored.prefix(RunState.most - state.findings.count)
  }

  /// False where there is no room.
  private mutating func add(_ entry: JournalEntry) -> Bool {
    if entries.count < Self.most {
      entries.append(entry)
      return true
    }
    leftOut += 1
    return false
  }

  /// What nobody is told has neither come nor gone.
  private mutating func forget(_ key: RunHistory.Key) {
    state.history.records[key] = changes.history.records[key]
  }

  /// A clause for the end of a message; nil for what has not been back, or once.
  private static func clause(_ returns: Int?) -> String? {
    returns.map { count in
      "; comes and goes: back \(count) times\(count < RunHistory.mostReturns ? "" : " or more") in 7 days"
    }
  }

  // MARK: Findings

  private func entry(_ finding: ReportedFinding, change: String) -> JournalEntry {
    let severity = finding.finding.severity
    let again = Self.clause(changes.returns[finding.finding.fingerprint])
    return entry(
      .finding, again == nil ? .init(severity) : .info, finding, change: change,
      "\(severity.rawValue.uppercased()) \(finding.finding.subject): \(finding.finding.message)"
        + " (\(finding.finding.rule))\(again ?? "")")
  }

  private func entry(_ finding: ReportedFinding, was old: RunState.Finding) -> JournalEntry {
    let severity = finding.finding.severity
    let (what, priority): (String, JournalEntry.Priority) =
      switch finding.state {
      case .new:
        (
          "now \(severity.rawValue), was \(old.severity.rawValue)"
            + (severity < old.severity ? " more than a week ago" : ""), .init(severity)
        )
      case .known: ("accepted by the baseline", .info)
      case .waived:
        ("accepted: \(finding.waiver?.reason ?? "")", .info)
      }
    var entry = entry(
      .changed, priority, finding, change: "changed",
      "\(finding.finding.subject): \(what): \(finding.finding.title) (\(finding.finding.rule))")
    entry.add(.oldSeverity, old.severity.rawValue)
    return entry
  }

  private func entry(
    _ kind: JournalKind, _ priority: JournalEntry.Priority, _ reported: ReportedFinding,
    change: String, _ message: String
  ) -> JournalEntry {
    let finding = reported.finding
    var entry = JournalEntry(kind, priority, message, run: run)
    entry.add(.change, change)
    entry.add(
      rule: finding.rule, title: finding.title, subject: finding.subject,
      severity: finding.severity, fingerprint: finding.fingerprint)
    entry.add(.confidence, finding.confidence.rawValue)
    entry.add(.state, reported.state.rawValue)
    for reference in finding.references.prefix(4) { entry.add(.documentation, reference.uri) }
    entry.add(units: finding.units)
    if let (key, value) = finding.parameter {
      entry.add(.sysctl, key)
      entry.add(.value, value)
    }
    if let file = finding.locations.first {
      entry.add(.configurationFile, file.path + (file.line.map { ":\($0)" } ?? ""))
    }
    if let namespace = reported.namespace {
      entry.add(.namespace, namespace.name ?? "\(namespace.inode)")
    }
    return entry
  }

  private func entry(resolved old: RunState.Finding) -> JournalEntry {
    var entry = JournalEntry(
      .resolved, .info,
      "resolved: \(old.subject): \(old.title) (\(old.rule))"
        + (Self.clause(changes.returns[old.fingerprint]) ?? ""), run: run)
    entry.add(.change, "resolved")
    entry.add(
      rule: old.rule, title: old.title, subject: old.subject, severity: old.severity,
      fingerprint: old.fingerprint)
    entry.add(units: old.units)
    return entry
  }

  // MARK: The rest

  /// One entry for what of a rule could not be judged for one reason.
  private mutating func addUnknown(_ undecided: [ReportedUndecided]) {
    struct Cause: Hashable {
      var rule: String
      var missing: [String]
      var returns: Int?
    }
    var causes: [Cause] = []
    var subjects: [Cause: [String]] = [:]
    var remembered: [Cause: [RunState.Subject]] = [:]
    for item in undecided.map(\.undecided) {
      let cause = Cause(
        rule: item.rule, missing: item.reasons(atMost: Self.mostSubjects),
        returns: changes.returns[RunState.Subject(item).key])
      if subjects[cause] == nil { causes.append(cause) }
      subjects[cause, default: []].append(item.subject)
      remembered[cause, default: []].append(RunState.Subject(item))
    }
    var untold: Set<RunState.Subject> = []
    for cause in causes {
      let named = (subjects[cause] ?? []).filter { !$0.isEmpty }
      let more =
        named.count > Self.mostSubjects ? " and \(named.count - Self.mostSubjects) more" : ""
      let about = named.prefix(Self.mostSubjects).joined(separator: ", ") + more
      let why =
        cause.missing.isEmpty ? "the expression failed" : cause.missing.joined(separator: "; ")
      var entry = JournalEntry(
        .unknown, cause.returns == nil ? .notice : .info,
        "could not check \(cause.rule)\(about.isEmpty ? "" : " for \(about)"): \(why)"
          + (Self.clause(cause.returns) ?? ""), run: run)
      entry.add(.change, "unknown")
      entry.add(.rule, cause.rule)
      for subject in named.prefix(Self.mostSubjects) { entry.add(.subject, subject) }
      for reason in cause.missing { entry.add(.missing, reason) }
      if !add(entry) { untold.formUnion(remembered[cause] ?? []) }
    }
    state.undecided.removeAll(where: untold.contains)
    for subject in untold { forget(subject.key) }
  }

  /// The last entry, with how the run ended.
  ///
  /// - Parameter problems: why the last run is not known, or the next one will not know this one.
  public func summary(_ problems: [String] = []) -> JournalEntry {
    let summary = report.summary
    func count(_ severity: Severity) -> Int { summary.findings[severity] ?? 0 }
    let bySeverity = Severity.allCases.reversed().filter { count($0) > 0 }
      .map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
    var clauses = [
      summary.total == 0
        ? "no findings"
        : "\(summary.total) finding\(summary.total == 1 ? "" : "s"): \(bySeverity)"
    ]
    let differences = [
      ("new", changes.new.count), ("changed", changes.changed.count),
      ("resolved", changes.resolved.count),
    ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    clauses.append(differences.isEmpty ? "nothing changed" : differences)
    if changes.milder > 0 {
      clauses.append("\(changes.milder) milder than logged, for less than a week")
    }
    let open = summary.unknown + summary.errors
    if open > 0 { clauses.append("\(open) could not be checked") }
    if leftOut > 0 { clauses.append("\(leftOut) more are not logged one by one") }
    clauses += problems
    var entry = JournalEntry(
      .summary, problems.isEmpty ? .info : .warning,
      "audit of \(report.host.name): " + clauses.joined(separator: "; "), run: run)
    for problem in problems { entry.add(.stateProblem, problem) }
    entry.add(.version, report.tool.version)
    entry.add(.high, count(.high))
    entry.add(.medium, count(.medium))
    entry.add(.low, count(.low))
    entry.add(.info, count(.info))
    entry.add(.known, summary.known)
    entry.add(.waived, summary.waived)
    entry.add(.new, changes.new.count)
    entry.add(.changed, changes.changed.count)
    entry.add(.resolved, changes.resolved.count)
    entry.add(.unknown, open)
    entry.add(.passed, summary.passed)
    entry.add(.seconds, "\((report.durationSeconds * 1000).rounded() / 1000)")
    if let audited = report.namespaces.first(where: \.audited)?.name {
      entry.add(.namespace, audited.name ?? "\(audited.inode)")
    }
    return entry
  }
}
