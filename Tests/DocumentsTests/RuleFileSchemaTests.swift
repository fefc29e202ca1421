import CEL
import RuleData
import TestSupport
import Testing
import YAML

@testable import HostFacts
@testable import Rules

/// `rules/rule.schema.json` says what the rule reader says, as far as a schema can.
@Suite struct RuleFileSchemaTests {
  private static let text = RuleFileSchema(Host.schema).document().text
  private static let schema = Result { try ParsedJSON(Array(text.utf8)) }

  private func violations(_ yaml: String) throws -> [String] {
    let source = SourceText(path: "x.yaml", bytes: Array(yaml.utf8))
    let root = try #require(YAMLDocument(source).root)
    return try JSONSchema(root: Self.schema.get()).violations(of: ParsedJSON(root))
  }

  @Test func isWhatTheCodeSays() {
    Golden.expect(Self.text, matches: "rule.schema.json", in: "rules")
  }

  @Test(arguments: RuleData.files.map(\.path))
  func acceptsShippedRules(_ path: String) throws {
    let file = try #require(RuleData.files.first { $0.path == path })
    #expect(try violations(file.text) == [])
  }

  /// A rule that nothing is wrong with, and `change` instead of the same key.
  private func rule(_ change: String) -> String {
    let rule = [
      "id: x", "title: A title", "severity: medium", "confidence: high", "scope: netns",
      "since: 0.1.0", "rationale: Why.", "references: [RFC 9293]", "when: sockets.tcp > 0",
      "message: found", "remediation: [ { note: Do something. } ]",
      "tests: [ { name: one, facts: { sockets.tcp: 1 }, expect: finding } ]",
    ]
    let key = change.prefix { $0 != ":" } + ":"
    return (rule.filter { !$0.hasPrefix(key) } + [change]).joined(separator: "\n") + "\n"
  }

  @Test(arguments: [
    "severity: [ { when: sockets.tcp > 9, is: high }, { is: low } ]",
    "remediation: [ { sysctl: { net.ipv4.tcp_tw_reuse: 1 }, when: 'true' } ]",
    "remediation: [ { unit: { name: a.service, Service: { Restart: 5 } } } ]",
    "params: { a: 1, b: [ x, y ], c: 5s }",
    "tests: [ { name: a, facts: {}, expect: [ finding, pass ] } ]",
    "tests: [ { name: a, facts: , expect: { finding: 2 } } ]",
    "tests: [ { name: a, facts: { sysctl.net.ipv4.ip_local_port_range: 1 9 }, expect: pass } ]",
    "tests: [ { name: a, facts: { sysctl: { net.ipv4: { tcp_rmem: [ 1, 2, 3 ] } } }, expect: pass } ]",
    "tests: [ { name: a, facts: { sockets.listeners: [ { inbound.total: 1 }, { unavailable: no } ] }, expect: pass } ]",
    "tests: [ { name: a, facts: { sockets.tcp: { unavailable: no, grant: root } }, expect: pass } ]",
  ])
  func accepts(_ change: String) throws {
    #expect(try violations(rule(change)) == [])
  }

  @Test(arguments: [
    ("colour: red", "colour"), ("severity: severe", "severity"), ("id: Not_Kebab", "id"),
    ("scope: host-wide", "scope"), ("since: 0.1", "since"), ("references: []", "references"),
    ("severity: [ { when: sockets.tcp > 9, is: severe } ]", "severity"),
    ("for_each: { a: sockets.listeners, b: sockets.listeners }", "for_each"),
    ("remediation: [ { note: a, code: b } ]", "remediation[0]"),
    ("remediation: [ { sysctl: { net.ipv4.tcp_tw_reus: 1 } } ]", "tcp_tw_reus"),
    ("tests: [ { name: a, facts: { sockets.tpc: 1 }, expect: pass } ]", "sockets.tpc"),
    ("tests: [ { name: a, facts: { sockets: { tcp: many } }, expect: pass } ]", "tcp"),
    ("tests: [ { name: a, facts: { sockets.tcp: { absent: no } }, expect: pass } ]", "tcp"),
    ("tests: [ { name: a, facts: {}, expect: maybe } ]", "expect"),
  ])
  func refuses(_ change: String, naming place: String) throws {
    let violations = try violations(rule(change))
    #expect(violations.contains { $0.contains(place) }, "\(violations)")
  }

  /// Keys that the reader knows of structures that no enumeration names.
  @Test func knowsTheKeysOfTests() throws {
    let schema = try Self.schema.get()
    let keys = schema["$defs"]?["test"]?["properties"]?.fields?.keys.sorted()
    #expect(keys == RuleReader.testKeys.sorted())
    let remedies = schema["$defs"]?["remedy"]?["properties"]?.fields?.keys.sorted()
    #expect(remedies == (RuleReader.actions + ["when"]).sorted())
  }
}

extension ParsedJSON {
  /// What a rule file says, as an editor's YAML reader takes it.
  fileprivate init(_ node: YAMLNode) {
    switch node.content {
    case .refused: self = .null
    case .sequence(let nodes): self = .array(nodes.map(ParsedJSON.init))
    case .mapping(let entries):
      self = .object(
        Dictionary(
          entries.map { ($0.key, ParsedJSON($0.value)) }, uniquingKeysWith: { first, _ in first }))
    case .scalar(let scalar):
      switch scalar.form {
      case .null: self = .null
      case .bool(let bool): self = .bool(bool)
      case .int(let int): self = .integer(int)
      case .double(let double): self = .number(double)
      case .text, .ambiguous: self = .string(scalar.value)
      }
    }
  }
}
