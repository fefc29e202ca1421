import CEL
import Rules

/// What could not be judged for one reason, with one thing to grant.
struct UndecidedGroup {
  var kind: Undecided.Kind
  var reason: String
  var grant: String?
  /// Facts that could not be read, each once.
  private(set) var facts: [String] = []
  /// Subjects by rule, in the order of the report; none where a rule could not be judged at all.
  private(set) var rules: [(rule: String, subjects: [String])] = []

  /// "error: …" and what to grant.
  var heading: String {
    var heading = (kind == .error ? "error: " : "") + reason.shown
    if let grant { heading += Missing.clause(ofGrant: grant.shown) }
    return heading
  }

  fileprivate mutating func add(_ undecided: Undecided, fact: String) {
    if !fact.isEmpty && !facts.contains(fact) { facts.append(fact) }
    if rules.last?.rule != undecided.rule { rules.append((undecided.rule, [])) }
    let last = rules.count - 1
    if !undecided.subject.isEmpty, rules[last].subjects.last != undecided.subject {
      rules[last].subjects.append(undecided.subject)
    }
  }
}

extension Report {
  private struct Cause: Hashable {
    var kind: Undecided.Kind
    var missing: Missing
  }

  /// What could not be judged, by reason, in the order in which the report first names it.
  var undecidedGroups: [UndecidedGroup] {
    var places: [Cause: Int] = [:]
    var groups: [UndecidedGroup] = []
    for item in undecided.map(\.undecided) {
      let fallback = item.kind == .error ? "the expression failed" : "no reason was recorded"
      let missing = item.missing.isEmpty ? [Missing(reason: fallback)] : item.missing
      for missing in missing {
        let cause = Cause(
          kind: item.kind, missing: Missing(reason: missing.reason, grant: missing.grant))
        let place = places[cause] ?? groups.count
        if place == groups.count {
          places[cause] = place
          groups.append(
            UndecidedGroup(kind: item.kind, reason: missing.reason, grant: missing.grant))
        }
        groups[place].add(item, fact: missing.fact)
      }
    }
    return groups
  }
}

extension Missing {
  /// "listener.reuse_port: permission denied (grant CAP_SYS_PTRACE)".
  var sentence: String {
    (fact.isEmpty ? "" : "\(fact): ") + reason + (grant.map(Self.clause) ?? "")
  }

  /// What helps: a right to grant, or an option to say.
  static func clause(ofGrant grant: String) -> String {
    grant.hasPrefix("--") ? " (say \(grant))" : " (grant \(grant))"
  }
}
