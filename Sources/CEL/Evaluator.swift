/// Evaluates a plan. Errors and unknowns are values; nothing here throws or traps.
struct Evaluator {
  let activation: Activation
  let isRecording: Bool
  var work: Work
  /// Facts read so far that may still decide; operands that turn out not to are taken off again.
  var trail: [Observation] = []
  /// Variables of the macros around, outermost first.
  var locals: [Local] = []

  /// A fact that was read.
  struct Observation {
    var path: FactPath
    var value: Value
    var origin: Origin?
  }

  /// The variable of a macro during one round.
  struct Local {
    var name: String
    var value: Value
    var origin: Origin?
    /// Path of the list that it is an element of.
    var list: FactPath?
    var index: Int
    /// False for a key of a map: it is no fact of the host by itself.
    var isFact: Bool

    var path: FactPath { list.map { .element($0, index) } ?? .name(name) }
  }

  init(activation: Activation, isRecording: Bool, stepLimit: Int) {
    self.activation = activation
    self.isRecording = isRecording
    work = Work(limit: stepLimit)
  }

  static func evaluate(
    _ plan: Plan, in activation: Activation, isRecording: Bool, stepLimit: Int
  ) -> Evaluation {
    var evaluator = Evaluator(
      activation: activation, isRecording: isRecording, stepLimit: stepLimit)
    let value = evaluator.evaluate(plan)
    guard !evaluator.work.isExhausted else {
      return Evaluation(value: .failure("evaluation takes more than \(stepLimit) steps"))
    }
    return Evaluation(value: value, evidence: evaluator.evidence)
  }

  /// The trail with each fact once.
  private var evidence: [ObservedFact] {
    var seen: Set<String> = []
    return trail.compactMap { observation in
      let path = observation.path.text
      guard seen.insert(path).inserted else { return nil }
      return ObservedFact(path: path, value: observation.value, origin: observation.origin)
    }
  }

  mutating func evaluate(_ plan: Plan) -> Value {
    work.spend(1)
    guard !work.isExhausted else { return .null }  // `evaluate(_:in:…)` makes it an error
    switch plan {
    case .constant(let value): return value
    case .access(let access): return read(access)
    case .has(let access): return has(access)
    case .unary(let function, let body, let operand):
      let value = evaluate(operand)
      if value.isMissing { return value }
      return named(body(value, &work) ?? noOverload(function, value), operands: [operand])
    case .binary(let function, let body, let leftPlan, let rightPlan):
      let left = evaluate(leftPlan)
      let right = evaluate(rightPlan)
      if left.isMissing || right.isMissing { return Value.missing(of: [left, right]) }
      return named(
        body(left, right, &work) ?? noOverload(function, left, right),
        operands: [leftPlan, rightPlan])
    case .logical(let operands, let deciding): return logical(operands, decidedBy: deciding)
    case .conditional(let condition, let first, let second):
      let condition = evaluate(condition)
      guard case .bool(let isFirst) = condition else {
        return condition.isMissing
          ? condition : .failure("the condition of '?:' is \(condition.typeName), not bool")
      }
      return evaluate(isFirst ? first : second)
    case .list(let elements): return list(elements)
    case .map(let entries): return map(entries)
    case .comprehension(let comprehension): return run(comprehension).value
    case .failure(let message): return .failure(message)
    }
  }

  private mutating func logical(_ operands: [Plan], decidedBy deciding: Bool) -> Value {
    let start = trail.count
    var undecided = Undecided()
    for operand in operands {
      let mark = trail.count
      switch evaluate(operand) {
      case .bool(deciding):
        trail.removeSubrange(start..<mark)
        return .bool(deciding)
      case .bool: break
      case let value:
        undecided.add(
          value.isMissing
            ? value : .failure("'\(deciding ? "||" : "&&")' does not take \(value.typeName)"))
      }
    }
    return undecided.value ?? .bool(!deciding)
  }

  private mutating func list(_ elements: [Plan]) -> Value {
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    var isWhole = true
    for element in elements {
      let value = evaluate(element)
      if value.isMissing { isWhole = false }
      values.append(value)
    }
    return isWhole ? .list(values) : Value.missing(of: values)
  }

  private mutating func map(_ entries: [(key: Plan, value: Plan)]) -> Value {
    var map = MapValue()
    var undecided = Undecided()
    for entry in entries {
      let key = evaluate(entry.key)
      let value = evaluate(entry.value)
      switch key {
      case .bool, .int, .uint, .string:
        if value.isMissing {
          undecided.add(value)
        } else if !map.insert(.init(key: key, value: value)) {
          undecided.add(.failure("the key \(key) is there twice"))
        }
      default:
        undecided.add(
          key.isMissing ? key : .failure("\(key.typeName) cannot be the key of a map"))
      }
    }
    return undecided.value ?? .map(map)
  }

  /// Says of which fact a function's unknown is a gap, such as the list of which it took the size.
  private mutating func named(_ result: Value, operands: @autoclosure () -> [Plan]) -> Value {
    guard case .unknown(let unknown) = result, unknown.missing.contains(where: \.fact.isEmpty)
    else { return result }
    for operand in operands() {
      if let path = readRange(operand).path { return name(unknown, path) }
    }
    return result
  }

  private func noOverload(_ function: Function, _ values: Value...) -> Value {
    let name = function.name.hasSuffix("_") ? String(function.name.dropLast()) : function.name
    return .failure(
      "'\(name)' does not take \(values.map(\.typeName).joined(separator: " and "))")
  }
}

/// Unknowns and errors that no operand has overruled yet.
struct Undecided {
  private var missing: [Missing] = []
  private(set) var error: Value?

  mutating func add(_ value: Value) {
    switch value {
    case .unknown(let unknown): missing.append(new: unknown.missing)
    case .error: error = error ?? value
    default: break
    }
  }

  /// Unknown over error; nil where there was neither.
  var value: Value? { missing.isEmpty ? error : .unknown(Unknown(missing)) }
}

extension Value {
  /// Whether it is an error or an unknown.
  var isMissing: Bool {
    switch self {
    case .error, .unknown: true
    default: false
    }
  }

  /// What a function gives that was called with these.
  static func missing(of values: [Value]) -> Value {
    var undecided = Undecided()
    for value in values { undecided.add(value) }
    return undecided.value ?? .failure("a value is missing")
  }
}
