public import Rules

/// The counts of a report.
public struct Summary: Hashable, Sendable {
  /// New findings by severity.
  public var findings: [Severity: Int]
  /// Outcomes that an unreadable fact left open.
  public var unknown: Int
  public var passed: Int
  public var notApplicable: Int
  /// Outcomes whose expression failed.
  public var errors: Int
  public var waived: Int
  public var known: Int

  /// New findings of any severity.
  public var total: Int { findings.values.reduce(0, +) }
}

extension Report {
  /// Counted from the lists. High to info count new findings only, so that these, `known` and
  /// `waived` add up to the findings.
  public var summary: Summary {
    var summary = Summary(
      findings: [:], unknown: 0, passed: passed, notApplicable: notApplicable, errors: 0,
      waived: 0, known: 0)
    for finding in findings {
      switch finding.state {
      case .new: summary.findings[finding.finding.severity, default: 0] += 1
      case .known: summary.known += 1
      case .waived: summary.waived += 1
      }
    }
    for item in undecided {
      switch item.undecided.kind {
      case .unknown: summary.unknown += 1
      case .error: summary.errors += 1
      }
    }
    return summary
  }
}
