import CEL
import Rules

extension ReportFormat {
  /// JUnit XML as Jenkins and GitLab read it: a test case for each finding and each thing that could
  /// not be checked, one for each rule that passed or had nothing to judge.
  static let junit = ReportFormat(name: "junit", abstract: "JUnit XML, for Jenkins and GitLab") {
    report, _ in
    var document = JUnitReport(report)
    return document.render()
  }
}

/// A report being written as JUnit XML; `junit-10.xsd` of Jenkins' xunit plugin is its schema.
struct JUnitReport {
  private let report: Report
  private var cases = ""
  private var count = (tests: 0, failures: 0, errors: 0, skipped: 0)
  /// Names of a rule's cases: GitLab ignores a second case of the same class and name.
  private var names: [String: Int] = [:]

  init(_ report: Report) { self.report = report }

  mutating func render() -> [UInt8] {
    for reported in report.findings { add(reported) }
    for item in report.undecided.map(\.undecided) { add(item) }
    for rule in report.rules where rule.findings + rule.undecided == 0 { add(rule) }
    let counts = #"tests="\#(count.tests)" failures="\#(count.failures)" errors="\#(count.errors)""#
    let time = #"time="\#(seconds)""#
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="\(report.tool.name)" \(time) \(counts)>
        <testsuite name="sockwise \(report.mode.rawValue)" \(counts) skipped="\(count.skipped)" \
      \(time) timestamp="\(MarkupText.escaped(report.started))" \
      hostname="\(MarkupText.escaped(report.host.name))">
      \(cases)    <system-out>\(MarkupText.escapedLines(summary))</system-out>
        </testsuite>
      </testsuites>

      """
    return Array(text.utf8)
  }

  /// What is no test case.
  private var summary: String {
    var lines = report.scope + report.notices.map(\.message.shown)
    lines += report.gone.map { "of the baseline, and gone: \($0.rule) \($0.subject)".shown }
    return (lines + [report.summaryLine()]).joined(separator: "\n")
  }

  /// With three decimals: Surefire's type has no exponents.
  private var seconds: String {
    let thousandths = Int64(max(0, min(report.durationSeconds, 1e9)) * 1000)
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }

  // MARK: Cases

  private mutating func add(_ reported: ReportedFinding) {
    let reported = reported.inEnglish
    let finding = reported.finding
    let message = MarkupText.escaped(finding.message)
    var details = TextReport(report, RenderOptions(width: 100, verbosity: .verbose))
    details.print(reported, after: nil)
    let body = MarkupText.escapedLines(details.page.text)
    if let acceptance = reported.acceptance {
      count.skipped += 1
      add(
        finding.rule, finding.subject,
        "<skipped message=\"\(MarkupText.escaped(acceptance)): \(message)\"/>"
          // What is accepted is still told: only failures and errors may have a body.
          + "<system-out>\(body)</system-out>")
    } else {
      count.failures += 1
      add(
        finding.rule, finding.subject,
        "<failure type=\"\(finding.severity.rawValue)\" message=\"\(message)\">\(body)</failure>")
    }
  }

  private mutating func add(_ item: Undecided) {
    count.errors += 1
    let reasons = item.missing.map(\.sentence.shown)
    let first = MarkupText.escaped(reasons.first ?? "no reason was recorded")
    let kind = item.kind == .error ? "rule error" : "could not check"
    add(
      item.rule, item.subject,
      "<error type=\"\(kind)\" message=\"\(first)\">"
        + MarkupText.escapedLines(reasons.joined(separator: "\n")) + "</error>")
  }

  private mutating func add(_ rule: RuleSummary) {
    if rule.passed > 0 { return add(rule.rule, "", "") }
    count.skipped += 1
    let why = rule.notApplicable.first ?? "nothing to judge"
    add(rule.rule, "", "<skipped message=\"\(MarkupText.escaped("not applicable: \(why)"))\"/>")
  }

  private mutating func add(_ rule: String, _ subject: String, _ content: String) {
    count.tests += 1
    let base = subject.isEmpty ? rule : "\(rule) \(subject)"
    let number = names[base, default: 0] + 1
    names[base] = number
    let name = number == 1 ? base : "\(base) (\(number))"
    let attributes =
      #"classname="\#(MarkupText.escaped(rule))" name="\#(MarkupText.escaped(name))""#
    cases +=
      content.isEmpty
      ? "    <testcase \(attributes) time=\"0\"/>\n"
      : "    <testcase \(attributes) time=\"0\">\(content)</testcase>\n"
  }
}
