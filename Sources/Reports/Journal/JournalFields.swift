internal import CEL
internal import Rules

// What entries take from findings.

extension JournalEntry {
  mutating func add(
    rule: String, title: String, subject: String, severity: Severity, fingerprint: String
  ) {
    add(.rule, rule)
    add(.title, title)
    add(.subject, subject)
    add(.severity, severity.rawValue)
    add(.fingerprint, fingerprint)
  }

  mutating func add(units: [String]) {
    // systemd.unit(5): what is longer, or has other characters, is the name of none.
    for unit in units.prefix(8) where unit.utf8.count < 256 && unit.utf8.allSatisfy(\.isOfUnitName)
    {
      add(.unit, unit)
      add(.objectUnit, unit)
    }
  }
}

extension UInt8 {
  fileprivate var isOfUnitName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: ":-_.\\@".utf8.contains(self)
    }
  }
}

extension JournalEntry.Priority {
  init(_ severity: Severity) {
    self =
      switch severity {
      case .high: .error
      case .medium: .warning
      case .low: .notice
      case .info: .info
      }
  }
}

extension Finding {
  /// The first kernel parameter that decided, as sysctl(8) writes it, and its value.
  var parameter: (key: String, value: String)? {
    for evidence in evidence where evidence.fact.contains("sysctl") {
      guard let key = evidence.sysctls.first else { continue }
      return (key, ValueText.kernelSpelling(evidence.value) ?? ValueText.describe(evidence.value))
    }
    return nil
  }
}

extension String {
  /// A reference without what stands in brackets behind its address; nil where it is none of the web.
  var uri: String? {
    guard hasPrefix("https://") else { return nil }
    return String(prefix { $0 != " " })
  }
}

extension Undecided {
  /// Each reason with the facts that it is of, and what to grant.
  func reasons(atMost limit: Int) -> [String] {
    var reasons: [(missing: Missing, facts: [String])] = []
    for item in missing {
      let reason = Missing(reason: item.reason, grant: item.grant)
      if let index = reasons.firstIndex(where: { $0.missing == reason }) {
        reasons[index].facts.append(item.fact)
      } else if reasons.count < limit {
        reasons.append((reason, [item.fact]))
      }
    }
    return reasons.map { reason in
      let facts = reason.facts.prefix(limit).filter { !$0.isEmpty }.joined(separator: ", ")
      return (facts.isEmpty ? "" : "\(facts): ") + reason.missing.sentence
    }
  }
}
