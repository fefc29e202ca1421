internal import CEL
internal import YAML

extension RuleReader {
  static let testKeys = [
    "name", "facts", "expect", "messages", "subjects", "severity", "confidence",
  ]

  /// Reads `tests`. Where a level depends on conditions, tests that expect findings must state it.
  mutating func tests(
    _ node: YAMLNode, isGraded: (severity: Bool, confidence: Bool)
  ) -> [RuleTest] {
    guard let items = sequence(node, "'tests'", of: "tests") else { return [] }
    let before = problems.count
    var tests: [RuleTest] = []
    for item in items {
      guard let fields = fields(item, "a test", keys: Self.testKeys),
        let test = test(item, fields)
      else { continue }
      let expected = test.expectation.verdicts
      for (key, isGraded) in [("severity", isGraded.severity), ("confidence", isGraded.confidence)]
      where isGraded && expected.contains(.finding) && fields[key] == nil {
        error(
          item.range, "test expects a finding and does not state its \(key)",
          hint: "the rule's \(key) depends on conditions: show which holds")
      }
      if tests.contains(where: { $0.name == test.name }) {
        error(item.range, "a test named '\(test.name)' is there already")
      }
      tests.append(test)
    }
    // A test that could not be read may be the one that is missing.
    guard before == problems.count else { return tests }
    let shown = tests.reduce(into: Set<RuleTest.Verdict>()) {
      $0.formUnion($1.expectation.verdicts)
    }
    for verdict in [RuleTest.Verdict.finding, .pass] where !shown.contains(verdict) {
      error(node.range, "no test expects '\(verdict.rawValue)'", hint: RuleKey.tests.documentation)
    }
    return tests
  }

  private mutating func test(_ node: YAMLNode, _ fields: [String: YAMLEntry]) -> RuleTest? {
    for key in ["name", "facts", "expect"] where fields[key] == nil {
      error(node.range, "test without '\(key)'")
    }
    let name = fields["name"].flatMap { line($0.value, "name of the test") }
    let facts = fields["facts"].flatMap { self.facts($0.value) }
    let expectation = fields["expect"].flatMap { self.expectation($0.value) }
    let messages = fields["messages"].flatMap { texts($0.value, "'messages'") }
    let subjects = fields["subjects"].flatMap { texts($0.value, "'subjects'") }
    let severities: [Severity]? = fields["severity"].flatMap { levels($0.value, "'severity'") }
    let confidences: [Confidence]? = fields["confidence"].flatMap {
      levels($0.value, "'confidence'")
    }
    guard let name, let facts, let expectation else { return nil }
    return RuleTest(
      name: name, line: source.position(of: node.range.lowerBound).line, facts: facts,
      expectation: expectation, messages: messages, subjects: subjects, severities: severities,
      confidences: confidences)
  }

  private mutating func expectation(_ node: YAMLNode) -> RuleTest.Expectation? {
    switch node.content {
    case .scalar: return choice(node, "'expect'").map(RuleTest.Expectation.strongest)
    case .sequence(let nodes):
      let verdicts = nodes.compactMap { choice($0, "'expect'", RuleTest.Verdict.self) }
      if nodes.isEmpty { error(node.range, "'expect' is an empty list") }
      return verdicts.isEmpty ? nil : .inOrder(verdicts)
    case .mapping:
      let keys = RuleTest.Verdict.allCases.map(\.rawValue)
      var counts: [RuleTest.Verdict: Int] = [:]
      for (key, entry) in fields(node, "'expect'", keys: keys) ?? [:] {
        guard case .scalar(let scalar) = entry.value.content, case .int(let count) = scalar.form,
          (0...1_000_000).contains(count), let verdict = RuleTest.Verdict(rawValue: key)
        else {
          error(entry.value.range, "number of outcomes '\(key)' must be a small integer")
          continue
        }
        counts[verdict] = Int(count)
      }
      return .counts(counts)
    case .refused: return nil
    }
  }

  private mutating func texts(_ node: YAMLNode, _ what: String) -> [String]? {
    sequence(node, what, of: "text")?.compactMap { text($0, "an entry of \(what)") }
      .map(Template.Outline.line)
  }

  private mutating func levels<Level: RawRepresentable & CaseIterable>(
    _ node: YAMLNode, _ what: String
  ) -> [Level]? where Level.RawValue == String {
    guard case .sequence(let nodes) = node.content else { return choice(node, what).map { [$0] } }
    return nodes.compactMap { choice($0, what) }
  }
}
