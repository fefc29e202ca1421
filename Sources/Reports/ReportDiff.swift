public import Rules

/// What came, went and changed between two reports: `sockwise diff`.
///
/// Findings are the same where their fingerprints are: not values, lines and messages.
public struct ReportDiff: Hashable, Sendable {
  public typealias Entry = RecordedReport.Entry

  /// A finding of both whose severity or state differs.
  public struct Change: Hashable, Sendable {
    public var old: Entry
    public var new: Entry
  }

  public let old: RecordedReport
  public let new: RecordedReport
  /// In the new report only, worst first.
  public private(set) var added: [Entry] = []
  /// In the old report only, although their rule was judged whole again.
  public private(set) var resolved: [Entry] = []
  /// In the old report only, and their rule was not judged whole again: they may still be there.
  public private(set) var unjudged: [Entry] = []
  public private(set) var changed: [Change] = []
  public private(set) var unchanged: [Entry] = []

  public init(from old: RecordedReport, to new: RecordedReport) {
    self.old = old
    self.new = new
    let before = Dictionary(
      old.findings.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
    for entry in new.findings {
      guard let earlier = before[entry.fingerprint] else {
        added.append(entry)
        continue
      }
      if earlier.severity != entry.severity || earlier.state != entry.state {
        changed.append(Change(old: earlier, new: entry))
      } else {
        unchanged.append(entry)
      }
    }
    let after = Set(new.findings.map(\.fingerprint))
    for entry in old.findings where !after.contains(entry.fingerprint) {
      if new.judged?.contains(entry.rule) ?? true {
        resolved.append(entry)
      } else {
        unjudged.append(entry)
      }
    }
  }

  /// Whether something came that is neither waived nor known and at least this bad.
  public func hasNew(atLeast severity: Severity) -> Bool {
    added.contains { $0.state == .new && $0.severity >= severity }
  }

  /// "1 new, 2 resolved, 3 still there".
  var summary: String {
    var clauses = ["\(added.count) new", "\(resolved.count) resolved"]
    if !changed.isEmpty { clauses.append("\(changed.count) changed") }
    if !unjudged.isEmpty { clauses.append("\(unjudged.count) not judged again") }
    return (clauses + ["\(unchanged.count) still there"]).joined(separator: ", ")
  }
}

extension ReportDiff.Change {
  /// "severity medium, was low", "waived, was new".
  var description: String {
    var clauses: [String] = []
    if old.severity != new.severity {
      clauses.append("severity \(new.severity.rawValue), was \(old.severity.rawValue)")
    }
    if old.state != new.state {
      clauses.append("\(new.state.rawValue), was \(old.state.rawValue)")
    }
    return clauses.joined(separator: "; ")
  }
}

extension RecordedReport {
  /// "web1, Linux 6.18.44, 2026-01-31T09:00:00Z, Sockwise 0.1.0".
  var heading: String { "\(host), Linux \(kernel), \(started), Sockwise \(version)" }
}
