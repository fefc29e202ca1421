import CEL

/// Whether values are what the schema says: the contract between facts and rules.
struct TypeCheck {
  let schema: Schema

  /// What is wrong with the value; nil where nothing is.
  func problem(_ value: Value, _ type: Type, at path: String = "value") -> String? {
    switch (value, type) {
    case (.error, _), (.unknown, _), (_, .dyn), (_, .parameter): return nil
    case (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string),
      (.bytes, .bytes), (.null, .null), (.duration, .duration), (.intSet, .intSet),
      (.type, .type):
      return nil
    case (.list(let elements), .list(let type)):
      for (index, element) in elements.enumerated() {
        if let problem = problem(element, type, at: "\(path)[\(index)]") { return problem }
      }
      return nil
    case (.map(let map), .map(let key, let value)):
      for entry in map.entries {
        if let problem = problem(entry.key, key, at: "a key of \(path)")
          ?? problem(entry.value, value, at: "\(path)[\(entry.key)]")
        {
          return problem
        }
      }
      return nil
    case (.object(let object), .object(let name)) where object.typeName == name:
      return problem(object, at: path)
    default: return "\(path) should be \(type) and is \(value)"
    }
  }

  private func problem(_ object: ObjectValue, at path: String) -> String? {
    guard let type = schema.objects[object.typeName] else {
      return "\(path) is of an unknown type \(object.typeName)"
    }
    for (name, field) in object.fields {
      guard let declaration = type.field(name) else { return "\(path).\(name) is not declared" }
      switch field {
      case .value(let value, _):
        if let problem = problem(value, declaration.type, at: "\(path).\(name)") { return problem }
      case .absent(let why):
        if !declaration.mayBeAbsent { return "\(path).\(name) is absent: \(why)" }
      case .unavailable: break
      }
    }
    return nil
  }
}
