import CEL
import FoundationEssentials

/// One test of the specification's suite, as `../shared/cel-conformance` has it.
struct ConformanceCase {
  let json: JSON
  let file: String

  /// Its address, such as `lists/index/last`.
  var name: String {
    "\(file)/\(json["section"]?.string ?? "")/\(json["name"]?.string ?? "")"
  }

  struct Failure: Error { let text: String }

  /// Runs it; throws what went wrong.
  func run() throws(Failure) {
    let text = json["expr"]?.string ?? ""
    var options = CheckOptions.specification
    options.container = json["container"]?.string ?? ""
    options.expandsMacros = json["disableMacros"]?.isTrue != true
    var variables: [String: Type] = [:]
    for declaration in json["typeEnv"]?.array ?? [] {
      let name = declaration["name"]?.string ?? ""
      if let type = declaration["ident"]?["type"] { variables[name] = try Self.type(type) }
      for overload in declaration["function"]?["overloads"]?.array ?? [] {
        var parameters: [Type] = []
        for parameter in overload["params"]?.array ?? [] {
          parameters.append(try Self.type(parameter))
        }
        options.functions.append(
          FunctionDeclaration(
            name, parameters, result: try Self.type(overload["resultType"] ?? .null),
            isMethod: overload["isInstanceFunction"]?.isTrue == true))
      }
    }
    let expectsError = json["evalError"] != nil
    let expression: CEL.Expression
    do throws(Diagnostics) {
      expression =
        json["disableCheck"]?.isTrue == true
        ? try CEL.Expression.parse(text, options: options)
        : try CEL.Expression.compile(text, schema: Schema(), variables: variables, options: options)
    } catch {
      if expectsError { return }
      throw Failure(text: "\(error)")
    }
    if let deduced = json["typedResult"]?["deducedType"] {
      let expected = try Self.type(deduced)
      guard expression.resultType == expected else {
        throw Failure(text: "type is \(expression.resultType), not \(expected)")
      }
    }
    if json["checkOnly"]?.isTrue == true { return }
    try evaluate(expression, expectsError: expectsError)
  }

  private func evaluate(_ expression: CEL.Expression, expectsError: Bool) throws(Failure) {
    var activation = Activation()
    for (name, binding) in json["bindings"]?.object ?? [:] {
      activation.variables[name] = .value(try Self.value(binding["value"] ?? .null), nil)
    }
    let value = expression.evaluate(in: activation, recordingEvidence: true).value
    if case .error(let error) = value {
      if expectsError { return }
      throw Failure(text: "error: \(error.message)")
    }
    if expectsError { throw Failure(text: "no error but \(value)") }
    let expected = try Self.value(json["value"] ?? json["typedResult"]?["result"] ?? .bool(true))
    guard Self.areSame(value, expected) else {
      throw Failure(text: "is \(value), not \(expected)")
    }
  }

  /// Stricter than `==` of the language: the types must agree, and NaN is NaN.
  static func areSame(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.uint(let left), .uint(let right)): left == right
    case (.double(let left), .double(let right)): left == right || left.isNaN && right.isNaN
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.bytes(let left), .bytes(let right)): left == right
    case (.null, .null): true
    case (.duration(let left), .duration(let right)): left == right
    case (.type(let left), .type(let right)): left == right
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { areSame($0, $1) }
    case (.map(let left), .map(let right)):
      left.entries.count == right.entries.count
        && left.entries.allSatisfy { entry in
          right[entry.key].map { areSame($0.key, entry.key) && areSame($0.value, entry.value) }
            ?? false
        }
    default: false
    }
  }

  static func value(_ json: JSON) throws(Failure) -> Value {
    guard let (kind, content) = json.only else { throw Failure(text: "no value: \(json)") }
    switch (kind, content) {
    case ("boolValue", .bool(let bool)): return .bool(bool)
    case ("int64Value", .string(let text)): if let int = Int64(text) { return .int(int) }
    case ("uint64Value", .string(let text)): if let uint = UInt64(text) { return .uint(uint) }
    case ("doubleValue", .number(let number)): return .double(number)
    case ("doubleValue", .string(let text)): if let double = Double(text) { return .double(double) }
    case ("stringValue", .string(let text)): return .string(text)
    case ("bytesValue", .string(let text)):
      if let data = Data(base64Encoded: text) { return .bytes(Array(data)) }
    case ("nullValue", _): return .null
    case ("listValue", _):
      var values: [Value] = []
      for element in content["values"]?.array ?? [] { values.append(try value(element)) }
      return .list(values)
    case ("mapValue", _):
      var map = MapValue()
      for entry in content["entries"]?.array ?? [] {
        map.insert(
          .init(key: try value(entry["key"] ?? .null), value: try value(entry["value"] ?? .null)))
      }
      return .map(map)
    case ("typeValue", .string(let name)): if let type = types[name] { return .type(type) }
    case ("objectValue", _):
      // A duration in `Any`.
      if content["@type"]?.string == "type.googleapis.com/google.protobuf.Duration",
        let text = content["value"]?.string, let seconds = Double(text.dropLast())
      {
        return .duration(.seconds(seconds))
      }
    default: break
    }
    throw Failure(text: "a value of this test is not in the language: \(json)")
  }

  private static let types: [String: Type] = [
    "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string,
    "bytes": .bytes, "null_type": .null, "list": .list(.dyn), "map": .map(.dyn, .dyn),
    "type": .type(.dyn), "google.protobuf.Duration": .duration,
  ]

  static func type(_ json: JSON) throws(Failure) -> Type {
    guard let (kind, content) = json.only else { throw Failure(text: "no type: \(json)") }
    switch kind {
    case "primitive":
      let types: [String: Type] = [
        "BOOL": .bool, "INT64": .int, "UINT64": .uint, "DOUBLE": .double, "STRING": .string,
        "BYTES": .bytes,
      ]
      if let type = content.string.flatMap({ types[$0] }) { return type }
    case "wellKnown": if content.string == "DURATION" { return .duration }
    case "null": return .null
    case "dyn": return .dyn
    case "listType": return .list(try type(content["elemType"] ?? .null))
    case "mapType":
      return .map(try type(content["keyType"] ?? .null), try type(content["valueType"] ?? .null))
    case "typeParam": if let name = content.string { return .parameter(name) }
    case "type": return .type(content.object.isEmpty ? .dyn : try type(content))
    case "abstractType":
      var parameters: [Type] = []
      for parameter in content["parameterTypes"]?.array ?? [] {
        parameters.append(try type(parameter))
      }
      return .opaque(content["name"]?.string ?? "", parameters)
    default: break
    }
    throw Failure(text: "a type of this test is not in the language: \(json)")
  }
}
