import CEL
import TestSupport
import Testing

@testable import Rules

/// Every way to get a rule file wrong, with what is said about it.
@Suite struct BrokenRuleTests {
  private static let directory = "\(Checkout.root)/Tests/Fixtures/rules"

  private static func files(_ name: String) -> [RuleSource.File] {
    RuleSource.directory("\(directory)/\(name)").files
  }

  private func load(_ file: RuleSource.File) -> RuleSet {
    var file = file
    file.path = file.name
    return RuleSet.load([RuleSource(name: "test", files: [file])], schema: TestSchema.schema)
  }

  @Test(arguments: files("broken").map(\.path))
  func says(_ path: String) {
    let file = RuleSource.files([path]).files[0]
    let diagnostics = load(file).diagnostics
    #expect(!diagnostics.isEmpty)
    Golden.expect(
      diagnostics.map { $0.rendered() + "\n" }.joined(),
      matches: "rules/broken/\(file.name.dropLast(5)).out")
  }

  @Test(arguments: files("good").map(\.path))
  func saysNothingOfGoodRules(_ path: String) {
    let set = load(RuleSource.files([path]).files[0])
    #expect(set.diagnostics.map { $0.rendered() } == [])
    #expect(
      set.rules.flatMap { $0.runTests(schema: TestSchema.schema) }.flatMap(\.differences) == [])
  }
}
