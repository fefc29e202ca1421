/// How the facts that an expression names are spelled.
struct FactNames {
  private let text: [Unicode.Scalar]
  private let facts: CheckedFacts

  init(text: String, facts: CheckedFacts) {
    self.text = Array(text.unicodeScalars)
    self.facts = facts
  }

  /// Variables of the macros around a place.
  struct Scope {
    fileprivate var locals: [(name: String, key: String, reference: String?)] = []

    init() {}
  }

  /// The scope inside a macro.
  func scope(of macro: Syntax.Comprehension, in scope: Scope) -> Scope {
    var inner = scope
    inner.locals.append(
      (
        macro.variable.text, "\(macro.variable.text)\(Self.mark)\(macro.variable.range.lowerBound)",
        reference(of: macro.range, scope).map { $0 + "[]" }
      ))
    return inner
  }

  /// A spelling that is the same for the same fact and for no other.
  func key(of syntax: Syntax, _ scope: Scope) -> String { spell(syntax, scope, \.key) }

  /// The spelling for people.
  func path(of syntax: Syntax, _ scope: Scope) -> String { spell(syntax, scope, \.name) }

  /// The keys of a chain and of everything that must be there for it.
  func prefixes(of syntax: Syntax, _ scope: Scope) -> Set<String> {
    var keys: Set<String> = []
    var current = syntax
    while let operand = current.operand {
      keys.insert(key(of: current, scope))
      current = operand
    }
    return keys
  }

  /// Keys that mean something outside of macros.
  func withoutLocals(_ keys: Set<String>) -> Set<String> {
    keys.filter { !$0.contains(Self.mark) }
  }

  /// No text of an expression that is a name contains it.
  private static let mark: Character = "#"

  private func spell(
    _ syntax: Syntax, _ scope: Scope,
    _ localName: KeyPath<(name: String, key: String, reference: String?), String>
  ) -> String {
    var parts: [String] = []
    var current = syntax
    while let operand = current.operand, facts.resolutions[current.id] == nil {
      switch current.kind {
      case .select(_, let name): parts.append(FactPath.spelling(ofField: name.text))
      case .index(_, let index): parts.append("[\(source(index))]")
      default: break
      }
      current = operand
    }
    parts.append(root(current, scope, localName))
    return parts.reversed().joined()
  }

  private func root(
    _ syntax: Syntax, _ scope: Scope,
    _ localName: KeyPath<(name: String, key: String, reference: String?), String>
  ) -> String {
    if case .variable(let name) = facts.resolutions[syntax.id] { return name }
    if case .name(let name, false) = syntax.kind,
      let local = scope.locals.last(where: { $0.name == name })
    {
      return local[keyPath: localName]
    }
    return source(syntax)
  }

  private func source(_ syntax: Syntax) -> String {
    String(text, syntax.range)
  }

  // MARK: References

  /// The facts that an expression names, in the order of the text, each once.
  func references(in syntax: Syntax) -> [String] {
    var found: [String] = []
    references(in: syntax, .init(), into: &found)
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }

  private func references(in syntax: Syntax, _ scope: Scope, into found: inout [String]) {
    switch syntax.kind {
    case .literal: break
    case .has(let field): references(in: field, scope, into: &found)
    case .name, .select, .index:
      if let reference = reference(of: syntax, scope) { found.append(reference) }
      var current = syntax
      while let operand = current.operand, facts.resolutions[current.id] == nil {
        if case .index(_, let index) = current.kind { references(in: index, scope, into: &found) }
        current = operand
      }
      if current.operand == nil, current.id != syntax.id {
        if case .name = current.kind { return }
        references(in: current, scope, into: &found)
      }
    // `"key" in map` reads that key, as `map["key"]` does.
    case .call(let function, nil, let arguments)
    where function.text == "in" && arguments.count == 2 && arguments[0].isText:
      if let map = reference(of: arguments[1], scope), case .literal(let key) = arguments[0].kind {
        found.append("\(map)[\(key)]")
      } else {
        references(in: arguments[1], scope, into: &found)
      }
    case .call(_, let target, let arguments):
      for part in (target.map { [$0] } ?? []) + arguments {
        references(in: part, scope, into: &found)
      }
    case .and(let parts), .or(let parts), .list(let parts):
      for part in parts { references(in: part, scope, into: &found) }
    case .conditional(let condition, let first, let second):
      for part in [condition, first, second] { references(in: part, scope, into: &found) }
    case .map(let entries):
      for entry in entries {
        references(in: entry.key, scope, into: &found)
        references(in: entry.value, scope, into: &found)
      }
    case .comprehension(let macro):
      references(in: macro.range, scope, into: &found)
      let inner = self.scope(of: macro, in: scope)
      for part in [macro.condition, macro.transform] {
        if let part { references(in: part, inner, into: &found) }
      }
    }
  }

  /// The fact that a chain names; nil where it starts with no fact.
  private func reference(of syntax: Syntax, _ scope: Scope) -> String? {
    if case .variable(let name) = facts.resolutions[syntax.id] { return name }
    switch syntax.kind {
    case .name(let name, false): return scope.locals.last { $0.name == name }?.reference
    case .select(let operand, let name):
      return reference(of: operand, scope).map { $0 + FactPath.spelling(ofField: name.text) }
    case .index(let operand, let index):
      guard let reference = reference(of: operand, scope) else { return nil }
      if case .literal(let key) = index.kind, case .string = key { return "\(reference)[\(key)]" }
      return reference + "[]"
    // The elements of a filtered list are elements of the list.
    case .comprehension(let macro) where macro.macro == .filter:
      return reference(of: macro.range, scope)
    default: return nil
    }
  }
}

extension Syntax {
  /// Whether it is a string that is written out.
  fileprivate var isText: Bool {
    if case .literal(.string) = kind { true } else { false }
  }
}
