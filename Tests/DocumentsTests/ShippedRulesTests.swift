import CEL
import HostFacts
import RuleData
import Testing

@testable import Rules

/// An audit reads the shipped rules in parts.
struct ShippedRulesTests {
  private static let source = RuleSource.embedded(RuleData.files.map { ($0.path, $0.text) })
  private static let whole = RuleSet.load([source], schema: Host.schema)
  private static let inParts = RuleSet.load([source], schema: Host.schema, inParts: true)

  @Test func `none has a problem`() {
    #expect(Self.whole.diagnostics.map { $0.rendered() } == [])
    #expect(Self.whole.rules.count == RuleData.files.count)
  }

  @Test func `parts are those of the whole`() {
    #expect(Self.inParts.rules.map(\.id) == Self.whole.rules.map(\.id))
    #expect(Self.inParts.rawSysctls == Self.whole.rawSysctls)
    for (part, whole) in zip(Self.inParts.rules, Self.whole.rules) {
      #expect(part.title == whole.title && part.tags == whole.tags, "\(part.id)")
      #expect(part.scope == whole.scope && part.needsLive == whole.needsLive, "\(part.id)")
      #expect(part.isOptIn == whole.isOptIn && part.isNote == whole.isNote, "\(part.id)")
      #expect(part.supersedes == whole.supersedes, "\(part.id)")
      #expect(part.readsDelta == whole.readsDelta, "\(part.id)")
      #expect(part.readsFindings == whole.readsFindings, "\(part.id)")
      #expect(part.expressions.map(\.text) == whole.expressions.map(\.text), "\(part.id)")
      #expect(part.facts.paths == whole.facts.paths, "\(part.id)")
      #expect(part.tests.count == whole.tests.count, "\(part.id)")
    }
  }
}
