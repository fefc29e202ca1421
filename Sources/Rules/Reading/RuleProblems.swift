internal import YAML

/// What is wrong with one file of ours: the first problems, and how many more there are. Somebody may
/// write a file with a hundred thousand of them; a message and a suggestion for each take seconds.
struct RuleProblems {
  /// How many are told one by one.
  static let most = 50

  private var kept: [RuleDiagnostic] = []
  private(set) var count = 0
  private(set) var hasErrors = false

  /// Makes the diagnostic only where it is kept.
  mutating func add(
    _ severity: RuleDiagnostic.Severity = .error, _ diagnostic: @autoclosure () -> RuleDiagnostic
  ) {
    count += 1
    if severity == .error { hasErrors = true }
    if kept.count < Self.most { kept.append(diagnostic()) }
  }

  /// What the text is, before anything is read of it.
  mutating func add(_ problems: [YAMLProblem], of source: SourceText) {
    for problem in problems { add(.error, source.diagnostic(problem)) }
  }

  /// By position; the last says how many are left out.
  func diagnostics(of path: String) -> [RuleDiagnostic] {
    let sorted = kept.sorted(by: RuleDiagnostic.precedes)
    let more = count - kept.count
    if more == 0 { return sorted }
    return sorted + [
      RuleDiagnostic(
        path: path, severity: hasErrors ? .error : .warning,
        message: more == 1 ? "1 more problem is not shown" : "\(more) more problems are not shown")
    ]
  }
}
