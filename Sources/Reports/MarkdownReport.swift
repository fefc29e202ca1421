import CEL
import Proofs
import Rules

extension ReportFormat {
  /// Markdown for the summary of a job or a comment: a table, and the details folded.
  static let markdown = ReportFormat(
    name: "markdown", abstract: "Markdown, for job summaries and comments"
  ) { report, _ in
    var document = MarkdownReport(report)
    return Array(document.render().utf8)
  }
}

/// A report as GitHub Flavored Markdown.
struct MarkdownReport {
  private let report: Report
  /// Blocks, with a blank line between them.
  private var blocks: [String] = []

  /// Findings whose details are printed: a comment on GitHub holds 65,536 characters.
  private static let detailsLimit = 30
  /// Names in a row of a table.
  private static let namesLimit = 10

  init(_ report: Report) { self.report = report }

  mutating func render() -> String {
    let verdict = report.verdict()
    let title = verdict.prefix(1).uppercased() + verdict.dropFirst()
    blocks.append("## Sockwise: " + MarkdownText.escaped(title))
    blocks.append(MarkdownText.escaped(report.scope.joined(separator: " ")))
    addFindings()
    addUndecided()
    addAccepted()
    addNotices()
    let remainder = report.remainder()
    if !remainder.isEmpty {
      blocks.append(MarkdownText.escaped(remainder.joined(separator: "; ") + "."))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private mutating func addFindings() {
    let findings = report.fresh
    guard !findings.isEmpty else { return }
    addTable(
      ["", "Severity", "Rule", "Subject", "What was found"],
      findings.map { reported in
        let finding = reported.finding
        return [
          finding.severity.sign, finding.severity.rawValue, MarkdownText.code(finding.rule),
          MarkdownText.code(finding.subject) + place(of: finding),
          MarkdownText.escaped(finding.message),
        ]
      })
    for reported in findings.prefix(Self.detailsLimit) { addDetails(reported) }
    let folded = findings.count - Self.detailsLimit
    if folded > 0 {
      blocks.append("_Evidence and remedies of \(folded) more are in the whole report._")
    }
  }

  private func place(of finding: Finding) -> String {
    finding.locations.first.map { "<br>" + MarkdownText.code($0.text) } ?? ""
  }

  private mutating func addDetails(_ reported: ReportedFinding) {
    let finding = reported.finding
    blocks.append(
      "<details><summary>\(finding.severity.sign) \(MarkupText.escaped(finding.shownTitle)): "
        + "<code>\(MarkupText.escaped(finding.subject))</code></summary>")
    if !finding.evidence.isEmpty {
      addTable(
        ["Fact", "Value", "Read from"],
        finding.evidence.map { evidence in
          [
            MarkdownText.code(FactName.display(evidence.fact)),
            MarkdownText.code(ValueText.describe(evidence.value)),
            MarkdownText.escaped(evidence.origin.map(\.text) ?? ""),
          ]
        })
    }
    let remedies = report.remedies(of: reported)
    if !remedies.isEmpty { blocks.append(finding.language.text("**Remedy**", "**处理办法**")) }
    for remedy in remedies {
      blocks.append("- " + MarkdownText.escaped(remedy.text))
      guard !remedy.lines.isEmpty else { continue }
      let block = MarkdownText.block(remedy.lines, language: "ini")
      blocks.append(block.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
    }
    if let proof = reported.proven {
      let observed = proof.observed.map { "; observed: \($0)" } ?? ""
      blocks.append(MarkdownText.escaped(proof.sentence + observed))
    }
    if !finding.references.isEmpty {
      blocks.append(
        finding.references.map { "- " + MarkdownText.reference($0) }.joined(separator: "\n"))
    }
    let confidence = "confidence \(finding.confidence.rawValue)"
    let fingerprint = "fingerprint \(finding.fingerprint.shown)"
    blocks.append("<sub>\(confidence) · \(fingerprint)</sub>")
    blocks.append("</details>")
  }

  private mutating func addUndecided() {
    guard !report.undecided.isEmpty else { return }
    blocks.append("### Could not check")
    addTable(
      ["Reason", "What"],
      report.undecidedGroups.map { group in
        let rules = group.rules.prefix(Self.namesLimit).map { rule, subjects in
          let names = subjects.prefix(Self.namesLimit).map(MarkdownText.code)
            .joined(separator: ", ")
          let more = subjects.count - Self.namesLimit
          return MarkdownText.escaped(rule) + (names.isEmpty ? "" : ": ") + names
            + (more > 0 ? " and \(more) more" : "")
        }
        let more = group.rules.count - Self.namesLimit
        return [
          MarkdownText.escaped(group.heading),
          rules.joined(separator: "<br>") + (more > 0 ? "<br>and \(more) more" : ""),
        ]
      })
  }

  private mutating func addAccepted() {
    guard !report.accepted.isEmpty else { return }
    let count = report.accepted.count
    blocks.append(
      "<details><summary>\(count) accepted \(count == 1 ? "finding" : "findings")</summary>")
    addTable(
      ["Severity", "Rule", "Subject", "Why"],
      report.accepted.map { reported in
        [
          reported.finding.severity.rawValue, MarkdownText.code(reported.finding.rule),
          MarkdownText.code(reported.finding.subject) + place(of: reported.finding),
          MarkdownText.escaped(reported.acceptance ?? ""),
        ]
      })
    blocks.append("</details>")
  }

  private mutating func addNotices() {
    let gone = report.gone.map { "of the baseline, and gone: \($0.rule) \($0.subject)" }
    let notices = report.notices.map { notice in
      (notice.level == .warning ? "**Warning:** " : "") + MarkdownText.escaped(notice.message)
        + (notice.rule.map { " (" + MarkdownText.code($0) + ")" } ?? "")
    }
    let lines = (notices + gone.map(MarkdownText.escaped)).map { "- " + $0 }
    guard !lines.isEmpty else { return }
    blocks.append("<details><summary>\(Reports.count(lines.count, "notice"))</summary>")
    blocks.append(lines.prefix(MarkdownText.rowLimit).joined(separator: "\n"))
    blocks.append("</details>")
  }

  private mutating func addTable(_ head: [String], _ rows: [[String]]) {
    blocks += MarkdownText.table(head, rows)
  }
}

extension Severity {
  /// Seen before it is read.
  fileprivate var sign: String {
    switch self {
    case .high: "🔴"
    case .medium: "🟠"
    case .low: "🟡"
    case .info: "🔵"
    }
  }
}
