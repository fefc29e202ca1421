import CEL
import Testing

@testable import Rules

/// Files that are meant to hang, exhaust or crash the reader.
@Suite struct HostileRuleTests {
  private func problems(_ text: String) -> [String] {
    let file = RuleFile(path: "x.yaml", content: Array(text.utf8), schema: TestSchema.schema)
    return file.diagnostics.map(\.message)
  }

  /// A long text in few words: the tests' output names every argument in full.
  struct Long: Sendable, CustomStringConvertible {
    var before = ""
    let unit: String
    let count: Int
    var after = ""
    var text: String { before + String(repeating: unit, count: count) + after }
    var description: String { "\(before)\(count) × \(String(reflecting: unit))\(after)" }
  }

  @Test(arguments: [
    Long(unit: "[", count: 500_000), Long(unit: "{", count: 500_000),
    Long(unit: "- ", count: 250_000), Long(unit: "? ", count: 250_000),
    Long(unit: "a: [\n", count: 100_000), Long(unit: "'", count: 500_001),
    Long(unit: "&a ", count: 100_000), Long(unit: "!", count: 500_000),
    Long(unit: "\r", count: 100_000),
  ])
  func longTextIsRefused(_ long: Long) {
    #expect(!problems(long.text).isEmpty)
  }

  @Test(arguments: [
    "x: |\n ", "\"\\", "%YAML 9.9\n---\na: 1", "---\n---\n---\n", "a: *a", "&a a: *a", "\u{2028}",
  ])
  func strangeTextIsRefused(_ text: String) {
    #expect(!problems(text).isEmpty)
  }

  @Test(arguments: [
    Long(unit: "(", count: 100_000), Long(unit: "!", count: 100_000, after: "true"),
    Long(unit: "-", count: 100_000, after: "1"), Long(unit: "[", count: 100_000),
    Long(before: "1", unit: " + 1", count: 100_000, after: " > 0"),
    Long(before: "sockets", unit: ".tcp", count: 100_000),
    Long(before: "true", unit: " ? true : true", count: 50_000),
  ])
  func deepExpressionsAreRefusedOrEvaluated(_ long: Long) {
    let text = RuleBuilder.text("x", "when: |\n  \(long.text)")
    let file = RuleFile(path: "x.yaml", content: Array(text.utf8), schema: TestSchema.schema)
    if let rule = file.rule {
      #expect(rule.evaluate(in: Activation()).count == 1)
    } else {
      #expect(file.diagnostics.count >= 1)
    }
  }

  @Test func deepTemplatesAreRefused() {
    let text = RuleBuilder.text(
      "x", "message: '\(String(repeating: "{", count: 100_000))'")
    #expect(problems(text).count >= 1)
  }

  @Test func namesThatUseNamesStayCheap() throws {
    var definitions = "let:\n  n0: sockets.tcp\n"
    for number in 1..<100 {
      definitions += "  n\(number): n\(number - 1) - n\(number - 1)\n"
    }
    let rule = try RuleBuilder.rule(definitions + "when: n99 == 0")
    let outcomes = try rule.evaluate(in: RuleBuilder.facts("sockets.tcp: 1"))
    #expect(outcomes.first?.finding?.evidence.map(\.fact) == ["sockets.tcp"])
  }

  @Test func tooManyNamesAreRefused() {
    let definitions = (0...100).map { "  n\($0): sockets.tcp\n" }.joined()
    #expect(
      problems(RuleBuilder.text("x", "let:\n\(definitions)when: n1 > 0")).contains(
        "'let' has more than 100 names"))
  }

  @Test func longPathsOfFactsAreRefused() {
    let path = String(repeating: "sysctl.", count: 50_000)
    let text = RuleBuilder.text(
      "x", "tests:\n  - { name: a, facts: { \(path): 1 }, expect: finding }")
    #expect(!problems(text).isEmpty)
  }

  @Test func theFirstOfManyProblemsAreToldAndTheOthersCounted() {
    let keys = (0..<5_000).map { "key\($0): 1\n" }.joined()
    let told = problems(RuleBuilder.text("x", keys))
    #expect(told.count == 51)
    #expect(told.contains { $0.contains("4950 more") }, "\(told.last ?? "")")
  }

  @Test func boundsSize() {
    let text = String(repeating: " ", count: (1 << 20) + 1)
    #expect(problems(text) == ["file is larger than 1 MiB, which no rule needs"])
  }
}
