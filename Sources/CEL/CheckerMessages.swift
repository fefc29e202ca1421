/// What the checker says. Each of these reports a problem and gives the type to go on with.
extension Checker {
  private mutating func report(
    _ message: String, at range: Range<Int>, hint: String? = nil
  ) -> Type {
    diagnostics.append(Diagnostic(message, at: range, hint: hint))
    return .error
  }

  private func name(_ type: Type) -> String {
    unification.resolve(type, freeAsDyn: true).description
  }

  mutating func report(undefined name: String, at syntax: Syntax) -> Type {
    if let hint = Checker.leftOut[name] {
      return report("'\(name)' is not in this language", at: syntax.range, hint: hint)
    }
    if let function = Library.byName[name] {
      return report(
        "'\(name)' is a function", at: syntax.range,
        hint: "it is called as \(function.reference.signatures[0])")
    }
    let names = locals.map(\.name) + variables.keys + schema.variables.keys
    return report(
      "'\(name)' is not defined", at: syntax.range,
      hint: Suggestion.hint(for: name, among: Set(names), kind: "defined are"))
  }

  mutating func report(field name: Syntax.Name, of object: String) -> Type {
    let fields = schema.objects[object]?.fields.map(\.name) ?? []
    return report(
      "'\(object)' has no field '\(name.text)'", at: name.range,
      hint: Suggestion.hint(for: name.text, among: fields, kind: "it has"))
  }

  mutating func report(field name: Syntax.Name, ofValue type: Type) -> Type {
    let hint: String? =
      switch type {
      case .list: "its elements are reached with exists, all, filter, map or [0]"
      case .map: "its keys are not strings; an entry is reached with [key]"
      default: nil
      }
    return report(
      "'\(name.text)' is asked of \(article(type)), which has no fields", at: name.range,
      hint: hint)
  }

  mutating func report(index types: [Type], at syntax: Syntax, _ index: Syntax) -> Type {
    switch unification.follow(types[0]) {
    case .list:
      return report("a list is indexed by int, not \(name(types[1]))", at: index.range)
    case .map(let key, _):
      return report(
        "the keys of this map are \(name(key)), not \(name(types[1]))", at: index.range)
    default:
      return report("\(article(types[0])) cannot be indexed", at: syntax.range)
    }
  }

  mutating func report(branches types: [Type], at syntax: Syntax) -> Type {
    report(
      "the branches of '?:' are \(name(types[0])) and \(name(types[1]))", at: syntax.range,
      hint: "both must be of one type")
  }

  mutating func report(_ what: String, mix former: Type, _ type: Type, at syntax: Syntax) -> Type {
    report(
      "\(what) are \(name(former)) and \(name(type))", at: syntax.range,
      hint: "all must be of one type")
  }

  mutating func report(range: Type, of macro: Syntax.Comprehension) -> Type {
    report(
      "'\(macro.name.text)' ranges over a list or a map, not \(article(range))",
      at: macro.range.range)
  }

  mutating func expectBool(_ type: Type, _ what: String, at syntax: Syntax) {
    guard !unification.assign(type, to: .bool) else { return }
    let verb = what.hasSuffix("takes") ? "" : " must be"
    _ = report("\(what)\(verb) bool, not \(name(type))", at: syntax.range)
  }

  mutating func checkKey(_ type: Type, at syntax: Syntax) {
    switch unification.resolve(type, freeAsDyn: true) {
    case .bool, .int, .uint, .string, .dyn, .error: return
    case let other:
      _ = report("a key of a map is bool, int, uint or string, not \(other)", at: syntax.range)
    }
  }

  // MARK: Calls

  func isMacro(_ name: Syntax.Name) -> Bool {
    Macro(rawValue: name.text) != nil || name.text == "has"
  }

  /// A call of something that cannot be called like that, whatever the arguments.
  mutating func report(
    call name: Syntax.Name, target: Syntax?, count: Int, at syntax: Syntax
  ) -> Type {
    let text = name.text
    if let hint = Checker.leftOut[text] {
      return report("'\(text)' is not in this language", at: name.range, hint: hint)
    }
    if text == "dyn", !options.allowsDyn {
      return report(
        "'dyn' is not allowed in rules", at: name.range,
        hint: "their types are checked when they are loaded")
    }
    if let macro = Macro(rawValue: text) {
      let form = macro.reference.signatures[0]
      return target == nil
        ? report("'\(text)' is called on a list or a map", at: name.range, hint: form)
        : report("'\(text)' takes \(macro.arguments)", at: name.range, hint: form)
    }
    if text == "has" {
      return report("'has' is not a method", at: name.range, hint: "has(a.b)")
    }
    if !declarations(of: text, isMethod: target != nil).isEmpty {
      return report(
        "'\(text)' does not take \(count) argument\(count == 1 ? "" : "s")",
        at: name.range, hint: forms(of: text))
    }
    if !declarations(of: text, isMethod: target == nil).isEmpty {
      return report(
        target == nil ? "'\(text)' is called on a value" : "'\(text)' is not a method",
        at: name.range, hint: forms(of: text))
    }
    let names =
      Library.functions.filter { $0.overloads[0].style != .operator }.map(\.name)
      + Macro.allCases.map(\.rawValue) + ["has"] + options.functions.map(\.name)
    return report(
      "'\(text)' is not a function", at: name.range,
      hint: Suggestion.nearest(to: text, among: names).map { "did you mean '\($0)'?" })
  }

  /// A call whose arguments are of the wrong types.
  mutating func report(
    arguments types: [Type], of name: Syntax.Name, isMethod: Bool, at syntax: Syntax
  ) -> Type {
    let names = types.map { self.name($0) }
    guard let function = Library.byName[name.text], function.overloads[0].style == .operator else {
      let arguments = names.dropFirst(isMethod ? 1 : 0).joined(separator: ", ")
      return report(
        isMethod
          ? "'\(name.text)' of \(names[0]) does not take (\(arguments))"
          : "'\(name.text)' does not take (\(arguments))",
        at: syntax.range, hint: forms(of: name.text))
    }
    let symbol = name.text.hasSuffix("_") ? String(name.text.dropLast()) : name.text
    if names.count == 1 {
      return report("'\(symbol)' does not take \(names[0])", at: syntax.range)
    }
    return report(
      "'\(symbol)' does not take \(names[0]) and \(names[1])", at: syntax.range,
      hint: operandHint(symbol, types.map { unification.follow($0) }))
  }

  private func operandHint(_ symbol: String, _ types: [Type]) -> String? {
    let numbers: [Type] = [.int, .uint, .double]
    if symbol == "in" { return "on the right is a list, a map or a set of integers" }
    if types.allSatisfy(numbers.contains), types[0] != types[1] {
      return "numbers of different types are compared but not calculated with: convert one with"
        + " int(), uint() or double()"
    }
    if symbol == "+", types.contains(.string) { return "string() makes text of a value" }
    if types[0] != types[1] { return "both sides must be of one type" }
    return nil
  }

  private func forms(of name: String) -> String? {
    let signatures =
      (Library.byName[name]?.reference.signatures ?? [])
      + options.functions.filter { $0.name == name }.map {
        Function.Overload(
          style: $0.isMethod ? .method : .function, parameters: $0.parameters, result: $0.result
        ).signature(of: name)
      }
    return signatures.isEmpty ? nil : signatures.joined(separator: "; ")
  }

  private func article(_ type: Type) -> String {
    switch unification.follow(type) {
    case .int: "an int"
    case .intSet: "an int_set"
    case .object(let name): name
    default: "a \(name(type))"
    }
  }

  /// Names of the language's specification that this dialect does without, and what there is.
  private static let leftOut = [
    "matches":
      "regular expressions can take any time; there are startsWith, endsWith and contains",
    "timestamp": "rules have no clock; there is duration",
    "optional": "has(a.b) says whether a.b exists",
  ]
}
