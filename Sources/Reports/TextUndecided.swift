import CEL
import Rules

extension TextReport {
  /// Names listed before the rest is counted.
  private static let namesLimit = 3

  /// What could not be judged for one reason, with one thing to grant.
  private struct Group {
    var facts: [String] = []
    /// Subjects by rule, in the order of the report.
    var subjects: [(rule: String, names: [String])] = []

    mutating func add(rule: String, subject: String) {
      if subjects.last?.rule != rule { subjects.append((rule, [])) }
      if !subject.isEmpty, subjects[subjects.count - 1].names.last != subject {
        subjects[subjects.count - 1].names.append(subject)
      }
    }

    mutating func add(fact: String) {
      if !fact.isEmpty && !facts.contains(fact) { facts.append(fact) }
    }
  }

  private struct Cause: Hashable {
    var kind: Undecided.Kind
    var reason: String
    var grant: String?
  }

  mutating func printUndecided() {
    guard !report.undecided.isEmpty else { return }
    page.blank()
    page.line(.init("Could not check", .strong))
    for (cause, group) in groups() {
      var heading = (cause.kind == .error ? "error: " : "") + cause.reason.shown
      if let grant = cause.grant { heading += " (grant \(grant.shown))" }
      page.prose(indent: 2, hanging: 2, .init(heading))
      if !group.facts.isEmpty {
        page.prose(indent: 4, hanging: 2, .init("reading \(names(group.facts))", .faint))
      }
      for (rule, subjects) in group.subjects where !subjects.isEmpty {
        page.prose(indent: 4, hanging: 2, .init(rule + ":"), .init(names(subjects)))
      }
      let whole = group.subjects.filter(\.names.isEmpty).map(\.rule)
      if !whole.isEmpty { page.prose(indent: 4, hanging: 2, .init(whole.joined(separator: ", "))) }
    }
  }

  /// By cause, in the order in which the report first names it.
  private func groups() -> [(Cause, Group)] {
    var order: [Cause] = []
    var groups: [Cause: Group] = [:]
    for item in report.undecided.map(\.undecided) {
      let fallback = item.kind == .error ? "the expression failed" : "no reason was recorded"
      let missing = item.missing.isEmpty ? [Missing(reason: fallback)] : item.missing
      for missing in missing {
        let cause = Cause(kind: item.kind, reason: missing.reason, grant: missing.grant)
        if groups[cause] == nil { order.append(cause) }
        groups[cause, default: Group()].add(fact: missing.fact)
        groups[cause, default: Group()].add(rule: item.rule, subject: item.subject)
      }
    }
    return order.map { ($0, groups[$0] ?? Group()) }
  }

  /// A list in prose; the names are escaped here, so that their line breaks show.
  private func names(_ listed: [String]) -> String {
    let names = listed.map(\.shown)
    guard verbosity < .verbose, names.count > Self.namesLimit + 1 else {
      return names.joined(separator: ", ")
    }
    let first = names.prefix(Self.namesLimit).joined(separator: ", ")
    return "\(first) and \(names.count - Self.namesLimit) more"
  }
}
