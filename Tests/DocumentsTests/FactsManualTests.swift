import CEL
import Rules
import TestSupport
import Testing

@testable import HostFacts
@testable import sockwise

/// sockwise-facts(7) says what the schema says.
@Suite struct FactsManualTests {
  @Test func isWhatTheSchemaSays() throws {
    let manual = FactsManual(Host.schema)
    var page = try ManualPage("sockwise-facts.7")
    page.fill("variables", with: manual.variables())
    page.fill("structures", with: manual.structures())
    page.expectUnchanged()
  }

  /// The paths of elements are relative to their list: `sockets.listeners[].port`. The fields of
  /// `delta.netstat` are those of `netstat`.
  @Test func namesWhatShippedRulesRead() throws {
    let page = try ManualPage("sockwise-facts.7")
    let sources = RuleSource.builtIn
    let rules = RuleSet.load([sources], schema: Host.schema).rules
    #expect(!rules.isEmpty)
    for path in Set(rules.flatMap(\.facts.paths)) {
      for part in path.split(separator: "[]") {
        let name = part.drop { $0 == "." }
        let item = ".It Va \(name.hasPrefix("delta.netstat.") ? name.dropFirst(6) : name) "
        let isNamed = page.lines.contains { $0.hasPrefix(item) || $0 == ".Ss \(name)" }
        #expect(isNamed, "\(path)")
      }
    }
  }
}
