/// An expression that has been parsed, and checked unless asked otherwise.
public struct Expression: Sendable {
  /// The text that it was made from.
  public let text: String
  /// The type of its value; `dyn` where it was not checked.
  public let resultType: Type
  /// Paths of the facts that it names, in the order of the text, each once. Elements of lists are
  /// spelled `sockets.listeners[].port`, constant keys of maps `sysctl_raw["vendor.key"]`.
  public let references: [String]
  /// The paths whose `has()` is true wherever the expression is true, with all that holds them.
  public let guarantees: Set<String>

  private let syntax: Syntax
  private let facts: CheckedFacts
  private let plan: Plan

  /// Parses and checks.
  ///
  /// - Parameter variables: names in scope besides those of the schema, such as `let` names.
  /// - Throws: every problem of the text at once; after a syntax error it is not checked.
  public static func compile(
    _ text: String, schema: Schema, variables: [String: Type] = [:],
    options: CheckOptions = .rule
  ) throws(Diagnostics) -> Expression {
    let syntax = try Parser.parse(text, expandsMacros: options.expandsMacros)
    var checker = Checker(schema: schema, variables: variables, options: options)
    let type = checker.check(syntax)
    guard checker.diagnostics.isEmpty else {
      throw Diagnostics(
        list: checker.diagnostics.sorted { $0.range.lowerBound < $1.range.lowerBound })
    }
    var planner = Planner(text: text, options: options, facts: checker.facts)
    return Expression(
      text: text, type: checker.unification.resolve(type, freeAsDyn: true), syntax: syntax,
      facts: checker.facts, plan: planner.plan(syntax))
  }

  /// Parses only: names are looked up when it is evaluated.
  public static func parse(
    _ text: String, options: CheckOptions = .specification
  ) throws(Diagnostics) -> Expression {
    let syntax = try Parser.parse(text, expandsMacros: options.expandsMacros)
    var planner = Planner(text: text, options: options, facts: nil)
    return Expression(
      text: text, type: .dyn, syntax: syntax, facts: CheckedFacts(), plan: planner.plan(syntax))
  }

  private init(text: String, type: Type, syntax: Syntax, facts: CheckedFacts, plan: Plan) {
    self.text = text
    resultType = type
    self.syntax = syntax
    self.facts = facts
    self.plan = plan
    var references: [String] = []
    FactNames(text: text, facts: facts).references(in: syntax, .init(), into: &references)
    var seen: Set<String> = []
    self.references = references.filter { seen.insert($0).inserted }
    var guards = Guards(text: text, facts: facts)
    guarantees = guards.visit(syntax, present: [], scope: .init()).whenTrue ?? []
  }

  /// Fields that may be absent and are read where no `has()` to the left says that they are there.
  public var unguardedAbsentFields: [UnguardedField] { unguardedAbsentFields(guardedBy: []) }

  /// The same, where another expression has been found true before: its `guarantees`.
  public func unguardedAbsentFields(guardedBy paths: Set<String>) -> [UnguardedField] {
    var guards = Guards(text: text, facts: facts)
    _ = guards.visit(syntax, present: paths, scope: .init())
    return guards.unguarded.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// Steps of work that one evaluation may take.
  public static let defaultStepLimit = 10_000_000

  /// Evaluates. Never throws and never traps: errors and unknowns are values.
  ///
  /// - Parameter stepLimit: where the work exceeds it, the value is an error.
  public func evaluate(
    in activation: Activation, recordingEvidence: Bool = false,
    stepLimit: Int = Expression.defaultStepLimit
  ) -> Evaluation {
    Evaluator.evaluate(
      plan, in: activation, isRecording: recordingEvidence, stepLimit: stepLimit)
  }
}
