public import Rules

/// The exit status of `sockwise audit`; the highest that applies wins.
public enum ExitStatus: Int32, CaseIterable, Comparable, Sendable {
  /// No new finding at or above the threshold.
  case clean = 0
  /// New findings at or above it.
  case findings = 1
  /// The command line, a rule file, a waiver or a configuration file is wrong.
  case wrongInput = 2
  /// `--strict`, and something could not be checked.
  case notChecked = 3
  /// Internal error, or the audit could not run at all: nothing that it needs could be read.
  case failed = 4
  /// A requested output could not be delivered.
  case undelivered = 5

  public static func < (left: ExitStatus, right: ExitStatus) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The status that an audit ends with.
  ///
  /// - Parameters:
  ///   - report: nil where the audit could not run at all.
  ///   - failOn: the mildest severity that counts; nil for `never`.
  ///   - strict: whether what could not be checked counts.
  ///   - wrongInput: whether a rule file or another input was refused; the rest still ran.
  ///   - undelivered: whether an output could not be written.
  public static func of(
    _ report: Report?, failOn: Severity?, strict: Bool, wrongInput: Bool, undelivered: Bool
  ) -> ExitStatus {
    var statuses: [ExitStatus] = [.clean]
    if let report {
      if let failOn,
        report.findings.contains(where: { $0.state == .new && $0.finding.severity >= failOn })
      {
        statuses.append(.findings)
      }
      if strict && !report.undecided.isEmpty { statuses.append(.notChecked) }
    } else {
      statuses.append(.failed)
    }
    if wrongInput { statuses.append(.wrongInput) }
    if undelivered { statuses.append(.undelivered) }
    return statuses.max() ?? .clean
  }
}
