import CEL
import Testing

@testable import Rules

/// The program's own rules are read in parts, and must be the same rules.
struct RulePartsTests {
  private static func sections(_ text: String) throws -> RuleSections {
    try #require(RuleSections(Array(text.utf8)))
  }

  private static func text(_ sections: RuleSections, _ use: RuleKey.Use) -> String {
    String(decoding: sections.text(of: use), as: UTF8.self)
  }

  @Test func `sections end where the next key begins`() throws {
    let sections = try Self.sections(
      """
      # A comment before anything else.
      id: x
      rationale: |
        when: in a text is no key

        more of it
      # A comment between keys.
      when: |
        true

      message: "delta: found"
      """)
    #expect(Self.text(sections, .judging) == "id: x\nwhen: |\n  true\n\n")
    #expect(Self.text(sections, .telling) == "message: \"delta: found\"")
    #expect(sections.mention("delta", in: .telling))
    #expect(!sections.mention("delta", in: .judging))
    #expect(sections.mention("more", in: .reading))
  }

  @Test(arguments: [
    "no key", "unknown: key", "id: x\nid: y", "tags: [\n  a,\n]", "\"id\": x", "- id: x", "\tid: x",
    "id: x\r\n\r\n",
  ])
  func `what is written otherwise is read whole`(_ text: String) {
    #expect(RuleSections(Array(text.utf8)) == nil)
  }

  @Test func `nothing and comments have no sections`() throws {
    #expect(try Self.sections("").text(of: .judging).isEmpty)
    #expect(try Self.sections("# one\n\n  # two").text(of: .judging).isEmpty)
  }

  @Test func `a part judges like the whole and has the rest when asked`() throws {
    let bytes = Array(
      RuleBuilder.text(
        "x",
        """
        tags: [a, b]
        params: { limit: 3 }
        applies: has(sysctl.net.ipv4.tcp_tw_reuse)
        let: { reuse: sysctl.net.ipv4.tcp_tw_reuse }
        when: reuse > params.limit
        message: "{{ reuse }} is too much"
        """
      ).utf8)
    let whole = try #require(
      RuleFile(path: "x.yaml", content: bytes, schema: TestSchema.schema).rule)
    let part = try #require(
      RuleFile(partOf: "x.yaml", content: bytes, schema: TestSchema.schema)?.rule)
    #expect(part.id == whole.id && part.tags == ["a", "b"] && part.scope == whole.scope)
    #expect(part.condition.text == whole.condition.text)
    #expect(part.neededByCondition == [0])
    #expect(part.message.text == "{{ reuse }} is too much")
    #expect(part.rationale == whole.rationale && part.tests.count == 2)
    #expect(part.facts.paths == whole.facts.paths)
    let facts = try RuleBuilder.facts("sysctl.net.ipv4.tcp_tw_reuse: 4")
    #expect(part.evaluate(in: facts).map(\.summary) == whole.evaluate(in: facts).map(\.summary))
  }

  @Test(arguments: [
    "when: '1'", "applies: nothing", "scope: moon", "message: \"{{ delta.seconds }}\"",
    "message: \"{{ sysctl_raw[\\\"a.b\\\"] }}\"",
  ])
  func `what is wrong or asked of all rules is read whole`(_ yaml: String) {
    let bytes = Array(RuleBuilder.text("x", yaml).utf8)
    #expect(RuleFile(partOf: "x.yaml", content: bytes, schema: TestSchema.schema) == nil)
  }

  @Test func `problems between rules are told with their places`() {
    let files = [
      (path: "x.yaml", text: RuleBuilder.text("x", "supersedes: [y]")),
      (path: "y.yaml", text: RuleBuilder.text("y", "supersedes: [x]")),
    ]
    func problems(_ inParts: Bool) -> [String] {
      RuleSet.load([.embedded(files)], schema: TestSchema.schema, inParts: inParts).diagnostics
        .map { $0.rendered() }
    }
    #expect(problems(true) == problems(false))
    #expect(!problems(true).isEmpty)
  }

  @Test func `a deferred value is made once`() {
    let deferred = Deferred { UInt64.random(in: 0 ... .max) }
    #expect(deferred.value == deferred.value)
    #expect(Deferred(made: 3).value == 3)
  }
}
