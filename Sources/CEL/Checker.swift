/// Finds the type of an expression, and everything that is wrong with it. Its sentences are in
/// `CheckerMessages.swift`.
struct Checker {
  let schema: Schema
  let variables: [String: Type]
  let options: CheckOptions
  var unification: Unification
  var diagnostics: [Diagnostic] = []
  /// Variables of the macros around, innermost last.
  var locals: [(name: String, type: Type)] = []
  var facts = CheckedFacts()

  init(schema: Schema, variables: [String: Type], options: CheckOptions) {
    self.schema = schema
    self.variables = variables
    self.options = options
    unification = Unification(allowsNull: options.allowsDyn)
  }

  /// The type of an expression; `error` where it has been reported.
  mutating func check(_ syntax: Syntax) -> Type {
    switch syntax.kind {
    case .literal(let value): return value.type
    case .name, .select: return checkNameOrField(syntax)
    case .has(let field):
      guard case .select(let operand, let name) = field.kind else { return .error }
      let type = check(operand)
      _ = self.field(name, of: type, at: field)
      return .bool
    case .index(let operand, let index):
      let types = [check(operand), check(index)]
      return overload(of: "[]", types: types, isMethod: false)
        ?? report(index: types, at: syntax, index)
    case .call(let name, let target, let arguments):
      return checkCall(name, target: target, arguments: arguments, at: syntax)
    case .and(let operands): return checkLogical("&&", operands)
    case .or(let operands): return checkLogical("||", operands)
    case .conditional(let condition, let first, let second):
      expectBool(check(condition), "the condition of '?:'", at: condition)
      let types = [check(first), check(second)]
      return overload(of: "?:", types: [.bool] + types, isMethod: false)
        ?? report(branches: types, at: syntax)
    case .list(let elements):
      return .list(join(elements, "the elements of a list"))
    case .map(let entries):
      for entry in entries { checkKey(check(entry.key), at: entry.key) }
      return .map(
        join(entries.map(\.key), "the keys of a map"),
        join(entries.map(\.value), "the values of a map"))
    case .comprehension(let comprehension): return checkComprehension(comprehension)
    }
  }

  // MARK: Names and fields

  private mutating func checkNameOrField(_ syntax: Syntax) -> Type {
    if let names = syntax.qualifiedName {
      if let type = resolve(names, at: syntax) { return type }
    }
    switch syntax.kind {
    case .select(let operand, let name):
      let type = check(operand)
      return field(name, of: type, at: syntax)
    case .name(let name, _): return report(undefined: name, at: syntax)
    default: return .error
    }
  }

  /// The type of a variable of this name; the name as a whole, however many dots it has.
  private mutating func resolve(_ names: [Syntax.Name], at syntax: Syntax) -> Type? {
    let isAbsolute = syntax.startsWithDot
    if !isAbsolute, let local = locals.last(where: { $0.name == names[0].text }) {
      return names.count == 1 ? local.type : nil
    }
    let name = names.map(\.text).joined(separator: ".")
    for candidate in options.candidates(for: name, isAbsolute: isAbsolute) {
      if let type = variables[candidate] ?? schema.variables[candidate]?.type {
        facts.resolutions[syntax.id] = .variable(candidate)
        return type
      }
    }
    guard let type = Type.named[name] else { return nil }
    facts.resolutions[syntax.id] = .type(type)
    return .type(type)
  }

  private mutating func field(_ name: Syntax.Name, of type: Type, at syntax: Syntax) -> Type {
    let type = unification.follow(type)
    switch type {
    case .object(let object):
      guard let field = schema.objects[object]?.field(name.text) else {
        return report(field: name, of: object)
      }
      if field.mayBeAbsent { facts.optional.insert(syntax.id) }
      return field.type
    case .map(let key, let value) where unification.assign(.string, to: key): return value
    case .dyn: return .dyn
    case .parameter where unification.assign(.dyn, to: type): return .dyn
    case .error: return .error
    default: return report(field: name, ofValue: type)
    }
  }

  // MARK: Calls

  private mutating func checkCall(
    _ name: Syntax.Name, target: Syntax?, arguments: [Syntax], at syntax: Syntax
  ) -> Type {
    guard isCallable(name, target: target, count: arguments.count) else {
      // The arguments of a macro that was not one may use its variable.
      if !isMacro(name) {
        for argument in (target.map { [$0] } ?? []) + arguments { _ = check(argument) }
      }
      return report(call: name, target: target, count: arguments.count, at: syntax)
    }
    var types = target.map { [check($0)] } ?? []
    for argument in arguments { types.append(check(argument)) }
    return overload(of: name.text, types: types, isMethod: target != nil)
      ?? report(arguments: types, of: name, isMethod: target != nil, at: syntax)
  }

  private func isCallable(_ name: Syntax.Name, target: Syntax?, count: Int) -> Bool {
    if name.text == "dyn", !options.allowsDyn { return false }
    return declarations(of: name.text, isMethod: target != nil).contains {
      $0.parameters.count == count + (target == nil ? 0 : 1)
    }
  }

  /// What can be called under a name, as a function or operator, or as a method.
  func declarations(of name: String, isMethod: Bool) -> [(parameters: [Type], result: Type)] {
    let library = Library.byName[name]?.overloads ?? []
    return library.filter { ($0.style == .method) == isMethod }.map { ($0.parameters, $0.result) }
      + options.functions.filter { $0.name == name && $0.isMethod == isMethod }.map {
        ($0.parameters, $0.result)
      }
  }

  /// The type of a call, `dyn` where the overloads that fit give several; nil where none fits.
  private mutating func overload(of name: String, types: [Type], isMethod: Bool) -> Type? {
    var result: Type?
    for declaration in declarations(of: name, isMethod: isMethod) {
      let (parameters, declared) = unification.instantiate(
        declaration.parameters, declaration.result)
      guard unification.assign(types, to: parameters) else { continue }
      let type = unification.resolve(declared)
      if let first = result, first != .dyn, first != type { result = .dyn }
      result = result ?? type
    }
    // What is wrong has been said of the argument; an answer here would only repeat it.
    return types.contains(.error) && result == .dyn ? .error : result
  }

  // MARK: Operators and literals

  private mutating func checkLogical(_ name: String, _ operands: [Syntax]) -> Type {
    for operand in operands { expectBool(check(operand), "'\(name)' takes", at: operand) }
    return .bool
  }

  private mutating func join(_ elements: [Syntax], _ what: String) -> Type {
    var joined: Type?
    for element in elements {
      let type = check(element)
      guard let former = joined else {
        joined = type
        continue
      }
      if unification.assign(former, to: type) {
        joined = unification.mostGeneral(former, type)
      } else if options.allowsDyn {
        joined = .dyn
      } else {
        joined = report(what, mix: former, type, at: element)
      }
    }
    return joined ?? unification.fresh()
  }

  // MARK: Macros

  private mutating func checkComprehension(_ macro: Syntax.Comprehension) -> Type {
    let range = unification.resolve(check(macro.range))
    let element: Type
    switch range {
    case .list(let type): element = type
    case .map(let key, _): element = key
    case .dyn: element = .dyn
    case .parameter: element = unification.assign(.dyn, to: range) ? .dyn : .error
    case .error: element = .error
    default: element = report(range: range, of: macro)
    }
    locals.append((macro.variable.text, element))
    defer { locals.removeLast() }
    if let condition = macro.condition {
      expectBool(check(condition), "the condition of '\(macro.name.text)'", at: condition)
    }
    switch macro.macro {
    case .all, .exists, .existsOne: return .bool
    case .filter: return .list(element)
    case .map: return .list(macro.transform.map { check($0) } ?? .error)
    }
  }
}

/// What the checker found out about the nodes of an expression.
struct CheckedFacts: Sendable {
  enum Resolution: Sendable {
    case variable(String)
    case type(Type)
  }

  /// What names mean, by the number of the node that is the whole name.
  var resolutions: [Int: Resolution] = [:]
  /// Nodes that select a field that may be absent.
  var optional: Set<Int> = []
}

extension CheckOptions {
  /// The full names that a name may mean, first those that win.
  func candidates(for name: String, isAbsolute: Bool = false) -> [String] {
    guard !isAbsolute else { return [name] }
    var candidates: [String] = []
    var parts = container.split(separator: ".")
    while !parts.isEmpty {
      candidates.append(parts.joined(separator: ".") + "." + name)
      parts.removeLast()
    }
    return candidates + [name]
  }
}

extension Syntax {
  /// Whether a name starts with a dot: it means no local, and nothing in the container.
  var startsWithDot: Bool {
    var current = self
    while case .select(let operand, _) = current.kind { current = operand }
    if case .name(_, true) = current.kind { return true }
    return false
  }
}
