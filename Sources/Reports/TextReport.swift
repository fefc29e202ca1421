import Rules

extension ReportFormat {
  /// For people: findings by severity with evidence and remedy, what could not be checked, notices,
  /// and a summary line.
  public static let text = ReportFormat(name: "text", abstract: "text for people (default)") {
    report, options in
    var text = TextReport(report, options)
    return text.render()
  }
}

/// A report being printed for people.
struct TextReport {
  let report: Report
  let verbosity: RenderOptions.Verbosity
  var page: Page

  /// More findings of one rule than this are folded.
  static let foldingLimit = 5

  init(_ report: Report, _ options: RenderOptions) {
    self.report = report
    verbosity = options.verbosity
    page = Page(width: options.width, style: options.style)
  }

  mutating func render() -> [UInt8] {
    if verbosity > .quiet { printScope() }
    printFindings()
    if verbosity > .quiet {
      printUndecided()
      printNotices()
    }
    printSummary()
    return Array(page.text.utf8)
  }

  /// What was audited, and what was not.
  private mutating func printScope() {
    let host = report.host
    var sentences: [String] = []
    switch report.mode {
    case .live:
      sentences.append(
        "Audited \(host.name.shown), Linux \(host.kernel.shown)\(scopeOfNamespaces).")
    case .root where report.namespaces.contains(where: \.audited):
      sentences.append(
        "Audited a recording of \(host.name.shown), Linux \(host.kernel.shown)\(scopeOfNamespaces)."
      )
    case .root:
      sentences.append(
        "Audited the files of \(host.name.shown), judged as Linux \(host.kernel.shown).")
    case .review:
      sentences.append("Reviewed files by themselves, judged as Linux \(host.kernel.shown).")
    }
    let others = report.namespaces.count { !$0.audited }
    if others > 0 {
      let atLeast = report.namespacesGap == nil ? "" : "At least "
      let verb = others == 1 ? "was" : "were"
      sentences.append("\(atLeast)\(count(others, "other network namespace")) \(verb) not audited.")
    } else if report.namespacesGap != nil {
      sentences.append("Whether there are other network namespaces is not known.")
    }
    page.prose(.init(sentences.joined(separator: " ")))
  }

  private var scopeOfNamespaces: String {
    let audited = report.namespaces.filter(\.audited)
    guard let only = audited.first, audited.count == 1 else {
      return audited.isEmpty ? "" : ", \(audited.count) network namespaces"
    }
    switch (only.isPID1, only.isInitial) {
    case (true?, false?):
      return ", the network namespace of this container's PID 1, which is not the host's"
    case (true?, _): return ", the network namespace of PID 1"
    case (false?, _):
      return ", network namespace \(only.name.label), which is not that of PID 1"
    case (nil, true?): return ", the host's network namespace"
    case (nil, false?):
      return ", network namespace \(only.name.label), which is not the host's"
    case (nil, nil):
      return ", network namespace \(only.name.label); whether it is that of PID 1 is not known"
    }
  }

  private mutating func printFindings() {
    let shown = report.findings.filter { $0.state == .new || verbosity == .verbose }
    var perRule: [String: Int] = [:]
    for reported in shown { perRule[reported.finding.rule, default: 0] += 1 }
    var printed: [String: Int] = [:]
    var previous: ReportedFinding?
    for reported in shown {
      let finding = reported.finding
      let number = printed[finding.rule, default: 0] + 1
      printed[finding.rule] = number
      if verbosity < .verbose && number > Self.foldingLimit { continue }
      page.blank()
      print(reported, after: previous)
      previous = reported
      let folded = (perRule[finding.rule] ?? 0) - Self.foldingLimit
      if verbosity < .verbose && number == Self.foldingLimit && folded > 0 {
        page.blank()
        page.prose(
          indent: 2, .init("and \(folded) more like this; --verbose shows them", .faint))
      }
    }
  }

  private mutating func printNotices() {
    guard !report.notices.isEmpty else { return }
    page.blank()
    page.line(.init("Notices", .strong))
    var perRule: [String: Int] = [:]
    for notice in report.notices {
      var runs = [Page.Run(notice.message)]
      if notice.level == .warning { runs.insert(.init("warning:", .severity(.medium)), at: 0) }
      if let rule = notice.rule {
        let number = perRule[rule, default: 0] + 1
        perRule[rule] = number
        if verbosity < .verbose && number > Self.foldingLimit { continue }
        runs.append(.init("(\(rule))", .faint, whole: true))
      }
      page.prose(indent: 2, hanging: 2, [.init("-")] + runs)
    }
    for (rule, number) in perRule.sorted(by: { $0.key < $1.key }) {
      guard verbosity < .verbose && number > Self.foldingLimit else { continue }
      let folded = number - Self.foldingLimit
      page.prose(
        indent: 4, .init("and \(folded) more of \(rule); --verbose shows them", .faint))
    }
  }

  private mutating func printSummary() {
    let summary = report.summary
    var clauses: [String] = []
    if summary.total == 0 {
      let isAll = summary.known + summary.waived + report.leftOut == 0 && report.undecided.isEmpty
      clauses.append("\(isAll ? "nothing to report" : "no new findings"): \(checked)")
    } else {
      let bySeverity = Severity.allCases.reversed().compactMap { severity in
        summary.findings[severity].map { "\($0) \(severity.rawValue)" }
      }
      clauses.append("\(count(summary.total, "finding")): \(bySeverity.joined(separator: ", "))")
    }
    if report.leftOut > 0 { clauses.append("\(report.leftOut) milder left out") }
    if summary.known > 0 { clauses.append("\(summary.known) known") }
    if summary.waived > 0 { clauses.append("\(summary.waived) waived") }
    if summary.unknown > 0 { clauses.append("\(summary.unknown) could not be checked") }
    if summary.errors > 0 { clauses.append("\(count(summary.errors, "rule error"))") }
    if verbosity == .verbose {
      if summary.total > 0 { clauses.append("\(summary.passed) passed") }
      clauses.append("\(summary.notApplicable) not applicable")
    }
    let line = clauses.joined(separator: "; ")
    let isAlone = summary.total == 0 && report.undecided.isEmpty && report.notices.isEmpty
    if !isAlone || verbosity == .verbose { page.blank() }
    page.prose(.init(line.prefix(1).uppercased() + line.dropFirst(), .strong))
  }

  /// What an audit without findings rests on. A rule has passed where it judged something, and
  /// found and lacked nothing.
  private var checked: String {
    let passed = report.rules.count { $0.passed > 0 && $0.findings + $0.undecided == 0 }
    var text = "\(passed) of \(count(report.rules.count, "rule")) passed"
    let idle = report.rules.count { $0.passed + $0.findings + $0.undecided == 0 }
    if idle > 0 { text += ", \(idle) had nothing to judge" }
    let sockets = report.namespaces.compactMap(\.sockets)
    guard !sockets.isEmpty else { return text }
    func sum(_ path: (Namespace.SocketCounts) -> Int) -> Int {
      sockets.reduce(0) { $0 &+ path($1) }
    }
    text += ", \(sum(\.tcp)) TCP and \(count(sum(\.udp), "UDP socket"))"
    guard verbosity == .verbose else { return text }
    return text + " (\(count(sum(\.listeners), "listener")), \(sum(\.timeWait)) in TIME_WAIT)"
  }
}

/// "1 finding", "2 findings".
func count(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}
