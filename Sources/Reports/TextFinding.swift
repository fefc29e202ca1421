import CEL
import Proofs
import Rules

extension TextReport {
  /// Facts of a finding that are printed unless all are asked for.
  private static let evidenceLimit = 8

  /// One finding. `previous` is the one printed before it, to which an equal remedy refers.
  mutating func print(_ reported: ReportedFinding, after previous: ReportedFinding?) {
    let finding = reported.finding
    let label = finding.severity.rawValue.uppercased()
    page.prose(
      hanging: label.columns + 2, .init(label, .severity(finding.severity)),
      .init(finding.shownTitle, .strong, gap: 2))
    printIdentity(reported)
    page.prose(indent: 2, .init(finding.message))
    printEvidence(finding.evidence)
    printRemedies(reported, after: previous)
    printProof(reported.proven)
    if verbosity == .verbose { printDetails(reported) }
  }

  private mutating func printIdentity(_ reported: ReportedFinding) {
    let finding = reported.finding
    var runs = [
      Page.Run(finding.rule, .faint), .init(finding.subject, whole: true, gap: 2),
    ]
    var remarks: [String] = []
    if finding.confidence != .high {
      remarks.append("confidence: \(finding.confidence.rawValue)")
    }
    if reported.state != .new { remarks.append(reported.state.rawValue) }
    if !remarks.isEmpty {
      runs.append(.init("(\(remarks.joined(separator: ", ")))", gap: 2))
    }
    page.prose(indent: 2, hanging: 2, runs)
  }

  private mutating func printEvidence(_ evidence: [Evidence]) {
    guard !evidence.isEmpty else { return }
    let limit = verbosity == .verbose ? evidence.count : Self.evidenceLimit
    page.facts(
      indent: 4,
      evidence.prefix(limit).map { fact in
        (
          "\(FactName.display(fact.fact)) = \(ValueText.describe(fact.value))",
          fact.origin.map(\.text)
        )
      })
    if evidence.count > limit {
      page.prose(
        indent: 4,
        .init("and \(count(evidence.count - limit, "more fact")); --verbose shows them", .faint))
    }
  }

  private mutating func printRemedies(
    _ reported: ReportedFinding, after previous: ReportedFinding?
  ) {
    let finding = reported.finding
    guard !finding.remediation.isEmpty else { return }
    if let previous, previous.finding.rule == finding.rule,
      previous.finding.remediation == finding.remediation,
      previous.namespace == reported.namespace
    {
      page.prose(
        indent: 2, .init(finding.language.text("Remedy: as above", "处理办法：同上"), .faint))
      return
    }
    page.line(indent: 2, .init(finding.language.text("Remedy:", "处理办法："), .strong))
    for remedy in report.remedies(of: reported) {
      page.prose(indent: 4, hanging: 2, .init("- " + remedy.text))
      for line in remedy.lines { page.line(indent: 8, .init(line)) }
      if verbosity == .verbose, let fragment = remedy.fragment {
        printUse(of: fragment, outsideHost: remedy.isElsewhere)
      }
    }
  }

  private mutating func printProof(_ proof: Proof?) {
    guard let proof else { return }
    let role: Style.Role = proof.outcome == .doesNotHold ? .strong : .body
    page.prose(indent: 2, hanging: 2, .init(proof.sentence, role))
    if verbosity == .verbose, let observed = proof.observed {
      page.prose(indent: 4, hanging: 2, .init("Observed: \(observed)", .faint))
    }
  }

  /// How to find, apply and undo a setting. A drop-in loses to files that sort after it, such as
  /// 99-sysctl.conf, so that where a key is set already is the better place.
  private mutating func printUse(of fragment: SysctlFragment, outsideHost: Bool) {
    if !outsideHost {
      let keys = fragment.lines.map { "-e \($0.key.shown)" }.joined(separator: " ")
      page.line(
        indent: 6, .init("Where: grep -rs \(keys) \(SysctlFragment.searchedFiles)", .faint))
      page.line(indent: 6, .init("Apply: sysctl -p \(SysctlFragment.path)", .faint))
    }
    page.prose(
      indent: 6, hanging: 2,
      .init("Undo: take that back, and set with 'sysctl -w' what was there before:", .faint))
    for line in fragment.undoLines { page.line(indent: 8, .init(line, .faint)) }
  }

  private mutating func printDetails(_ reported: ReportedFinding) {
    let finding = reported.finding
    if let acceptance = reported.acceptance {
      page.prose(
        indent: 2, hanging: 2, .init(acceptance.prefix(1).uppercased() + acceptance.dropFirst()))
    }
    for location in finding.locations { page.line(indent: 2, .init("At " + location.text)) }
    if !finding.references.isEmpty {
      page.line(indent: 2, .init("References:", .strong))
      for reference in finding.references { page.line(indent: 4, .init("- " + reference)) }
    }
    page.line(indent: 2, .init("Why it matters: sockwise explain \(finding.rule)", .faint))
    page.line(indent: 2, .init("Fingerprint: \(finding.fingerprint)", .faint))
  }
}

extension Page {
  /// Facts and where they come from, each on one line: `key = value  (origin)`. The part before the
  /// origin is never padded or wrapped, so that it can be copied; the origins stand in one column,
  /// though that makes some lines wider than the page.
  mutating func facts(indent: Int, _ facts: [(text: String, origin: String?)]) {
    // One long value does not push the origins of all others away.
    let column = facts.map { $0.text.shown.columns }.filter { $0 <= 60 }.max() ?? 0
    for fact in facts {
      guard let origin = fact.origin else {
        line(indent: indent, .init(fact.text))
        continue
      }
      let gap = 2 + max(0, column - fact.text.shown.columns)
      line(
        indent: indent, .init(fact.text),
        .init(String(repeating: " ", count: gap)),
        .init("(\(origin))", .faint))
    }
  }
}
