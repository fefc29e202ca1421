/// Finds fields that may be absent and are read where no `has()` says that they are there, and the
/// paths that an expression guarantees.
///
/// It follows the order of the text: `has(a.b) && a.b > 1`, `!has(a.b) || a.b > 1` and
/// `has(a.b) ? a.b : 0` are guarded, `a.b > 1 && has(a.b)` is not.
struct Guards {
  private let names: FactNames
  private let optional: Set<Int>
  private(set) var unguarded: [UnguardedField] = []

  init(text: String, facts: CheckedFacts) {
    names = FactNames(text: text, facts: facts)
    optional = facts.optional
  }

  /// Paths that are there if an expression is true, and if it is false.
  struct Presence {
    /// Nil where it never is: then anything may be said.
    var whenTrue: Set<String>?
    var whenFalse: Set<String>?

    static let nothing = Presence(whenTrue: [], whenFalse: [])
  }

  /// Reports what is read without a guard, given the paths that are known to be there.
  mutating func visit(_ syntax: Syntax, present: Set<String>, scope: FactNames.Scope) -> Presence {
    switch syntax.kind {
    case .literal(.bool(true)): return Presence(whenTrue: [], whenFalse: nil)
    case .literal(.bool(false)): return Presence(whenTrue: nil, whenFalse: [])
    case .literal: return .nothing
    case .name, .select, .index:
      visitChain(syntax, present: present, scope: scope)
      return .nothing
    case .has(let field):
      // What holds the field may be absent as well: then `has` is false. Only indexes and roots
      // inside can be wrong.
      visitParts(of: field, present: present, scope: scope)
      return Presence(whenTrue: names.prefixes(of: field, scope), whenFalse: [])
    case .call(let name, let target, let arguments):
      if name.text == "!_", let operand = arguments.first {
        let presence = visit(operand, present: present, scope: scope)
        return Presence(whenTrue: presence.whenFalse, whenFalse: presence.whenTrue)
      }
      for part in (target.map { [$0] } ?? []) + arguments {
        _ = visit(part, present: present, scope: scope)
      }
      return .nothing
    case .and(let operands):
      return visit(operands, present, scope, known: \.whenTrue, common: \.whenFalse)
    case .or(let operands):
      return visit(operands, present, scope, known: \.whenFalse, common: \.whenTrue)
    case .conditional(let condition, let first, let second):
      return visitConditional(condition, first, second, present, scope)
    case .list(let elements):
      for element in elements { _ = visit(element, present: present, scope: scope) }
      return .nothing
    case .map(let entries):
      for entry in entries {
        _ = visit(entry.key, present: present, scope: scope)
        _ = visit(entry.value, present: present, scope: scope)
      }
      return .nothing
    case .comprehension(let macro): return visit(macro, present: present, scope: scope)
    }
  }

  /// Of `&&` and `||`: each operand is read only where those before it leave it to decide, and
  /// then they say what is there.
  private mutating func visit(
    _ operands: [Syntax], _ present: Set<String>, _ scope: FactNames.Scope,
    known: WritableKeyPath<Presence, Set<String>?>, common: WritableKeyPath<Presence, Set<String>?>
  ) -> Presence {
    var result = Presence.nothing
    result[keyPath: common] = nil
    for operand in operands {
      let here = present.union(result[keyPath: known] ?? [])
      let presence = visit(operand, present: here, scope: scope)
      result[keyPath: known] = union(result[keyPath: known], presence[keyPath: known])
      result[keyPath: common] = intersection(
        result[keyPath: common], presence[keyPath: common])
    }
    return result
  }

  private mutating func visitConditional(
    _ condition: Syntax, _ first: Syntax, _ second: Syntax, _ present: Set<String>,
    _ scope: FactNames.Scope
  ) -> Presence {
    let condition = visit(condition, present: present, scope: scope)
    let first = visit(first, present: present.union(condition.whenTrue ?? []), scope: scope)
    let second = visit(second, present: present.union(condition.whenFalse ?? []), scope: scope)
    return Presence(
      whenTrue: intersection(
        union(condition.whenTrue, first.whenTrue), union(condition.whenFalse, second.whenTrue)),
      whenFalse: intersection(
        union(condition.whenTrue, first.whenFalse), union(condition.whenFalse, second.whenFalse)))
  }

  private mutating func visit(
    _ macro: Syntax.Comprehension, present: Set<String>, scope: FactNames.Scope
  ) -> Presence {
    _ = visit(macro.range, present: present, scope: scope)
    let inner = names.scope(of: macro, in: scope)
    var presence = Presence.nothing
    if let condition = macro.condition {
      presence = visit(condition, present: present, scope: inner)
    }
    if let transform = macro.transform {
      _ = visit(transform, present: present.union(presence.whenTrue ?? []), scope: inner)
    }
    // Where one exists, its condition held once; where not all did, one failed.
    switch macro.macro {
    case .exists, .existsOne:
      return Presence(whenTrue: presence.whenTrue.map(names.withoutLocals), whenFalse: [])
    case .all:
      return Presence(whenTrue: [], whenFalse: presence.whenFalse.map(names.withoutLocals))
    case .map, .filter: return .nothing
    }
  }

  // MARK: Chains

  private mutating func visitChain(
    _ syntax: Syntax, present: Set<String>, scope: FactNames.Scope
  ) {
    var reads: [Syntax] = []
    var current = syntax
    while let operand = current.operand {
      if optional.contains(current.id) { reads.append(current) }
      current = operand
    }
    for read in reads.reversed() where !present.contains(names.key(of: read, scope)) {
      unguarded.append(UnguardedField(path: names.path(of: read, scope), range: read.range))
      break
    }
    visitParts(of: syntax, present: present, scope: scope)
  }

  /// The expressions inside a chain: indexes, and a root that is no name.
  private mutating func visitParts(
    of syntax: Syntax, present: Set<String>, scope: FactNames.Scope
  ) {
    var current = syntax
    while let operand = current.operand {
      if case .index(_, let index) = current.kind {
        _ = visit(index, present: present, scope: scope)
      }
      current = operand
    }
    if case .name = current.kind { return }
    _ = visit(current, present: present, scope: scope)
  }

  private func union(_ left: Set<String>?, _ right: Set<String>?) -> Set<String>? {
    guard let left, let right else { return nil }
    return left.union(right)
  }

  private func intersection(_ left: Set<String>?, _ right: Set<String>?) -> Set<String>? {
    guard let left else { return right }
    guard let right else { return left }
    return left.intersection(right)
  }
}

extension Syntax {
  /// What a field or element is taken of.
  var operand: Syntax? {
    switch kind {
    case .select(let operand, _), .index(let operand, _): operand
    default: nil
    }
  }
}
