internal import Rules

/// What is different from the last run, and what to tell the next one.
public struct RunChanges: Sendable {
  /// Findings that count and did not, worst first.
  public internal(set) var new: [ReportedFinding] = []
  /// Findings that counted and are worse, milder for long, or accepted now.
  public internal(set) var changed: [(old: RunState.Finding, now: ReportedFinding)] = []
  /// Findings that counted, whose rules were judged whole again and did not find them.
  public internal(set) var resolved: [RunState.Finding] = []
  /// What could not be judged and could, or was not asked.
  public internal(set) var unknown: [ReportedUndecided] = []
  /// Findings that count and did, as bad as they were or not milder for long.
  public internal(set) var unchanged: [ReportedFinding] = []
  /// How many of these are milder than they were logged, for less than a week.
  private(set) var milder = 0
  /// How often within a week something has been back, that is new, unknown or resolved again, and no
  /// worse than it was told: it comes and goes.
  private(set) var returns: [RunHistory.Key: Int] = [:]
  /// The history before this run.
  let history: RunHistory
  /// How many findings there are besides that are not looked at one by one.
  public internal(set) var leftOut = 0
  /// For the next run; its counters are those of the last one.
  public internal(set) var state = RunState()

  init(from last: RunState, to report: Report) {
    let before = Dictionary(
      last.findings.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
    state.counters = last.counters
    state.time = UnixTime.seconds(report.started)
    let now = Self.trusted(state.time, after: last.time)
    state.history = last.history
    state.history.forget(at: now)
    history = state.history
    let lackedGrowth = Set(report.rules.filter(\.lackedGrowth).map(\.rule))
    var present = report.superseded
    for finding in report.findings {
      guard present.insert(finding.finding.fingerprint).inserted else { continue }
      compare(
        finding, with: before[finding.finding.fingerprint],
        mayBeWorse: lackedGrowth.contains(finding.finding.rule), now)
    }
    let whole = Set(report.rules.filter(\.isWhole).map(\.rule))
    for old in last.findings where !present.contains(old.fingerprint) {
      guard whole.contains(old.rule) else { continue }
      resolved.append(old)
      note(old.fingerprint, state.history.records[old.fingerprint]?.returns.count ?? 0)
      state.history.leave(old.fingerprint, old.severity, at: now)
    }
    // What was not judged whole, or not at all, may still be there.
    let kept = last.findings.filter { old in
      report.superseded.contains(old.fingerprint)
        || !present.contains(old.fingerprint) && !whole.contains(old.rule)
    }
    state.findings += kept.prefix(RunState.most - state.findings.count)
    compare(report.undecided, with: last.undecided, judged: Set(report.rules.map(\.rule)), now)
    state.history.bound()
  }

  /// Before the last run it cannot be: one of both clocks is wrong, as one is that nobody has set since
  /// the boot, and nothing is counted from this one. The next run goes by it, if it stays so.
  private static func trusted(_ now: Int?, after last: Int?) -> Int? {
    guard let now, let last, now < last else { return now }
    return nil
  }

  /// The first return is news: only from the second on it comes and goes.
  private mutating func note(_ key: RunHistory.Key, _ count: Int) {
    if count > 1 { returns[key] = count }
  }

  /// - Parameters:
  ///   - mayBeWorse: whether its severity was judged without what grew.
  ///   - now: seconds since 1970; nil where nobody knows.
  private mutating func compare(
    _ finding: ReportedFinding, with old: RunState.Finding?, mayBeWorse: Bool, _ now: Int?
  ) {
    guard finding.state == .new else {
      if let old {
        changed.append((old, finding))
        state.history.records[old.fingerprint] = nil
      }
      return
    }
    guard state.findings.count < RunState.most else {
      leftOut += 1
      return
    }
    var known = RunState.Finding(finding.finding)
    defer { state.findings.append(known) }
    guard let old else {
      new.append(finding)
      let told = state.history.records[known.fingerprint]?.severity ?? known.severity
      let count = state.history.comeBack(known.fingerprint, at: now)
      if known.severity <= told { note(known.fingerprint, count) }
      return
    }
    if known.severity == old.severity { return unchanged.append(finding) }
    if known.severity < old.severity {
      // Where what grew is not known it may be as bad as ever. Clocks are set back, too.
      let since =
        mayBeWorse ? old.milderSince : now.map { min(old.milderSince ?? $0, $0) } ?? old.milderSince
      if mayBeWorse || !Self.isLong(since, now) {
        known.severity = old.severity
        known.milderSince = since
        if !mayBeWorse { milder += 1 }
        return unchanged.append(finding)
      }
    }
    changed.append((old, finding))
  }

  /// How bad it is may hang on the last minute, and hosts have quiet nights and weekends: what each run
  /// finds milder has changed after a week.
  private static func isLong(_ since: Int?, _ now: Int?) -> Bool {
    guard let since, let now else { return false }
    return RunHistory.isWeek(from: since, to: now)
  }

  private mutating func compare(
    _ undecided: [ReportedUndecided], with last: [RunState.Subject], judged: Set<String>,
    _ now: Int?
  ) {
    let before = Set(last)
    var seen: Set<RunState.Subject> = []
    for item in undecided {
      let subject = RunState.Subject(item.undecided)
      guard seen.count < RunState.most, seen.insert(subject).inserted else { continue }
      state.undecided.append(subject)
      if !before.contains(subject) {
        unknown.append(item)
        note(subject.key, state.history.comeBack(subject.key, at: now))
      }
    }
    for subject in last where judged.contains(subject.rule) && !seen.contains(subject) {
      state.history.leave(subject.key, at: now)
    }
    let kept = last.filter { !judged.contains($0.rule) && seen.insert($0).inserted }
    state.undecided += kept.prefix(RunState.most - state.undecided.count)
  }
}

extension Report {
  /// - Parameter last: empty where there was no run before.
  public func changes(since last: RunState) -> RunChanges { RunChanges(from: last, to: self) }
}
