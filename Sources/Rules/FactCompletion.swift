internal import CEL
internal import YAML

/// Makes whole facts of those that a test states: the rest is absent, and structures that are
/// always there are there with everything in them absent.
struct FactCompletion {
  private static let why = "not stated in this test"

  private let schema: Schema
  /// Structures of which nothing is stated, by type.
  private var empty: [String: Value] = [:]

  init(schema: Schema) { self.schema = schema }

  mutating func activation(stating facts: [String: Field]) -> Activation {
    var activation = Activation()
    for (name, variable) in schema.variables {
      let declaration = Schema.FieldDeclaration(
        name: name, type: variable.type, documentation: "")
      activation.variables[name] = field(facts[name], declaration, depth: 0)
    }
    return activation
  }

  private mutating func field(
    _ stated: Field?, _ declaration: Schema.FieldDeclaration, depth: Int
  ) -> Field {
    switch stated {
    case .value(let value, let origin):
      return .value(complete(value, depth: depth), origin)
    case .some(let missing): return missing
    case nil:
      guard case .object(let name) = declaration.type, !declaration.mayBeAbsent,
        let value = object(named: name, depth: depth)
      else { return .absent(Self.why) }
      return .value(value, nil)
    }
  }

  /// Types may refer to themselves; what nests deeper than any fact is left absent.
  private mutating func object(named name: String, depth: Int) -> Value? {
    if let value = empty[name] { return value }
    guard depth < 16, let type = schema.objects[name] else { return nil }
    var fields: [String: Field] = [:]
    for declaration in type.fields {
      fields[declaration.name] = field(nil, declaration, depth: depth + 1)
    }
    let value = Value.object(ObjectValue(typeName: name, fields: fields))
    empty[name] = value
    return value
  }

  private mutating func complete(_ value: Value, depth: Int) -> Value {
    guard depth < 2 * YAMLDocument.depthLimit else { return value }
    switch value {
    case .list(let elements): return .list(elements.map { complete($0, depth: depth + 1) })
    case .map(let map):
      var whole = MapValue()
      for var entry in map.entries {
        entry.value = complete(entry.value, depth: depth + 1)
        whole.insert(entry)
      }
      return .map(whole)
    case .object(let object):
      var fields: [String: Field] = [:]
      for declaration in schema.objects[object.typeName]?.fields ?? [] {
        fields[declaration.name] = field(
          object.fields[declaration.name], declaration, depth: depth + 1)
      }
      return .object(ObjectValue(typeName: object.typeName, fields: fields))
    default: return value
    }
  }
}
