/// Whether two values are equal; unknown where that hangs on something that could not be read.
enum Equality {
  case equal
  case different
  case unknown([Missing])

  var value: Value {
    switch self {
    case .equal: .bool(true)
    case .different: .bool(false)
    case .unknown(let missing): .unknown(Unknown(missing))
    }
  }

  var negated: Value {
    switch self {
    case .equal: .bool(false)
    case .different: .bool(true)
    case .unknown(let missing): .unknown(Unknown(missing))
    }
  }

  init(_ isEqual: Bool) { self = isEqual ? .equal : .different }

  /// Numbers are compared across their types; values of other types are different.
  init(_ left: Value, _ right: Value, work: inout Work) {
    work.spend(1)
    switch (left, right) {
    case (.unknown(let left), .unknown(let right)): self = .unknown(left.missing + right.missing)
    case (.unknown(let unknown), _), (_, .unknown(let unknown)): self = .unknown(unknown.missing)
    case (.bool(let left), .bool(let right)): self.init(left == right)
    case (.string(let left), .string(let right)):
      work.spend(left.utf8.count / 16)
      self.init(left.utf8.elementsEqual(right.utf8))
    case (.bytes(let left), .bytes(let right)):
      work.spend(left.count / 16)
      self.init(left == right)
    case (.null, .null): self = .equal
    case (.duration(let left), .duration(let right)): self.init(left == right)
    case (.intSet(let left), .intSet(let right)):
      work.spend(left.ranges.count)
      self.init(left == right)
    case (.type(let left), .type(let right)): self.init(left == right)
    case (.list(let left), .list(let right)): self = Equality.ofLists(left, right, work: &work)
    case (.map(let left), .map(let right)): self = Equality.ofMaps(left, right, work: &work)
    case (.object(let left), .object(let right)):
      self = Equality.ofObjects(left, right, work: &work)
    default: self.init(Order(numbers: left, right) == .equal)
    }
  }

  /// Both must hold.
  private func and(_ other: Equality) -> Equality {
    switch (self, other) {
    case (.different, _), (_, .different): .different
    case (.unknown(let left), .unknown(let right)): .unknown(left + right)
    case (.unknown, _): self
    default: other
    }
  }

  private static func ofLists(_ left: [Value], _ right: [Value], work: inout Work) -> Equality {
    let leftKnown = left.knownCount
    let rightKnown = right.knownCount
    let leftIsPartial = leftKnown < left.count
    let rightIsPartial = rightKnown < right.count
    if !leftIsPartial && leftKnown < rightKnown || !rightIsPartial && rightKnown < leftKnown {
      return .different
    }
    var result = Equality.equal
    for index in 0..<min(leftKnown, rightKnown) {
      result = result.and(Equality(left[index], right[index], work: &work))
      if case .different = result { return .different }
    }
    // What could not be read may or may not make up for the rest of the other list.
    if leftIsPartial || rightIsPartial {
      return result.and(.unknown(left.missingRest + right.missingRest))
    }
    return result
  }

  private static func ofMaps(_ left: MapValue, _ right: MapValue, work: inout Work) -> Equality {
    guard left.entries.count == right.entries.count else { return .different }
    var result = Equality.equal
    for entry in left.entries {
      guard let other = right[entry.key] else { return .different }
      result = result.and(Equality(entry.value, other.value, work: &work))
      if case .different = result { return .different }
    }
    return result
  }

  private static func ofObjects(
    _ left: ObjectValue, _ right: ObjectValue, work: inout Work
  ) -> Equality {
    guard left.typeName == right.typeName else { return .different }
    var result = Equality.equal
    for name in Set(left.fields.keys).union(right.fields.keys).sorted() {
      switch (left.fields[name] ?? .absent(""), right.fields[name] ?? .absent("")) {
      case (.unavailable(let missing), _), (_, .unavailable(let missing)):
        result = result.and(.unknown([missing]))
      case (.value(let left, _), .value(let right, _)):
        result = result.and(Equality(left, right, work: &work))
      case (.absent, .absent): break
      default: return .different
      }
      if case .different = result { return .different }
    }
    return result
  }
}

extension [Value] {
  /// The elements before the unknown one that a partly read list ends in.
  var knownCount: Int { missingRest.isEmpty ? count : count - 1 }

  /// What could not be read of a partly read list.
  var missingRest: [Missing] {
    if case .unknown(let unknown) = last { unknown.missing } else { [] }
  }
}

/// How one value stands to another.
enum Order {
  case less, equal, greater
  /// One of them is not a number.
  case unordered

  /// Nil where values of these types have no order.
  init?(_ left: Value, _ right: Value, work: inout Work) {
    switch (left, right) {
    case (.bool(let left), .bool(let right)): self.init(left ? 1 : 0, right ? 1 : 0)
    case (.string(let left), .string(let right)):
      work.spend(left.utf8.count / 16)
      // UTF-8 orders as its code points do.
      self.init(ofSequences: left.utf8, right.utf8)
    case (.bytes(let left), .bytes(let right)):
      work.spend(left.count / 16)
      self.init(ofSequences: left, right)
    case (.duration(let left), .duration(let right)): self.init(left, right)
    default: self.init(numbers: left, right)
    }
  }

  /// The order of numbers of any type. An integer is compared with a double as a double.
  init?(numbers left: Value, _ right: Value) {
    switch (left, right) {
    case (.int(let left), .int(let right)): self.init(left, right)
    case (.uint(let left), .uint(let right)): self.init(left, right)
    case (.double(let left), .double(let right)): self.init(left, right)
    case (.int(let left), .uint(let right)):
      if let left = UInt64(exactly: left) { self.init(left, right) } else { self = .less }
    case (.uint(let left), .int(let right)):
      if let right = UInt64(exactly: right) { self.init(left, right) } else { self = .greater }
    case (.int(let left), .double(let right)): self.init(Double(left), right)
    case (.uint(let left), .double(let right)): self.init(Double(left), right)
    case (.double(let left), .int(let right)): self.init(left, Double(right))
    case (.double(let left), .uint(let right)): self.init(left, Double(right))
    default: return nil
    }
  }

  private init<Item: Comparable>(_ left: Item, _ right: Item) {
    self = left < right ? .less : left == right ? .equal : left > right ? .greater : .unordered
  }

  private init<Items: Sequence<UInt8>>(ofSequences left: Items, _ right: Items) {
    self =
      left.lexicographicallyPrecedes(right)
      ? .less : right.lexicographicallyPrecedes(left) ? .greater : .equal
  }
}
