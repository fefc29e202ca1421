/// Findings that a pipeline knows of already: it fails only on others.
public struct Baseline: Hashable, Sendable {
  /// A finding by what stays the same from run to run; rule and subject are for people.
  public struct Entry: Hashable, Sendable {
    public var fingerprint: String
    public var rule: String
    public var subject: String

    public init(fingerprint: String, rule: String, subject: String) {
      self.fingerprint = fingerprint
      self.rule = rule
      self.subject = subject
    }

    public init(_ finding: Finding) {
      self.init(
        fingerprint: finding.fingerprint, rule: finding.rule, subject: finding.subject)
    }
  }

  /// By rule, subject and fingerprint, each once.
  public let entries: [Entry]
  private let fingerprints: Set<String>

  public init(_ entries: [Entry]) {
    self.entries = Set(entries).sorted {
      ($0.rule, $0.subject, $0.fingerprint) < ($1.rule, $1.subject, $1.fingerprint)
    }
    fingerprints = Set(entries.map(\.fingerprint))
  }

  public func contains(_ finding: Finding) -> Bool { fingerprints.contains(finding.fingerprint) }
}
