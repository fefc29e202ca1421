public import CEL

/// What a team decided about its files, `.sockwise.yaml`, or about a host,
/// `/etc/sockwise/sockwise.yaml`.
public struct Configuration: Sendable {
  /// The file; nil where there is none.
  public var path: String?
  /// Ids or tags of rules that are left out.
  public var skip: [String] = []
  /// Ids or tags of opt-in rules that are wanted.
  public var enable: [String] = []
  /// Values of rules' parameters, by rule and name.
  public var parameters: [String: [String: Value]] = [:]
  public var waivers = Waivers()
  /// Series of target kernels, such as "6.1".
  public var kernels: [String] = []
  /// Patterns of paths, relative to the directory of the file.
  public var include: [String] = []
  public var exclude: [String] = []
  public var failOn: FailOn?
  /// Milder findings are neither shown nor logged.
  public var minSeverity: Severity?
  public var journal: JournalMode?
  /// Files to write, by the name of their format.
  public var outputs: [(format: String, path: String)] = []

  /// What a configuration file is about.
  public enum Kind: Sendable {
    /// `.sockwise.yaml` of a repository.
    case review
    /// The one of a host; with the names of formats that there are, and what names of their files
    /// must end in.
    case host(formats: [String: String])
  }

  /// The mildest severity that fails a run, or none.
  public enum FailOn: String, CaseIterable, Sendable {
    case info, low, medium, high, never

    /// Nil for `never`.
    public var severity: Severity? { Severity(rawValue: rawValue) }
  }

  public init() {}
}

/// Which findings the journal gets.
public enum JournalMode: String, CaseIterable, Sendable {
  /// What has changed since the last run.
  case transitions
  /// Each of them at every run.
  case all
}

extension RuleSet {
  /// The rules with other values of their parameters, by rule and name; what no rule has is left out.
  public func overriding(_ parameters: [String: [String: Value]]) -> RuleSet {
    RuleSet(
      rules: rules.map { rule in
        guard let values = parameters[rule.id] else { return rule }
        var rule = rule
        for index in rule.parameters.indices {
          if let value = values[rule.parameters[index].name] {
            rule.parameters[index].value = value
          }
        }
        return rule
      }, diagnostics: diagnostics, turnedOff: turnedOff, supersededBy: supersededBy,
      language: language)
  }
}
