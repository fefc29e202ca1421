/// What the type parameters of one expression stand for.
///
/// A parameter is bound to the most general of the types that it met, as the specification's
/// checker does: first to a type, later to `dyn` if one of its uses is.
struct Unification {
  /// Whether null is among the values of durations and structures, as in the specification. In
  /// rules it is not: there is no fact that is null.
  let allowsNull: Bool
  private var bindings: [String: Type] = [:]
  /// Former values of what was bound, so that an overload that does not fit leaves no trace.
  private var undo: [(name: String, former: Type?)] = []
  private var count = 0

  init(allowsNull: Bool) { self.allowsNull = allowsNull }

  mutating func fresh() -> Type {
    count += 1
    return .parameter("%\(count)")
  }

  /// The signature with its own parameters replaced by fresh ones.
  mutating func instantiate(_ parameters: [Type], _ result: Type) -> ([Type], Type) {
    var fresh: [String: Type] = [:]
    return (
      parameters.map { rename($0, &fresh) }, rename(result, &fresh)
    )
  }

  private mutating func rename(_ type: Type, _ names: inout [String: Type]) -> Type {
    switch type {
    case .parameter(let name):
      if let type = names[name] { return type }
      let type = fresh()
      names[name] = type
      return type
    case .list(let element): return .list(rename(element, &names))
    case .map(let key, let value): return .map(rename(key, &names), rename(value, &names))
    case .type(let type): return .type(rename(type, &names))
    case .opaque(let name, let arguments):
      var renamed: [Type] = []
      for argument in arguments { renamed.append(rename(argument, &names)) }
      return .opaque(name, renamed)
    default: return type
    }
  }

  /// Whether values of the first types can be used as the second; binds parameters if so.
  mutating func assign(_ types: [Type], to targets: [Type]) -> Bool {
    guard types.count == targets.count else { return false }
    let mark = undo.count
    for (type, target) in zip(types, targets) where !unify(type, target) {
      while undo.count > mark {
        let (name, former) = undo.removeLast()
        bindings[name] = former
      }
      return false
    }
    return true
  }

  mutating func assign(_ type: Type, to target: Type) -> Bool { assign([type], to: [target]) }

  /// The type with what its parameters stand for; free ones are `dyn` if asked for.
  func resolve(_ type: Type, freeAsDyn: Bool = false) -> Type {
    switch follow(type) {
    case .parameter where freeAsDyn: .dyn
    case .list(let element): .list(resolve(element, freeAsDyn: freeAsDyn))
    case .map(let key, let value):
      .map(resolve(key, freeAsDyn: freeAsDyn), resolve(value, freeAsDyn: freeAsDyn))
    case .type(let type): .type(resolve(type, freeAsDyn: freeAsDyn))
    case .opaque(let name, let arguments):
      .opaque(name, arguments.map { resolve($0, freeAsDyn: freeAsDyn) })
    case let other: other
    }
  }

  /// What a parameter stands for, one level deep.
  func follow(_ type: Type) -> Type {
    var type = type
    while case .parameter(let name) = type, let bound = bindings[name] { type = bound }
    return type
  }

  /// The one of two types that fits more.
  func mostGeneral(_ left: Type, _ right: Type) -> Type {
    isAsGeneral(left, as: right) ? left : right
  }

  // MARK: Rules

  private mutating func bind(_ name: String, _ type: Type) {
    undo.append((name, bindings[name]))
    bindings[name] = type
  }

  private mutating func unify(_ left: Type, _ right: Type) -> Bool {
    if case .parameter(let name) = right {
      switch substitute(left, for: name) {
      case .fits: return true
      case .conflicts: return false
      case .occurs: break
      }
    }
    if case .parameter(let name) = left { return substitute(right, for: name) == .fits }
    switch (left, right) {
    case (.dyn, _), (_, .dyn), (.error, _), (_, .error): return true
    case (.null, let other), (let other, .null): return isNullable(other)
    case (.list(let left), .list(let right)): return unify(left, right)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return unify(leftKey, rightKey) && unify(leftValue, rightValue)
    case (.type, .type): return true
    case (.opaque(let left, let leftTypes), .opaque(let right, let rightTypes)):
      guard left == right, leftTypes.count == rightTypes.count else { return false }
      for (left, right) in zip(leftTypes, rightTypes) where !unify(left, right) { return false }
      return true
    default: return left == right
    }
  }

  private enum Substitution { case fits, conflicts, occurs }

  private mutating func substitute(_ type: Type, for name: String) -> Substitution {
    if type == .parameter(name) { return .fits }
    guard let bound = bindings[name] else {
      guard !occurs(name, in: type) else { return .occurs }
      bind(name, type)
      return .fits
    }
    if type == bound { return .fits }
    guard unify(type, bound) else { return .conflicts }
    let general = mostGeneral(type, bound)
    if !occurs(name, in: general) { bind(name, general) }
    return .fits
  }

  private func occurs(_ name: String, in type: Type) -> Bool {
    if type == .parameter(name) { return true }
    var type = type
    while case .parameter(let other) = type {
      if other == name { return true }
      guard let bound = bindings[other] else { return false }
      type = bound
    }
    switch type {
    case .list(let element): return occurs(name, in: element)
    case .map(let key, let value): return occurs(name, in: key) || occurs(name, in: value)
    case .type(let type): return occurs(name, in: type)
    case .opaque(_, let arguments): return arguments.contains { occurs(name, in: $0) }
    default: return false
    }
  }

  private func isAsGeneral(_ left: Type, as right: Type) -> Bool {
    switch (left, right) {
    case (.dyn, _), (.error, _), (.parameter, _): return true
    case (_, .dyn), (_, .error), (_, .parameter): return false
    case (.list(let left), .list(let right)): return isAsGeneral(left, as: right)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return isAsGeneral(leftKey, as: rightKey) && isAsGeneral(leftValue, as: rightValue)
    case (.type, .type): return true
    case (.opaque(let left, let leftTypes), .opaque(let right, let rightTypes)):
      return left == right && leftTypes.count == rightTypes.count
        && zip(leftTypes, rightTypes).allSatisfy { isAsGeneral($0, as: $1) }
    // A nullable type takes more than null alone.
    case (_, .null): return isNullable(left)
    default: return left == right
    }
  }

  private func isNullable(_ type: Type) -> Bool {
    switch type {
    case .null: true
    case .duration, .object, .opaque: allowsNull
    default: false
    }
  }
}
