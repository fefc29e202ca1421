public import CEL

/// A rule: when something is a problem, why, and what to do about it.
///
/// Read from one file by `RuleFile`; every expression in it has been type-checked.
public struct Rule: Sendable {
  /// What a rule is evaluated for: each network namespace, or the host once.
  public enum Scope: String, CaseIterable, Sendable { case netns, host }

  /// A constant that an administrator may override, `params.NAME` in expressions.
  public struct Parameter: Sendable {
    public var name: String
    public var type: Type
    public var value: Value
  }

  /// The elements that a rule judges one by one.
  public struct Element: Sendable {
    /// The name that an element has in the rule's expressions.
    public var name: String
    public var type: Type
    public var list: Expression
    /// What tells an element from the others, in order.
    public var identity: [IdentityPart]
  }

  /// One part of an element's identity, such as the port.
  public struct IdentityPart: Sendable {
    /// The last name of the expression where it is a path: `port` of `listener.port`.
    public var name: String
    public var expression: Expression
  }

  /// A name for the value of an expression.
  public struct Definition: Sendable {
    public var name: String
    public var expression: Expression
  }

  /// Title and rationale in another language.
  public struct Translation: Sendable {
    public var language: String
    public var title: String?
    public var rationale: String?
  }

  /// The file that the rule was read from.
  public var path: String
  public var id: String
  public var title: String
  public var severity: Graded<Severity>
  public var confidence: Graded<Confidence>
  public var tags: [String] = []
  public var scope: Scope
  /// Whether it needs facts that only a live or recorded host has.
  public var needsLive = false
  /// Whether it is evaluated only when asked for.
  public var isOptIn = false
  /// Whether a finding is reassurance, reported among the notices.
  public var isNote = false
  /// The version of Sockwise that brought the rule.
  public var since: String
  public var rationale: String
  public var references: [String]
  public var translations: [Translation] = []
  /// The experiment that shows the claim on the running kernel.
  public var proof: String?
  /// Rules whose findings are left out where this one finds the same thing.
  public var supersedes: [String] = []
  public var parameters: [Parameter] = []
  /// Where false, the rule has nothing to judge.
  public var applies: Expression?
  public var element: Element?
  /// `let`: in order; later ones may use earlier ones.
  public var definitions: [Definition] = []
  /// True names the problem.
  public var condition: Expression
  public var message: Template
  /// The fact whose origin is the place of a finding.
  public var locate: Expression?
  public var remedies: [Remedy] = []
  public var tests: [RuleTest] = []
  /// What its expressions read, found out when it was loaded.
  public internal(set) var facts = Facts()
}
