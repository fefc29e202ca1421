import Rules

/// What every format for people says of a report in the same words.
extension Report {
  /// What was audited, and what was not: sentences.
  var scope: [String] {
    var sentences: [String] = []
    switch mode {
    case .live:
      sentences.append(
        "Audited \(host.name.shown), Linux \(host.kernel.shown)\(scopeOfNamespaces).")
    case .root where namespaces.contains(where: \.audited):
      sentences.append(
        "Audited a recording of \(host.name.shown), Linux \(host.kernel.shown)\(scopeOfNamespaces)."
      )
    case .root where host.kernel == Host.unknownKernel:
      sentences.append("Audited the files of \(host.name.shown), whose kernel is not known.")
    case .root:
      sentences.append(
        "Audited the files of \(host.name.shown), judged as Linux \(host.kernel.shown).")
    case .review:
      sentences.append("Reviewed files by themselves, judged as Linux \(host.kernel.shown).")
    }
    let others = namespaces.count { !$0.audited }
    if others > 0 {
      let atLeast = namespacesGap == nil ? "" : "At least "
      let verb = others == 1 ? "was" : "were"
      sentences.append("\(atLeast)\(count(others, "other network namespace")) \(verb) not audited.")
    } else if namespacesGap != nil, mode != .root || namespaces.contains(where: \.audited) {
      sentences.append("Whether there are other network namespaces is not known.")
    }
    return sentences
  }

  private var scopeOfNamespaces: String {
    let audited = namespaces.filter(\.audited)
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

  /// "2 findings: 1 high, 1 low", or that there are none and what that rests on.
  func verdict(isVerbose: Bool = false) -> String {
    let summary = summary
    guard summary.total == 0 else {
      let bySeverity = Severity.allCases.reversed().compactMap { severity in
        summary.findings[severity].map { "\($0) \(severity.rawValue)" }
      }
      return "\(count(summary.total, "finding")): \(bySeverity.joined(separator: ", "))"
    }
    let isAll = summary.known + summary.waived + leftOut == 0 && undecided.isEmpty
    return "\(isAll ? "nothing to report" : "no new findings"): \(checked(isVerbose: isVerbose))"
  }

  /// What there is besides new findings: "1 waived", "2 could not be checked".
  func remainder(isVerbose: Bool = false) -> [String] {
    let summary = summary
    var clauses: [String] = []
    if leftOut > 0 { clauses.append("\(leftOut) milder left out") }
    if summary.known > 0 { clauses.append("\(summary.known) known") }
    if summary.waived > 0 { clauses.append("\(summary.waived) waived") }
    if !gone.isEmpty { clauses.append("\(gone.count) of the baseline gone") }
    if summary.unknown > 0 { clauses.append("\(summary.unknown) could not be checked") }
    if summary.errors > 0 { clauses.append("\(count(summary.errors, "rule error"))") }
    if isVerbose {
      if summary.total > 0 { clauses.append("\(summary.passed) passed") }
      clauses.append("\(summary.notApplicable) not applicable")
    }
    return clauses
  }

  /// Both in one line.
  func summaryLine(isVerbose: Bool = false) -> String {
    let line = ([verdict(isVerbose: isVerbose)] + remainder(isVerbose: isVerbose))
      .joined(separator: "; ")
    return line.prefix(1).uppercased() + line.dropFirst()
  }

  /// What an audit without findings rests on. A rule has passed where it judged something, and
  /// found and lacked nothing.
  private func checked(isVerbose: Bool) -> String {
    let passed = rules.count { $0.passed > 0 && $0.findings + $0.undecided == 0 }
    var text = "\(passed) of \(count(rules.count, "rule")) passed"
    let idle = rules.count { $0.passed + $0.findings + $0.undecided == 0 }
    if idle > 0 { text += ", \(idle) had nothing to judge" }
    let sockets = namespaces.compactMap(\.sockets)
    guard !sockets.isEmpty else { return text }
    func sum(_ path: (Namespace.SocketCounts) -> Int) -> Int {
      sockets.reduce(0) { $0 &+ path($1) }
    }
    text += ", \(sum(\.tcp)) TCP and \(count(sum(\.udp), "UDP socket"))"
    guard isVerbose else { return text }
    return text + " (\(count(sum(\.listeners), "listener")), \(sum(\.timeWait)) in TIME_WAIT)"
  }
}

extension ReportedFinding {
  /// Why it does not count: "waived until 2026-12-31: the pool comes with 4.2"; nil for a new one.
  var acceptance: String? {
    switch state {
    case .new: return nil
    case .known: return "known: it is in the baseline"
    case .waived:
      guard let waiver else { return "waived" }
      let place = waiver.isInSource ? " by a comment" : ""
      let until = waiver.expires.map { " until \($0)" } ?? ""
      return "waived\(place)\(until): \(waiver.reason.shown)"
    }
  }
}

/// "1 finding", "2 findings".
func count(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}
