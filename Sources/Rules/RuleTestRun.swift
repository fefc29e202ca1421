public import CEL

extension Rule {
  /// Runs the tests that the rule file holds.
  ///
  /// - Parameter schema: the one that the rule was read with.
  public func runTests(schema: Schema) -> [RuleTestResult] {
    var completion = FactCompletion(schema: schema)
    return tests.map { test in
      let outcomes = evaluate(in: completion.activation(stating: test.facts))
      return RuleTestResult(
        rule: id, test: test.name, path: path, line: test.line,
        differences: test.differences(from: outcomes))
    }
  }
}

extension Rule {
  /// The first finding that the rule's own tests make: what it looks like when it speaks.
  ///
  /// - Parameter schema: the one that the rule was read with.
  /// - Parameter language: see `evaluate`.
  public func example(schema: Schema, language: String? = nil) -> Finding? {
    var completion = FactCompletion(schema: schema)
    for test in tests where test.expectation.verdicts.contains(.finding) {
      let facts = completion.activation(stating: test.facts)
      for outcome in evaluate(in: facts, language: language) {
        if case .finding(let finding) = outcome { return finding }
      }
    }
    return nil
  }
}

extension RuleTest {
  /// What is not as expected, a clause each.
  func differences(from outcomes: [Outcome]) -> [String] {
    var differences: [String] = []
    let verdicts = outcomes.map(Verdict.init)
    if let difference = difference(from: verdicts) {
      differences.append(difference + Self.reasons(outcomes))
    }
    let findings = outcomes.compactMap { outcome in
      if case .finding(let finding) = outcome { finding } else { nil }
    }
    differences += Self.compare("message", messages, findings.map(\.message))
    differences += Self.compare("subject", subjects, findings.map(\.subject))
    differences += Self.compare(
      "severity", severities.map { Self.levels($0.map(\.rawValue), count: findings.count) },
      findings.map(\.severity.rawValue))
    differences += Self.compare(
      "confidence", confidences.map { Self.levels($0.map(\.rawValue), count: findings.count) },
      findings.map(\.confidence.rawValue))
    return differences
  }

  private func difference(from verdicts: [Verdict]) -> String? {
    switch expectation {
    case .strongest(let expected):
      let order: [Verdict] = [.finding, .error, .unknown, .pass, .notApplicable]
      let strongest = order.first(where: verdicts.contains) ?? .notApplicable
      return strongest == expected
        ? nil : "expected '\(expected.rawValue)', got '\(strongest.rawValue)'"
    case .inOrder(let expected):
      return verdicts == expected
        ? nil : "expected \(Self.list(expected)), got \(Self.list(verdicts))"
    case .counts(let expected):
      let counts = verdicts.reduce(into: [Verdict: Int]()) { $0[$1, default: 0] += 1 }
      return counts == expected.filter { $0.value > 0 }
        ? nil : "expected \(Self.list(expected)), got \(Self.list(counts))"
    }
  }

  private static func list(_ verdicts: [Verdict]) -> String {
    let shown = verdicts.prefix(20).map(\.rawValue).joined(separator: ", ")
    return "[\(shown)\(verdicts.count > 20 ? ", …" : "")]"
  }

  private static func list(_ counts: [Verdict: Int]) -> String {
    let shown = Verdict.allCases.compactMap { verdict in
      counts[verdict].map { "\(verdict.rawValue): \($0)" }
    }
    return "{ \(shown.joined(separator: ", ")) }"
  }

  /// Why outcomes are undecided or not applicable: the first few reasons.
  private static func reasons(_ outcomes: [Outcome]) -> String {
    var reasons: [String] = []
    for outcome in outcomes {
      switch outcome {
      case .finding, .pass: continue
      case .notApplicable(let why): reasons.append(why)
      case .undecided(let undecided):
        for missing in undecided.missing {
          reasons.append(
            missing.fact.isEmpty ? missing.reason : "\(missing.fact): \(missing.reason)")
        }
      }
    }
    var seen: Set<String> = []
    let shown = reasons.filter { seen.insert($0).inserted }.prefix(3)
    return shown.isEmpty ? "" : " (\(shown.joined(separator: "; ")))"
  }

  private static func levels(_ levels: [String], count: Int) -> [String] {
    guard levels.count == 1, let level = levels.first else { return levels }
    return Array(repeating: level, count: count)
  }

  private static func compare(_ what: String, _ expected: [String]?, _ got: [String]) -> [String] {
    guard let expected else { return [] }
    var differences = zip(expected, got).filter(!=).map { expected, got in
      "\(what): expected '\(expected)', got '\(got)'"
    }
    for expected in expected.dropFirst(got.count) {
      differences.append("\(what): expected '\(expected)', got no further finding")
    }
    for got in got.dropFirst(expected.count) {
      differences.append("\(what): got '\(got)' besides")
    }
    return differences
  }
}
