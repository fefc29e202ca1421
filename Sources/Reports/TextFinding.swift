import CEL
import Rules

extension TextReport {
  /// Facts of a finding that are printed unless all are asked for.
  private static let evidenceLimit = 8

  /// One finding. `previous` is the one printed before it, to which an equal remedy refers.
  mutating func print(_ reported: ReportedFinding, after previous: Finding?) {
    let finding = reported.finding
    let label = finding.severity.rawValue
    let padding = String(repeating: " ", count: max(0, 6 - label.count))
    page.prose(
      hanging: 8, .init(label.uppercased() + padding, .severity(finding.severity)),
      .init(finding.title, .strong))
    printIdentity(reported)
    page.prose(indent: 2, .init(finding.message))
    printEvidence(finding.evidence)
    printRemedies(reported, after: previous)
    if verbosity == .verbose { printDetails(reported) }
  }

  private mutating func printIdentity(_ reported: ReportedFinding) {
    let finding = reported.finding
    var runs = [Page.Run(finding.rule, .faint), .init(" "), .init(finding.subject)]
    if finding.confidence != .high {
      runs.append(.init(" (confidence: \(finding.confidence.rawValue))"))
    }
    switch reported.state {
    case .new: break
    case .known: runs.append(.init(" (known)"))
    case .waived: runs.append(.init(" (waived)"))
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

  private mutating func printRemedies(_ reported: ReportedFinding, after previous: Finding?) {
    let finding = reported.finding
    guard !finding.remediation.isEmpty else { return }
    if let previous, previous.rule == finding.rule, previous.remediation == finding.remediation {
      page.prose(indent: 2, .init("Remedy: as above", .faint))
      return
    }
    page.line(indent: 2, .init("Remedy:", .strong))
    for remedy in finding.remediation {
      switch remedy {
      case .sysctl(let settings):
        print(
          SysctlFragment(settings, evidence: finding.evidence),
          outsideHost: isOutsideHost(reported.namespace))
      case .unit(let settings):
        page.prose(indent: 4, hanging: 2, .init("- in the unit (systemctl edit):"))
        for setting in settings { page.line(indent: 8, .init(setting.unitLine)) }
      case .code(let text), .note(let text):
        page.prose(indent: 4, hanging: 2, .init("- " + text))
      }
    }
  }

  /// A drop-in of the host is read for the network namespace of PID 1 only; sysctls under `net.` of
  /// any other are set there or by what made it.
  private mutating func print(_ fragment: SysctlFragment, outsideHost: Bool) {
    page.prose(
      indent: 4, hanging: 2,
      .init(
        outsideHost
          ? "- inside that network namespace, with sysctl -w or by what creates it:"
          : "- in \(SysctlFragment.path), then 'sysctl -p \(SysctlFragment.path)':"))
    for line in fragment.lines { page.line(indent: 8, .init("\(line.key) = \(line.value)")) }
    guard verbosity == .verbose else { return }
    page.prose(indent: 6, .init("Undo, after removing them, with 'sysctl -w':", .faint))
    for line in fragment.undo.split(separator: "\n") {
      page.line(indent: 8, .init(String(line), .faint))
    }
  }

  private func isOutsideHost(_ name: NamespaceName?) -> Bool {
    report.namespaces.contains { $0.name == name && $0.isPID1 == false }
  }

  private mutating func printDetails(_ reported: ReportedFinding) {
    let finding = reported.finding
    if let waiver = reported.waiver {
      let until = waiver.expires.map { ", until \($0)" } ?? ""
      page.prose(indent: 2, hanging: 2, .init("Waived: \(waiver.reason)\(until)"))
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

extension Remediation.Setting {
  /// As a line of a unit file; a section header has no value.
  fileprivate var unitLine: String { value.isEmpty ? key : "\(key)=\(value)" }
}

extension Page {
  /// Facts and where they come from, each on one line: `key = value  (origin)`. The origins stand in
  /// one column where that fits; the part before them is never padded, so that it can be copied.
  mutating func facts(indent: Int, _ facts: [(text: String, origin: String?)]) {
    let origins = facts.map { $0.origin.map { $0.shown.columns + 2 } ?? 0 }.max() ?? 0
    let widest = facts.map { $0.text.shown.columns }.max() ?? 0
    let isAligned = indent + widest + 2 + origins <= width
    for fact in facts {
      guard let origin = fact.origin else {
        line(indent: indent, .init(fact.text))
        continue
      }
      let gap = isAligned ? widest - fact.text.shown.columns + 2 : 2
      line(
        indent: indent, .init(fact.text), .init(String(repeating: " ", count: gap)),
        .init("(\(origin))", .faint))
    }
  }
}
