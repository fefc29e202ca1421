/// An expression that has been parsed, and checked unless asked otherwise.
public struct Expression: Sendable {
  /// Most expressions of the program's own rules are never asked for: what they are about is not there.
  private let content: Deferred<Content>

  /// A class, so that to evaluate an expression copies one reference.
  final class Content: Sendable {
    let text: String
    let resultType: Type
    let references: [String]
    let plan: Plan

    init(text: String, resultType: Type, references: [String], plan: Plan) {
      self.text = text
      self.resultType = resultType
      self.references = references
      self.plan = plan
    }
  }

  /// The text that it was made from.
  public var text: String { content.value.text }
  /// The type of its value; `dyn` where it was not checked.
  public var resultType: Type { content.value.resultType }
  /// Paths of the facts that it names, in the order of the text, each once. Elements of lists are
  /// spelled `sockets.listeners[].port`, constant keys of maps `sysctl_raw["vendor.key"]`.
  public var references: [String] { content.value.references }

  var plan: Plan { content.value.plan }

  /// Parses and checks, for who has no use for what else was learnt of it: ``check``.
  public static func compile(
    _ text: String, schema: Schema, variables: [String: Type] = [:],
    options: CheckOptions = .rule
  ) throws(Diagnostics) -> Expression {
    try check(text, schema: schema, variables: variables, options: options).expression
  }

  /// Parses and checks.
  ///
  /// - Parameter variables: names in scope besides those of the schema, such as `let` names.
  /// - Throws: every problem of the text at once; after a syntax error it is not checked.
  public static func check(
    _ text: String, schema: Schema, variables: [String: Type] = [:],
    options: CheckOptions = .rule
  ) throws(Diagnostics) -> CheckedExpression {
    let syntax = try Parser.parse(text, expandsMacros: options.expandsMacros)
    var checker = Checker(schema: schema, variables: variables, options: options)
    let type = checker.check(syntax)
    guard checker.diagnostics.isEmpty else {
      throw Diagnostics(
        list: checker.diagnostics.sorted { $0.range.lowerBound < $1.range.lowerBound })
    }
    var planner = Planner(text: text, options: options, facts: checker.facts)
    let expression = Expression(
      text: text, type: checker.unification.resolve(type, freeAsDyn: true), syntax: syntax,
      facts: checker.facts, plan: planner.plan(syntax))
    return CheckedExpression(expression: expression, syntax: syntax, facts: checker.facts)
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
    let names = FactNames(text: text, facts: facts)
    self.init(text: text, type: type, references: names.references(in: syntax), plan: plan)
  }

  init(text: String, type: Type, references: [String], plan: Plan) {
    content = Deferred(
      made: Content(text: text, resultType: type, references: references, plan: plan))
  }

  init(_ content: Deferred<Content>) { self.content = content }

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
