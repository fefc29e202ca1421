internal import YAML

/// What is wrong with one file of ours: all of a rule; of a file that a repository brings, the first
/// problems and how many more there are. Somebody may write one with a hundred thousand of them, and a
/// message and a suggestion for each take seconds.
struct RuleProblems {
  /// How many of a repository's file are told one by one.
  static let most = 50

  private let limit: Int
  private var kept: [RuleDiagnostic] = []
  private(set) var count = 0
  private(set) var hasErrors = false

  init(atMost limit: Int = .max) { self.limit = limit }

  /// Makes the diagnostic only where it is kept.
  mutating func add(
    _ severity: RuleDiagnostic.Severity = .error, _ diagnostic: @autoclosure () -> RuleDiagnostic
  ) {
    count += 1
    if severity == .error { hasErrors = true }
    if kept.count < limit { kept.append(diagnostic()) }
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
