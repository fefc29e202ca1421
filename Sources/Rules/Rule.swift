public import CEL

/// A rule: when something is a problem, why, and what to do about it.
///
/// Read from one file by `RuleFile`; every expression in it has been type-checked. What judges the
/// facts is stored here; what only a finding or a reader wants is in ``Rest``. Of the program's own rules
/// that, the tests, and most expressions are read when somebody asks for them.
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

  /// The file that the rule was read from.
  public let path: String
  public let id: String
  public let title: String
  public let tags: [String]
  public let scope: Scope
  /// Whether it needs facts that only a live or recorded host has.
  public let needsLive: Bool
  /// Whether it is evaluated only when asked for.
  public let isOptIn: Bool
  /// Whether a finding is reassurance, reported among the notices.
  public let isNote: Bool
  /// The version of Sockwise that brought the rule.
  public let since: String
  /// Rules whose findings are left out where this one finds the same thing.
  public let supersedes: [String]
  public var parameters: [Parameter]
  /// Where false, the rule has nothing to judge.
  public let applies: Expression?
  public let element: Element?
  /// `let`: in order; later ones may use earlier ones.
  public let definitions: [Definition]
  /// True names the problem.
  public let condition: Expression
  /// Of a condition `a && b`, `a`: where it is false, nothing else need be worked out.
  let firstCondition: Expression?
  /// Places in `definitions` that it needs, in order.
  let neededByFirst: [Int]
  /// Places in `definitions` that the condition needs, in order.
  let neededByCondition: [Int]
  /// Whether any of its expressions reads `delta`.
  let readsDelta: Bool
  /// Whether any of them reads `sysctls_of_findings`.
  let readsFindings: Bool
  /// Whether any of them reads the kernel parameters that a host has.
  let readsSysctls: Bool
  /// Whether any of them reads `units`.
  let readsUnits: Bool
  /// Keys of `sysctl_raw` that its expressions read.
  let rawSysctls: [String]
  let rest: Deferred<Rest>
  var testCases: Deferred<[RuleTest]>

  /// What judging does not need.
  struct Rest: Sendable {
    var severity: Graded<Severity>
    var confidence: Graded<Confidence>
    var rationale = ""
    var references: [String] = []
    /// Read when somebody asks for another language.
    var translations = Deferred<[Translation]>(made: [])
    var proof: String?
    var message: Template
    var locate: Expression?
    var remedies: [Remedy] = []
    var facts = Facts()
  }

  public var severity: Graded<Severity> { rest.value.severity }
  public var confidence: Graded<Confidence> { rest.value.confidence }
  public var rationale: String { rest.value.rationale }
  public var references: [String] { rest.value.references }
  public var translations: [Translation] { rest.value.translations.value }
  /// The claim of `sockwise prove` that shows it on the running kernel.
  public var proof: String? { rest.value.proof }
  public var message: Template { rest.value.message }
  /// The fact whose origin is the place of a finding.
  public var locate: Expression? { rest.value.locate }
  public var remedies: [Remedy] { rest.value.remedies }
  public var tests: [RuleTest] { testCases.value }
  /// What its expressions read.
  public var facts: Facts { rest.value.facts }
}
