import CEL
import Testing

@testable import Rules

/// Rules written in a few lines: what a test is not about is filled in.
enum RuleBuilder {
  private static let rest: KeyValuePairs<String, String> = [
    "title": "A title", "severity": "medium", "confidence": "high", "scope": "netns",
    "since": "0.1.0", "rationale": "Why.", "references": "[RFC 9293]", "when": "'true'",
    "message": "found", "remediation": "[ { note: Do something. } ]",
    "tests": """
    [ { name: one, facts: {}, expect: finding }, { name: two, facts: {}, expect: pass } ]
    """,
  ]

  /// The whole text of a rule file.
  static func text(_ id: String = "x", _ yaml: String) -> String {
    var text = "id: \(id)\n"
    for (key, value) in rest
    where !yaml.hasPrefix("\(key):") && !yaml.contains("\n\(key):") {
      text += "\(key): \(value)\n"
    }
    return text + yaml + "\n"
  }

  static func rule(
    _ yaml: String, id: String = "x", sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> Rule {
    let set = self.set([id: yaml])
    return try #require(
      set.rules.first, "\(set.diagnostics.map { $0.rendered() }.joined(separator: "\n"))",
      sourceLocation: sourceLocation)
  }

  static func set(_ rules: [String: String]) -> RuleSet {
    let files = rules.map { (path: "\($0).yaml", text: text($0, $1)) }
    return RuleSet.load([.embedded(files)], schema: TestSchema.schema)
  }

  /// Facts as tests in rule files write them.
  static func facts(_ yaml: String) throws -> Activation {
    let rule = try rule(
      """
      tests:
        - { name: one, expect: finding, facts: { \(yaml) } }
        - { name: two, expect: pass, facts: {} }
      """)
    var completion = FactCompletion(schema: TestSchema.schema)
    return completion.activation(stating: rule.tests[0].facts)
  }
}

extension RuleSource {
  /// Rules of the program that were not compiled.
  static func embedded(_ files: [(path: String, text: String)]) -> RuleSource {
    .builtIn(files.map { file in BuiltInRule(path: file.path, text: { Array(file.text.utf8) }) })
  }
}

extension Outcome {
  /// The outcome in one line.
  var summary: String {
    switch self {
    case .finding(let finding): "finding \(finding.subject): \(finding.message)"
    case .pass: "pass"
    case .notApplicable(let why): "not applicable: \(why)"
    case .undecided(let undecided):
      "\(undecided.kind.rawValue) \(undecided.subject): "
        + undecided.missing.map { missing in
          [missing.fact.isEmpty ? nil : missing.fact, missing.reason, missing.grant]
            .compactMap { $0 }.joined(separator: "|")
        }.joined(separator: ", ")
    }
  }

  var finding: Finding? { if case .finding(let finding) = self { finding } else { nil } }
}
