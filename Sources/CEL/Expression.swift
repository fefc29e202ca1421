/// An expression that has been parsed, and checked unless asked otherwise.
public struct Expression: Sendable {
  /// The text that it was made from.
  public let text: String
  /// The type of its value; `dyn` where it was not checked.
  public let resultType: Type
  /// Paths of the facts that it names, in the order of the text, each once. Elements of lists are
  /// spelled `sockets.listeners[].port`, constant keys of maps `sysctl_raw["vendor.key"]`.
  public let references: [String]

  /// Parses and checks.
  ///
  /// - Parameter variables: names in scope besides those of the schema, such as `let` names.
  /// - Throws: every problem of the text at once; after a syntax error it is not checked.
  public static func compile(
    _ text: String, schema: Schema, variables: [String: Type] = [:],
    options: CheckOptions = .rule
  ) throws(Diagnostics) -> Expression {
    Expression(text: text, resultType: .dyn, references: [])
  }

  /// Parses only: names are looked up when it is evaluated.
  public static func parse(
    _ text: String, options: CheckOptions = .specification
  ) throws(Diagnostics) -> Expression {
    Expression(text: text, resultType: .dyn, references: [])
  }

  /// The paths whose `has()` is true wherever the expression is true.
  public var guarantees: Set<String> { [] }

  /// Fields that may be absent and are read where no `has()` to the left says that they are there.
  public var unguardedAbsentFields: [UnguardedField] { unguardedAbsentFields(guardedBy: []) }

  /// The same, where another expression has been found true before: its `guarantees`.
  public func unguardedAbsentFields(guardedBy paths: Set<String>) -> [UnguardedField] { [] }

  /// Steps of work that one evaluation may take.
  public static let defaultStepLimit = 10_000_000

  /// Evaluates. Never throws and never traps: errors and unknowns are values.
  ///
  /// - Parameter stepLimit: where the work exceeds it, the value is an error.
  public func evaluate(
    in activation: Activation, recordingEvidence: Bool = false,
    stepLimit: Int = Expression.defaultStepLimit
  ) -> Evaluation {
    Evaluation(value: .error(EvaluationError("not evaluated")))
  }
}
