import CEL

/// How the tests of rule files write facts: a tree whose keys may be paths.
struct FactsSchema {
  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  /// `facts` and one definition for each structure.
  var definitions: [(key: String, value: JSONTree)] {
    let variables = schema.variables.sorted { $0.key < $1.key }.map { name, variable in
      Schema.FieldDeclaration(
        name: name, type: variable.type, documentation: variable.documentation)
    }
    let facts: JSONTree = [
      "description":
        "What is not stated is absent. A key may be a path: sysctl.net.ipv4.tcp_fin_timeout.",
      "type": ["object", "null"],
    ]
    return [
      (
        "absent",
        [
          "description": "There is none, and why.", "type": "object", "required": ["absent"],
          "additionalProperties": false, "properties": ["absent": RuleFileSchema.text],
        ]
      ),
      (
        "unavailable",
        [
          "description": "It could not be read, why, and what to grant.", "type": "object",
          "required": ["unavailable"], "additionalProperties": false,
          "properties": ["unavailable": RuleFileSchema.text, "grant": RuleFileSchema.text],
        ]
      ),
      ("facts", structure(facts, "facts", variables)),
    ]
      + scalars
      + schema.objects.sorted { $0.key < $1.key }.map { name, object in
        let about: JSONTree = ["description": .string(object.documentation), "type": "object"]
        return (key: Self.key(name), value: structure(about, Self.key(name), object.fields))
      }
  }

  /// Names of structures, apart from other definitions.
  private static func key(_ name: String) -> String { "facts.\(name)" }

  /// Fields by name, and those of inner structures by path.
  private func structure(
    _ about: JSONTree, _ key: String, _ fields: [Schema.FieldDeclaration]
  ) -> JSONTree {
    let own = fields.map { (key: $0.name, value: value(of: $0)) }
    let paths = fields.flatMap { field in
      self.paths(in: field.type, depth: 0).map { path, target in
        (key: "\(field.name).\(path)", value: target)
      }
    }
    return about.with(["additionalProperties": false, "properties": .object(own + paths)])
  }

  /// Paths below a field that is a structure, with the definition of their last field.
  private func paths(in type: Type, depth: Int) -> [(String, JSONTree)] {
    guard depth < 8, case .object(let name) = type, let object = schema.objects[name] else {
      return []
    }
    return object.fields.flatMap { field in
      [(field.name, RuleFileSchema.reference("\(Self.key(name))/properties/\(field.name)"))]
        + paths(in: field.type, depth: depth + 1).map { ("\(field.name).\($0)", $1) }
    }
  }

  private func value(of field: Schema.FieldDeclaration) -> JSONTree {
    let about: JSONTree = ["description": .string(field.documentation)]
    if let name = Self.scalars.first(where: { $0.type == field.type })?.name {
      return about.with([
        "$ref": .string("#/$defs/\(name)\(field.mayBeAbsent ? ".optional" : "")")
      ])
    }
    return about.with(Self.readings(forms(of: field.type), isOptional: field.mayBeAbsent))
  }

  /// Types that many fields have, under names of their own.
  private static let scalars: [(name: String, type: Type)] = [
    ("bool", .bool), ("int", .int), ("double", .double), ("string", .string),
  ]

  private var scalars: [(key: String, value: JSONTree)] {
    Self.scalars.flatMap { name, type in
      [false, true].map { isOptional in
        (
          key: isOptional ? "\(name).optional" : name,
          value: JSONTree.object([]).with(Self.readings(forms(of: type), isOptional: isOptional))
        )
      }
    }
  }

  /// A value, or why there is none.
  private static func readings(
    _ forms: [JSONTree], isOptional: Bool
  ) -> KeyValuePairs<String, JSONTree> {
    let missing = ["unavailable"] + (isOptional ? ["absent"] : [])
    return ["anyOf": .array(forms + missing.map(RuleFileSchema.reference))]
  }

  /// The ways to write a value.
  private func forms(of type: Type) -> [JSONTree] {
    switch type {
    case .bool: [["type": "boolean"]]
    case .int, .uint: [["type": "integer"]]
    case .double: [["type": "number"]]
    case .duration: [["type": "string", "pattern": "^-?([0-9]+(\\.[0-9]+)?(h|ms|m|s|us|ns))+$"]]
    case .intSet:
      [
        ["type": ["string", "integer"]],
        ["type": "array", "items": ["type": ["string", "integer"]]],
      ]
    case .list(let element):
      [
        [
          "type": "array",
          "items": [
            "anyOf": .array(forms(of: element) + [RuleFileSchema.reference("unavailable")])
          ],
        ]
      ]
    case .map(_, let element):
      [["type": "object", "additionalProperties": ["anyOf": .array(forms(of: element))]]]
    case .object(let name):
      [RuleFileSchema.reference(Self.key(name))]
        + (isRange(name) ? [["type": "string", "pattern": "^[0-9]+[ \\t]+[0-9]+$"]] : [])
    default: [["type": "string"]]
    }
  }

  /// Ranges of ports may be written as the kernel writes them.
  private func isRange(_ name: String) -> Bool {
    Set(schema.objects[name]?.fields.map(\.name) ?? []) == ["first", "last", "size"]
  }
}
