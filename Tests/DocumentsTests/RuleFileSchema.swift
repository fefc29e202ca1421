import CEL

@testable import HostFacts
@testable import Rules

/// The editors' schema of rule files, `rules/rule.schema.json` (JSON Schema, draft 2020-12).
///
/// It knows keys, enumerations, sysctls and facts. Expressions are text to it: what they say,
/// `sockwise rules check` judges.
struct RuleFileSchema {
  private let facts: FactsSchema

  init(_ schema: Schema) { facts = FactsSchema(schema) }

  func document() -> JSONTree {
    let keys = RuleKey.allCases.map { key in
      (
        key: key.rawValue,
        value: JSONTree.object(
          [(key: "description", value: .string(key.documentation))]
            + fields(of: value(of: key)))
      )
    }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "urn:sockwise:schema:rule:1", "title": "A rule of Sockwise",
      "description":
        "One rule a file, named after its id. Written by 'make docs'; sockwise-rules(5) explains.",
      "type": "object",
      "required": JSONTree(RuleKey.allCases.filter(\.isRequired).map(\.rawValue)),
      // Notes need no remedy.
      "anyOf": [["required": ["remediation"]], ["required": ["note"]]],
      "additionalProperties": false, "properties": .object(keys),
      "$defs": .object(definitions + facts.definitions),
    ]
  }

  private func fields(of tree: JSONTree) -> [(key: String, value: JSONTree)] {
    if case .object(let fields) = tree { fields } else { [] }
  }

  // MARK: Keys

  private static let kebab = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"

  private static func names(_ names: [String]) -> JSONTree { ["enum": JSONTree(names)] }

  static func reference(_ name: String) -> JSONTree { ["$ref": .string("#/$defs/\(name)")] }

  static let text: JSONTree = ["type": "string", "minLength": 1]

  private static let kebabName: JSONTree = ["type": "string", "pattern": .string(kebab)]

  private func value(of key: RuleKey) -> JSONTree {
    switch key {
    case .id, .proof: Self.kebabName
    case .title, .rationale, .message: Self.text
    case .severity: Self.reference("severity")
    case .confidence: Self.reference("confidence")
    case .tags, .supersedes: ["type": "array", "items": Self.kebabName]
    case .scope: Self.names(Rule.Scope.allCases.map(\.rawValue))
    case .needs: Self.names(RuleReader.Need.allCases.map(\.rawValue))
    case .optIn, .note: ["type": "boolean"]
    case .since: ["type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$"]
    case .references: ["type": "array", "minItems": 1, "items": Self.text]
    case .translations:
      [
        "type": "object",
        "additionalProperties": [
          "type": "object", "additionalProperties": false,
          "properties": [
            "title": Self.text, "rationale": Self.text,
            "remediation": ["type": "array", "items": Self.reference("remedyText")],
          ],
        ],
      ]
    case .applies, .condition, .locate: Self.reference("expression")
    case .forEach:
      [
        "type": "object", "minProperties": 1, "maxProperties": 1,
        "additionalProperties": Self.reference("expression"),
      ]
    case .identity: ["type": "array", "minItems": 1, "items": Self.reference("expression")]
    case .params: ["type": "object", "additionalProperties": Self.reference("constant")]
    case .definitions: ["type": "object", "additionalProperties": Self.reference("expression")]
    case .remediation: ["type": "array", "items": Self.reference("remedy")]
    case .tests: ["type": "array", "minItems": 1, "items": Self.reference("test")]
    }
  }

  // MARK: Definitions

  private var definitions: [(key: String, value: JSONTree)] {
    [
      (
        "expression",
        [
          "description": "An expression of the rule language. Quote what YAML would change.",
          "type": ["string", "boolean", "number"],
        ]
      ),
      (
        "constant",
        [
          "description": "A number, text, a boolean, a duration such as 5s, or a list of one type.",
          "anyOf": [
            ["type": ["string", "boolean", "number"]],
            [
              "type": "array", "minItems": 1,
              "items": ["type": ["string", "boolean", "number"]],
            ],
          ],
        ]
      ),
      ("severity", Self.graded(Severity.allCases.map(\.rawValue))),
      ("confidence", Self.graded(Confidence.allCases.map(\.rawValue))),
      ("remedy", remedy),
      (
        "remedyText",
        [
          "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
          "properties": ["code": Self.text, "note": Self.text],
        ]
      ),
      ("test", test),
    ]
  }

  private static func graded(_ levels: [String]) -> JSONTree {
    [
      "anyOf": [
        names(levels),
        [
          "type": "array", "minItems": 1,
          "items": [
            "type": "object", "required": ["is"], "additionalProperties": false,
            "properties": ["when": reference("expression"), "is": names(levels)],
          ],
        ],
      ]
    ]
  }

  private var remedy: JSONTree {
    let value: JSONTree = ["type": ["string", "number"]]
    let sysctls = SysctlCatalog.entries.map { entry in
      (
        key: entry.key,
        value: value.with(["description": .string(entry.documentation)])
      )
    }
    return [
      "type": "object", "additionalProperties": false,
      "properties": [
        "when": Self.reference("expression"), "code": Self.text, "note": Self.text,
        "sysctl": [
          "type": "object", "minProperties": 1, "additionalProperties": false,
          "properties": .object(sysctls),
        ],
        "unit": [
          "description": "The unit's name, then sections with their settings.", "type": "object",
          "required": ["name"], "minProperties": 2, "properties": ["name": Self.text],
          "additionalProperties": [
            "type": "object",
            "additionalProperties": ["type": ["string", "number", "boolean"]],
          ],
        ],
      ],
      "oneOf": .array(RuleReader.actions.map { ["required": [.string($0)]] }),
    ]
  }

  private var test: JSONTree {
    let verdicts = RuleTest.Verdict.allCases.map(\.rawValue)
    let texts: JSONTree = ["type": "array", "items": ["type": "string"]]
    func levels(_ names: [String]) -> JSONTree {
      ["anyOf": [Self.names(names), ["type": "array", "items": Self.names(names)]]]
    }
    return [
      "type": "object", "required": ["name", "facts", "expect"], "additionalProperties": false,
      "properties": [
        "name": Self.text,
        "facts": Self.reference("facts"),
        "expect": [
          "description":
            "The strongest outcome; a list: of each element in order; a mapping: how many of each.",
          "anyOf": [
            Self.names(verdicts),
            ["type": "array", "minItems": 1, "items": Self.names(verdicts)],
            [
              "type": "object", "additionalProperties": false,
              "properties": .object(
                verdicts.map { (key: $0, value: ["type": "integer", "minimum": 0]) }),
            ],
          ],
        ],
        "messages": texts,
        "subjects": texts,
        "severity": levels(Severity.allCases.map(\.rawValue)),
        "confidence": levels(Confidence.allCases.map(\.rawValue)),
      ],
    ]
  }
}
