/// An expression with what its check says of fields that may be absent.
public struct CheckedExpression: Sendable {
  /// The expression itself, which evaluates.
  public let expression: Expression
  private let syntax: Syntax
  private let facts: CheckedFacts

  init(expression: Expression, syntax: Syntax, facts: CheckedFacts) {
    self.expression = expression
    self.syntax = syntax
    self.facts = facts
  }

  /// Of `a && b && c`, `a`: where it is false, so is the whole. Nil for anything else.
  public var firstOperand: Expression? {
    guard case .and(let operands) = syntax.kind, let first = operands.first,
      case .logical(let plans, decidedBy: false) = expression.plan, let plan = plans.first
    else { return nil }
    let names = FactNames(text: expression.text, facts: facts)
    return Expression(
      text: String(Array(expression.text.unicodeScalars), first.range), type: .bool,
      references: names.references(in: first), plan: plan)
  }

  /// The paths whose `has()` is true wherever the expression is true, with all that holds them.
  public var guarantees: Set<String> {
    var guards = Guards(text: expression.text, facts: facts)
    return guards.visit(syntax, present: [], scope: .init()).whenTrue ?? []
  }

  /// Fields that may be absent and are read where no `has()` to the left says that they are there.
  ///
  /// - Parameter paths: what another expression that was found true before says is there: its
  ///   `guarantees`.
  public func unguardedAbsentFields(guardedBy paths: Set<String> = []) -> [UnguardedField] {
    var guards = Guards(text: expression.text, facts: facts)
    _ = guards.visit(syntax, present: paths, scope: .init())
    return guards.unguarded.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }
}
