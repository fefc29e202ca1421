/// Makes a plan of a tree.
struct Planner {
  let text: [Unicode.Scalar]
  let options: CheckOptions
  /// What the checker found; nil where names are looked up when the plan is evaluated.
  let facts: CheckedFacts?
  private var locals: [String] = []

  init(text: String, options: CheckOptions, facts: CheckedFacts?) {
    self.text = Array(text.unicodeScalars)
    self.options = options
    self.facts = facts
  }

  mutating func plan(_ syntax: Syntax) -> Plan {
    switch syntax.kind {
    case .literal(let value): return .constant(value)
    case .name, .select, .index:
      let access = access(syntax)
      if case .computed(let plan, _) = access.root, access.steps.isEmpty { return plan }
      return .access(access)
    case .has(let field):
      guard case .select(let operand, let name) = field.kind else {
        return .failure("'has' wants a field")
      }
      let access = access(operand)
      return .has(Access(root: access.root, steps: access.steps + [.field(name.text)]))
    case .call(let name, let target, let arguments):
      return call(
        name.text, arguments: (target.map { [$0] } ?? []) + arguments, isMethod: target != nil)
    case .and(let operands): return .logical(plan(operands), decidedBy: false)
    case .or(let operands): return .logical(plan(operands), decidedBy: true)
    case .conditional(let condition, let first, let second):
      return .conditional(plan(condition), plan(first), plan(second))
    case .list(let elements): return .list(plan(elements))
    case .map(let entries):
      var planned: [(key: Plan, value: Plan)] = []
      for entry in entries { planned.append((plan(entry.key), plan(entry.value))) }
      return .map(planned)
    case .comprehension(let comprehension): return .comprehension(plan(comprehension))
    }
  }

  private mutating func plan(_ list: [Syntax]) -> [Plan] {
    var planned: [Plan] = []
    for syntax in list { planned.append(plan(syntax)) }
    return planned
  }

  private mutating func plan(_ macro: Syntax.Comprehension) -> Plan.Comprehension {
    let range = plan(macro.range)
    locals.append(macro.variable.text)
    defer { locals.removeLast() }
    return Plan.Comprehension(
      macro: macro.macro, range: range, slot: locals.count - 1, variable: macro.variable.text,
      condition: macro.condition.map { plan($0) }, transform: macro.transform.map { plan($0) })
  }

  private mutating func call(_ name: String, arguments: [Syntax], isMethod: Bool) -> Plan {
    guard let function = Library.byName[name], function.takes(arguments.count, isMethod: isMethod)
    else { return .failure("there is no function '\(name)' for \(arguments.count) arguments") }
    switch function.implementation {
    case .unary(let body): return .unary(function, body, plan(arguments[0]))
    case .binary(let body): return .binary(function, body, plan(arguments[0]), plan(arguments[1]))
    case .special: return .failure("'\(name)' is not a function")
    }
  }

  // MARK: Chains

  private mutating func access(_ syntax: Syntax) -> Access {
    var steps: [Access.Step] = []
    // Names of the fields that follow the root without an index or parenthesis between.
    var names: [String] = []
    var current = syntax
    while true {
      if let resolution = facts?.resolutions[current.id] {
        return Access(root: root(resolution), steps: steps.reversed())
      }
      if current.isGrouped { names = [] }
      switch current.kind {
      case .select(let operand, let name):
        steps.append(.field(name.text))
        names.append(name.text)
        current = operand
      case .index(let operand, let index):
        steps.append(.index(plan(index)))
        names = []
        current = operand
      case .name(let name, let isAbsolute):
        let root = root(name, isAbsolute: isAbsolute, fields: names.reversed())
        return Access(root: root, steps: steps.reversed())
      default:
        return Access(
          root: .computed(plan(current), text: source(current)), steps: steps.reversed())
      }
    }
  }

  private func root(_ resolution: CheckedFacts.Resolution) -> Access.Root {
    switch resolution {
    case .variable(let name): .variable([.init(name: name, steps: 0)])
    case .type(let type): .computed(.constant(.type(type)), text: type.description)
    }
  }

  private func root(_ name: String, isAbsolute: Bool, fields: [String]) -> Access.Root {
    if !isAbsolute, let slot = locals.lastIndex(of: name) { return .local(slot: slot) }
    var candidates: [Access.Candidate] = []
    // The longest name wins. More fields than a name can have are of no use.
    for count in (0...min(fields.count, Planner.nameLimit)).reversed() {
      let name = ([name] + fields.prefix(count)).joined(separator: ".")
      for candidate in options.candidates(for: name, isAbsolute: isAbsolute) {
        candidates.append(
          .init(name: candidate, steps: count, type: candidate == name ? Type.named[name] : nil))
      }
    }
    return .variable(candidates)
  }

  /// Parts of a variable's name after the first, in expressions that were not checked.
  private static let nameLimit = 8

  private func source(_ syntax: Syntax) -> String {
    String(text, syntax.range)
  }
}
