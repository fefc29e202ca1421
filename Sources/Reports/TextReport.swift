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
  /// More known and waived findings than this are folded.
  private static let acceptedLimit = 10

  init(_ report: Report, _ options: RenderOptions) {
    self.report = report
    verbosity = options.verbosity
    page = Page(width: options.width, style: options.style)
  }

  mutating func render() -> [UInt8] {
    if verbosity > .quiet { printScope() }
    printFindings()
    if verbosity > .quiet {
      if verbosity < .verbose { printAccepted() }
      printUndecided()
    }
    printNotices(report.notices.filter { verbosity > .quiet || $0.level == .warning })
    printSummary()
    return Array(page.text.utf8)
  }

  private mutating func printScope() {
    page.prose(.init(report.scope.joined(separator: " ")))
  }

  private mutating func printFindings() {
    let shown = verbosity == .verbose ? report.findings : report.fresh
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

  /// Known and waived findings, a line each; --verbose prints them like others.
  private mutating func printAccepted() {
    guard !report.accepted.isEmpty else { return }
    page.blank()
    page.line(.init("Accepted", .strong))
    for reported in report.accepted.prefix(Self.acceptedLimit) {
      page.prose(
        indent: 2, hanging: 2, .init("-"), .init(reported.finding.rule),
        .init(reported.finding.subject, whole: true, gap: 2),
        .init("(\(reported.acceptance ?? ""))", .faint, gap: 2))
    }
    let folded = report.accepted.count - Self.acceptedLimit
    if folded > 0 {
      page.prose(indent: 4, .init("and \(folded) more; --verbose shows them", .faint))
    }
  }

  private mutating func printNotices(_ notices: [Notice]) {
    guard !notices.isEmpty else { return }
    page.blank()
    page.line(.init("Notices", .strong))
    var perRule: [String: Int] = [:]
    for notice in notices {
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
    let isAlone =
      report.summary.total == 0 && report.undecided.isEmpty && report.notices.isEmpty
      && report.accepted.isEmpty
    if !isAlone || verbosity == .verbose { page.blank() }
    page.prose(.init(report.summaryLine(isVerbose: verbosity == .verbose), .strong))
  }
}
