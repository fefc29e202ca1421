extension CompactWriter {
  /// What evaluating and explaining an expression needs; it has been checked.
  package mutating func write(_ expression: Expression) throws {
    try write(part: { part in
      part.write(expression.text)
      part.write(expression.resultType)
      part.write(expression.references)
      try part.write(expression.plan)
    })
  }

  private mutating func write(_ plan: Plan) throws {
    switch plan {
    case .constant(let value):
      write(0)
      try write(value)
    case .access(let access):
      write(1)
      try write(access)
    case .has(let access):
      write(2)
      try write(access)
    case .unary(let function, _, let operand):
      write(3)
      write(function)
      try write(operand)
    case .binary(let function, _, let left, let right):
      write(4)
      write(function)
      try write(left)
      try write(right)
    case .logical(let operands, let deciding):
      write(5)
      write(deciding)
      try write(operands) { try $0.write($1) }
    case .conditional(let condition, let first, let second):
      write(6)
      for plan in [condition, first, second] { try write(plan) }
    case .list(let elements):
      write(7)
      try write(elements) { try $0.write($1) }
    case .map(let entries):
      write(8)
      try write(entries) {
        try $0.write($1.key)
        try $0.write($1.value)
      }
    case .comprehension(let comprehension):
      write(9)
      try write(comprehension)
    case .failure(let message): throw Unwritable(description: message)
    }
  }

  /// By its place in the library.
  private mutating func write(_ function: Function) {
    write(Library.functions.firstIndex { $0.name == function.name } ?? -1)
  }

  private mutating func write(_ comprehension: Plan.Comprehension) throws {
    write(choice: comprehension.macro)
    try write(comprehension.range)
    write(comprehension.slot)
    write(comprehension.variable)
    try write(comprehension.condition) { try $0.write($1) }
    try write(comprehension.transform) { try $0.write($1) }
  }

  private mutating func write(_ access: Access) throws {
    switch access.root {
    case .variable(let candidates):
      write(0)
      write(candidates) {
        $0.write($1.name)
        $0.write($1.steps)
        $0.write($1.type) { $0.write($1) }
      }
    case .local(let slot):
      write(1)
      write(slot)
    case .computed(let plan, let text):
      write(2)
      try write(plan)
      write(text)
    }
    try write(access.steps) { writer, step in
      switch step {
      case .field(let name):
        writer.write(0)
        writer.write(name)
      case .index(let plan):
        writer.write(1)
        try writer.write(plan)
      }
    }
    write(access.suffix)
  }
}

extension CompactReader {
  package mutating func expression() throws -> Expression {
    Expression(Deferred(made: try part().wholeContent()))
  }

  /// One that is read when it is first asked for; where that fails, its value is an error of this text.
  package mutating func deferredExpression(orFailing message: String) throws -> Expression {
    let part = try part()
    return Expression(
      Deferred {
        (try? part.wholeContent())
          ?? Expression.Content(
            text: "", resultType: .error, references: [], plan: .failure(message))
      })
  }

  private func wholeContent() throws -> Expression.Content {
    var reader = self
    let text = try reader.string()
    let type = try reader.type()
    let references = try reader.strings()
    let plan = try reader.plan()
    guard reader.isAtEnd else { throw reader.malformed() }
    return Expression.Content(text: text, resultType: type, references: references, plan: plan)
  }

  private mutating func plan() throws -> Plan {
    switch try int() {
    case 0: return .constant(try value())
    case 1: return .access(try access())
    case 2: return .has(try access())
    case 3:
      let function = try function()
      guard case .unary(let body) = function.implementation else { throw malformed() }
      return .unary(function, body, try plan())
    case 4:
      let function = try function()
      guard case .binary(let body) = function.implementation else { throw malformed() }
      let left = try plan()
      return .binary(function, body, left, try plan())
    case 5:
      let deciding = try bool()
      return .logical(try list { try $0.plan() }, decidedBy: deciding)
    case 6:
      let condition = try plan()
      let first = try plan()
      return .conditional(condition, first, try plan())
    case 7: return .list(try list { try $0.plan() })
    case 8:
      return .map(
        try list { reader in
          let key = try reader.plan()
          return (key: key, value: try reader.plan())
        })
    case 9: return .comprehension(try comprehension())
    default: throw malformed()
    }
  }

  private mutating func function() throws -> Function {
    let index = try int()
    guard Library.functions.indices.contains(index) else { throw malformed() }
    return Library.functions[index]
  }

  private mutating func comprehension() throws -> Plan.Comprehension {
    let macro = try choice(Macro.self)
    let range = try plan()
    let slot = try int()
    let variable = try string()
    let condition = try optional { try $0.plan() }
    return Plan.Comprehension(
      macro: macro, range: range, slot: slot, variable: variable, condition: condition,
      transform: try optional { try $0.plan() })
  }

  private mutating func access() throws -> Access {
    let root: Access.Root
    switch try int() {
    case 0:
      root = .variable(
        try list { reader in
          let name = try reader.string()
          let steps = try reader.int()
          return .init(name: name, steps: steps, type: try reader.optional { try $0.type() })
        })
    case 1: root = .local(slot: try int())
    case 2:
      let plan = try plan()
      root = .computed(plan, text: try string())
    default: throw malformed()
    }
    let steps: [Access.Step] = try list { reader in
      switch try reader.int() {
      case 0: .field(try reader.string())
      case 1: .index(try reader.plan())
      default: throw reader.malformed()
      }
    }
    return Access(root: root, steps: steps, suffix: try optionalString())
  }
}
