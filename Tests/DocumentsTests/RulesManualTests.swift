import CEL
import TestSupport
import Testing

@testable import HostFacts
@testable import Rules

/// sockwise-rules(5): what it shows is what happens.
@Suite struct RulesManualTests {
  /// A whole rule of the page, with its file's name: the first, or that of the name.
  private func base(
    _ page: ManualPage, _ name: String? = nil
  ) throws -> (path: String, text: String) {
    let rule = try #require(
      page.examples.first { $0.kind.first == "rule" && (name == nil || $0.kind.last == name) })
    return (try #require(rule.kind.last), rule.text)
  }

  @Test func isWhatTheCodeSays() throws {
    var page = try ManualPage("sockwise-rules.5")
    page.fill("keys", with: RulesManual.keys())
    page.fill("functions", with: RulesManual.functions())
    for example in page.examples where example.kind.first == "broken" {
      let name = example.kind.dropFirst().first ?? ""
      let base = try base(page, example.kind.dropFirst(2).first)
      let file = RulesManual.load(RulesManual.rule(base.text, with: example.text), as: base.path)
      #expect(!file.diagnostics.isEmpty, "nothing is said of the broken example '\(name)'")
      let text = file.diagnostics.map { $0.rendered() + "\n" }.joined()
      page.fill("says \(name)", with: ManualPage.display(text))
    }
    page.expectUnchanged()
  }

  @Test func wholeRulesPassTheirTests() throws {
    let rules = try ManualPage("sockwise-rules.5").examples.filter { $0.kind.first == "rule" }
    #expect(rules.count > 1)
    for example in rules {
      let file = RulesManual.load(example.text, as: example.kind.last ?? "")
      #expect(file.diagnostics.map { $0.rendered() } == [])
      let results = try #require(file.rule).runTests(schema: Host.schema)
      #expect(results.flatMap(\.differences) == [])
    }
  }

  @Test func fragmentsFitIntoTheirRule() throws {
    let page = try ManualPage("sockwise-rules.5")
    for example in page.examples where example.kind.first == "fragment" {
      let base = try base(page, example.kind.dropFirst().first)
      let file = RulesManual.load(RulesManual.rule(base.text, with: example.text), as: base.path)
      #expect(file.diagnostics.map { $0.rendered() } == [], "\(example.text)")
      // Tests that the fragment brings are its own; the first rule's may not fit it.
      guard example.text.contains("tests:"), let rule = file.rule else { continue }
      #expect(rule.runTests(schema: Host.schema).flatMap(\.differences) == [], "\(example.text)")
    }
  }

  /// The table of what gives way to what.
  @Test func unknownsAndErrorsGiveWayAsShown() throws {
    let rows = try ManualPage("sockwise-rules.5").lines.filter { $0.hasPrefix(".It Ql ") }
      .map { $0.dropFirst(".It Ql ".count).split(separator: " Ta is ") }.filter { $0.count == 2 }
    #expect(rows.count > 3)
    let schema = Schema(variables: ["unknown": .init(type: .bool, documentation: "")])
    let activation = Activation(["unknown": .unavailable(Missing(reason: "refused"))])
    for row in rows {
      let text = String(row[0].replacing("error", with: "1 / 0 == 1"))
      let value = try Expression.compile(text, schema: schema).evaluate(in: activation).value
      let result: String? =
        switch value {
        case .bool(let bool): "\(bool)"
        case .unknown: "unknown"
        default: nil
        }
      #expect(result == String(row[1]), "\(row[0])")
    }
  }

  @Test func announcesOnlyWhatIsChecked() throws {
    let kinds: Set = ["rule", "fragment", "broken", "commands"]
    for name in ManualPage.names {
      for example in try ManualPage(name).examples {
        #expect(kinds.contains(example.kind.first ?? ""), "\(name): \(example.kind)")
      }
    }
  }
}
