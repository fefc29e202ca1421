import CEL

/// Facts by the names that rules have for them. What is absent or could not be read is nil.
struct KnownFacts {
  private let variables: [String: Field]

  init(_ facts: Activation?) { variables = facts?.variables ?? [:] }

  private init(_ object: ObjectValue) { variables = object.fields }

  /// A fact, such as `facts["sockets", "port_pool", "total"]`.
  subscript(_ path: String...) -> Value? {
    var fields = variables
    for name in path.dropLast() {
      guard case .value(.object(let object), _) = fields[name] else { return nil }
      fields = object.fields
    }
    guard let last = path.last, case .value(let value, _) = fields[last] else { return nil }
    return value
  }

  /// The structures of a list, and whether that is all of it; nil where the list is not known.
  static func elements(of list: Value?) -> (known: [KnownFacts], isWhole: Bool)? {
    guard case .list(let elements) = list else { return nil }
    let objects = elements.compactMap { element in
      if case .object(let object) = element { KnownFacts(object) } else { nil }
    }
    return (objects, objects.count == elements.count)
  }
}

extension Value {
  /// A whole number.
  var whole: Int? {
    if case .int(let number) = self { Int(exactly: number) } else { nil }
  }

  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  var isTrue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }
}
