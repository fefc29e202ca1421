public import Rules

/// What formats that list all rules say of one.
public struct RuleDescription: Hashable, Sendable {
  public var id: String
  public var title: String
  public var rationale: String
  /// The worst that a finding may be.
  public var severity: Severity
  /// The best that a finding may be.
  public var confidence: Confidence
  public var tags: [String]
  public var references: [String]

  public init(
    id: String, title: String, rationale: String, severity: Severity, confidence: Confidence,
    tags: [String] = [], references: [String] = []
  ) {
    self.id = id
    self.title = title
    self.rationale = rationale
    self.severity = severity
    self.confidence = confidence
    self.tags = tags
    self.references = references
  }

  public init(_ rule: Rule) {
    let confidences = Confidence.allCases.filter(rule.confidence.levels.contains)
    self.init(
      id: rule.id, title: rule.title, rationale: rule.rationale,
      severity: rule.severity.levels.max() ?? .info, confidence: confidences.last ?? .low,
      tags: rule.tags, references: rule.references)
  }

  /// The address in a reference such as `https://… (tcp_tw_reuse)`; nil for a book or a man page.
  static func address(in reference: String) -> Substring? {
    guard reference.hasPrefix("https://") || reference.hasPrefix("http://") else { return nil }
    return reference.prefix { $0 != " " }
  }
}
