extension Type: CustomStringConvertible {
  /// The type as it is written in signatures and messages: `list(int)`.
  public var description: String {
    switch self {
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .null: "null_type"
    case .duration: "duration"
    case .intSet: "int_set"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .object(let name): name
    case .type(let type): "type(\(type))"
    case .dyn: "dyn"
    case .parameter(let name): name
    case .opaque(let name, let arguments):
      arguments.isEmpty
        ? name : "\(name)(\(arguments.map(\.description).joined(separator: ", ")))"
    case .error: "error"
    }
  }

  /// The types that an expression can name, such as the `int` of `type(x) == int`.
  static let named: [String: Type] = [
    "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string,
    "bytes": .bytes, "null_type": .null, "list": .list(.dyn), "map": .map(.dyn, .dyn),
    "type": .type(.dyn), "google.protobuf.Duration": .duration,
  ]
}

extension Value {
  /// The type of the value as `type()` gives it: without the types of elements.
  var type: Type {
    switch self {
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .null: .null
    case .duration: .duration
    case .intSet: .intSet
    case .list: .list(.dyn)
    case .map: .map(.dyn, .dyn)
    case .object(let object): .object(object.typeName)
    case .type: .type(.dyn)
    case .error, .unknown: .error
    }
  }

  /// The name of its type, for messages.
  var typeName: String {
    switch self {
    case .list: "list"
    case .map: "map"
    case .type: "type"
    case .unknown: "unknown"
    default: type.description
    }
  }
}
