internal import CEL
internal import YAML

extension RuleReader {
  /// Name under which the schema has the structure of a rule's parameters.
  private static let parametersType = "Params"

  /// Reads `params` and puts them in scope.
  mutating func parameters(_ node: YAMLNode) -> [Rule.Parameter] {
    var parameters: [Rule.Parameter] = []
    var fields: [Schema.FieldDeclaration] = []
    for entry in mapping(node, "'params'") ?? [] {
      guard isNewName(entry) else { continue }
      declared.append((entry.key, "params.\(entry.key)", entry.keyRange))
      let constant = self.constant(entry.value, "parameter '\(entry.key)'")
      fields.append(.init(name: entry.key, type: constant?.type ?? .error, documentation: ""))
      if let (type, value) = constant {
        parameters.append(.init(name: entry.key, type: type, value: value))
      }
    }
    schema.objects[Self.parametersType] = .init(
      name: Self.parametersType, documentation: "The rule's parameters.", fields: fields)
    variables["params"] = .object(Self.parametersType)
    return parameters
  }

  /// Whether an entry's key can be a name in expressions and hides none.
  mutating func isNewName(_ entry: YAMLEntry) -> Bool {
    guard Names.isIdentifier(entry.key) else {
      error(
        entry.keyRange, "'\(entry.key)' cannot be a name in expressions",
        hint: "letters, digits and '_', and no word of the language")
      return false
    }
    guard schema.variables[entry.key] == nil, variables[entry.key] == nil, entry.key != "params"
    else {
      error(entry.keyRange, "'\(entry.key)' is a name already", hint: "choose another")
      return false
    }
    return true
  }

  /// A constant and its type: unquoted `5` is an int, `5.0` a double, `5s` a duration.
  mutating func constant(_ node: YAMLNode, _ what: String) -> (type: Type, value: Value)? {
    switch node.content {
    case .refused: return nil
    case .mapping:
      error(node.range, "\(what) must be a constant, this is a mapping")
      return nil
    case .sequence(let nodes): return list(nodes, node.range, what)
    case .scalar(let scalar):
      switch scalar.form {
      case .bool(let bool): return (.bool, .bool(bool))
      case .int(let int): return (.int, .int(int))
      case .double(let double): return (.double, .double(double))
      case .null, .ambiguous:
        _ = text(node, what)
        return nil
      case .text:
        if scalar.style == .plain, let duration = DurationText.parse(scalar.value) {
          return (.duration, .duration(duration))
        }
        return (.string, .string(scalar.value))
      }
    }
  }

  private mutating func list(
    _ nodes: [YAMLNode], _ range: Range<Int>, _ what: String
  ) -> (type: Type, value: Value)? {
    var elementType: Type?
    var values: [Value] = []
    for node in nodes {
      guard let (type, value) = constant(node, "an element of \(what)") else { return nil }
      if let elementType, elementType != type {
        error(
          node.range,
          "\(what) mixes \(elementType) and \(type) in one list")
        return nil
      }
      elementType = type
      values.append(value)
    }
    guard let elementType else {
      error(range, "\(what) is an empty list, so that the type of its elements is not known")
      return nil
    }
    return (.list(elementType), .list(values))
  }
}
