import CEL
import Testing

@testable import Rules

/// The program's own rules are read as the build compiled them, and must be the same rules.
struct CompiledRuleTests {
  /// A rule with everything that a rule can have.
  private static let yaml = """
    tags: [a, b]
    needs: live
    params: { limit: 3, names: [first, second], wait: 5s }
    severity: [ { when: sysctl.net.ipv4.tcp_tw_reuse > 8, is: high }, { is: low } ]
    applies: has(sysctl.net.ipv4.tcp_tw_reuse)
    for_each: { listener: "sockets.listeners.filter(l, l.port > 0)" }
    identity: [listener.port]
    let:
      reuse: sysctl.net.ipv4.tcp_tw_reuse
      unused: '"{" + string(params.wait) + "}" == params.names[0] ? {1: [reuse]}[1][0] : -reuse'
    when: reuse > params.limit && listener.port != unused && [1, 2].exists(n, n < reuse)
    message: "{{ reuse }} is too much for {{ listener.port }}"
    locate: sysctl.net.ipv4.tcp_tw_reuse
    supersedes: [other]
    translations:
      zh: { title: 标题, remediation: [ { code: "函数({{ reuse }})" }, { note: 做点什么。 } ] }
    remediation:
      - { when: reuse == 4, sysctl: { net.ipv4.tcp_tw_reuse: "{{ params.limit }}" } }
      - unit: { name: a.service, Service: { RestartSec: "{{ reuse }}" } }
      - { code: "f({{ reuse }})" }
      - { note: "Do \\"something\\"." }
    tests:
      - { name: one, facts: {}, expect: finding, severity: low }
      - { name: two, facts: {}, expect: pass }
    """

  private static func file(_ yaml: String) -> RuleFile {
    RuleFile(
      path: "x.yaml", content: Array(RuleBuilder.text("x", yaml).utf8), schema: TestSchema.schema)
  }

  private static func compiled(_ bytes: [UInt8]) -> Rule? {
    let text = Array(RuleBuilder.text("x", yaml).utf8)
    let rule = BuiltInRule(path: "x.yaml", text: { text }, compiled: CompactReader(bytes))
    return RuleFile(rule, schema: TestSchema.schema)?.rule
  }

  @Test func `what was compiled is the whole rule`() throws {
    let whole = try #require(Self.file(Self.yaml).rule, "\(Self.file(Self.yaml).diagnostics)")
    let text = try whole.compiled()
    let rule = try #require(Self.compiled(Array(text.utf8)))
    // Nothing is lost: written again it is the same.
    #expect(try rule.compiled() == text)
    #expect(rule.id == "x" && rule.tags == ["a", "b"] && rule.needsLive && !rule.isNote)
    #expect(rule.expressions.map(\.text) == whole.expressions.map(\.text))
    #expect(rule.neededByFirst == [0] && rule.neededByCondition == [0, 1])
    #expect(rule.tests.count == 2)
    for reuse in [4, 9] {
      let facts = try RuleBuilder.facts(
        """
        sysctl.net.ipv4.tcp_tw_reuse: \(reuse), sockets.listeners:
        [ { address: 0.0.0.0, port: 80 }, { address: 0.0.0.0, port: 81 } ]
        """)
      let outcomes = rule.evaluate(in: facts)
      #expect(outcomes.count == 2)
      #expect("\(outcomes)" == "\(whole.evaluate(in: facts))")
    }
  }

  @Test func `half a compiled rule is none`() throws {
    let rule = try #require(Self.file(Self.yaml).rule)
    var rest = CompactWriter()
    try rest.write(rule.rest.value)
    let bytes = Array(try rule.compiled().utf8)
    // All that judges is found at once, if not read; the rest when it is asked for.
    for end in 0..<bytes.count - rest.text.utf8.count {
      #expect(Self.compiled(Array(bytes[..<end])) == nil, "\(end)")
    }
    let half = try #require(Self.compiled(Array(bytes.dropLast(rest.text.utf8.count - 3))))
    #expect(half.message.text.isEmpty && half.condition.text == rule.condition.text)
    // Translations are read by themselves.
    let most = try #require(Self.compiled(Array(bytes.dropLast(3))))
    #expect(most.message.text == rule.message.text && most.translations.isEmpty)
    #expect(Self.compiled(Array("when".utf8)) == nil)
  }

  @Test func `a condition that cannot be read judges nothing`() throws {
    let rule = try #require(Self.file(Self.yaml).rule)
    var condition = CompactWriter()
    try condition.write(rule.condition)
    // The first operand follows, and begins with the same text: the condition's own plan is broken.
    let text = try rule.compiled().replacing(
      condition.text, with: String(condition.text.dropLast()) + "~", maxReplacements: 1)
    let broken = try #require(Self.compiled(Array(text.utf8)))
    let facts = try RuleBuilder.facts(
      "sysctl.net.ipv4.tcp_tw_reuse: 9, sockets.listeners: [ { address: 0.0.0.0, port: 80 } ]")
    let outcomes = "\(broken.evaluate(in: facts))"
    #expect(outcomes.contains("undecided") && outcomes.contains(Rule.unreadableMessage))
  }

  @Test func `a rule that was not compiled is read from its text`() throws {
    let text = Array(RuleBuilder.text("x", Self.yaml).utf8)
    let source = RuleSource.builtIn([.init(path: "x.yaml", text: { text })])
    let set = RuleSet.load(
      [source], schema: TestSchema.schema, alsoKnown: ["other"], compiled: true)
    #expect(set.rules.map(\.id) == ["x"])
    #expect(set.diagnostics.isEmpty)
  }

  @Test func `problems between rules are told with their places`() throws {
    let rules = try [("one", "two"), ("two", "one")].map { id, other in
      let bytes = Array(RuleBuilder.text(id, "supersedes: [\(other)]").utf8)
      let file = RuleFile(path: "\(id).yaml", content: bytes, schema: TestSchema.schema)
      let compiled = CompactReader(Array(try #require(try file.rule?.compiled()).utf8))
      return BuiltInRule(path: "\(id).yaml", text: { bytes }, compiled: compiled)
    }
    func problems(_ compiled: Bool) -> [String] {
      RuleSet.load([.builtIn(rules)], schema: TestSchema.schema, compiled: compiled).diagnostics
        .map { $0.rendered() }
    }
    #expect(problems(true) == problems(false))
    #expect(!problems(true).isEmpty)
  }

  @Test func `nothing is worked out where the first condition does not hold`() throws {
    let rule = try RuleBuilder.rule(
      """
      let: { reuse: sysctl.net.ipv4.tcp_tw_reuse, late: 1 / 0 }
      when: has(sysctl.net.ipv4.tcp_tw_reuse) && reuse + late > 1
      """)
    #expect(rule.firstCondition?.text == "has(sysctl.net.ipv4.tcp_tw_reuse)")
    #expect(rule.neededByFirst.isEmpty && rule.neededByCondition == [0, 1])
    #expect(rule.evaluate(in: try RuleBuilder.facts("")).map(\.summary) == ["pass"])
  }
}
