import CEL
import Testing

@testable import Rules

/// The tests inside rule files: how facts are written and how outcomes are compared.
@Suite struct RuleTestTests {
  /// What an expression gives on facts.
  private func value(_ expression: String, _ facts: String) throws -> String {
    let compiled = try Expression.compile(expression, schema: TestSchema.schema)
    switch try compiled.evaluate(in: RuleBuilder.facts(facts)).value {
    case .error: return "error"
    case .unknown(let unknown):
      return "unknown " + unknown.missing.map { "\($0.fact) \($0.reason)" }.joined(separator: ", ")
    case let value: return ValueText.printed(value) ?? "?"
    }
  }

  @Test(
    arguments: [
      ("sockets.tcp", "sockets: { tcp: 1 }", "1"),
      ("sockets.tcp + sockets.udp", "sockets.tcp: 1, sockets.udp: 2", "3"),
      ("sockets.tcp + sockets.udp", "sockets: { tcp: 1 }, sockets.udp: 2", "3"),
      ("sockets.rate", "sockets.rate: 2", "2"), ("sockets.rate", "sockets.rate: 2.5", "2.5"),
      ("host.uptime", "host.uptime: 1h", "3600 s"), ("host.name", "host.name: '5'", "5"),
      ("host.name", "host.name: db-1", "db-1"), ("host.systemd", "host.systemd: true", "true"),
      (
        "80 in sysctl.net.ipv4.ip_local_reserved_ports",
        "sysctl.net.ipv4.ip_local_reserved_ports: '22,80-90'", "true"
      ),
      (
        "sysctl.net.ipv4.ip_local_reserved_ports",
        "sysctl.net.ipv4.ip_local_reserved_ports: [ 90-99, 80, '1-3,5' ]", "1-3,5,80,90-99"
      ),
      (
        "size(sysctl.net.ipv4.ip_local_reserved_ports)",
        "sysctl.net.ipv4.ip_local_reserved_ports: ''", "0"
      ),
      (
        "sysctl.net.ipv4.ip_local_reserved_ports", "sysctl.net.ipv4.ip_local_reserved_ports: 8080",
        "8080"
      ),
      (
        "sysctl.net.ipv4.ip_local_port_range.size",
        "sysctl.net.ipv4.ip_local_port_range: 32768 60999",
        "28232"
      ),
      (
        "sysctl.net.ipv4.ip_local_port_range.last",
        "sysctl.net.ipv4.ip_local_port_range: { first: 1, last: 9, size: 8 }", "9"
      ),
      ("sysctl_raw['a.b']", "sysctl_raw: { a.b: '7' }", "7"),
      (
        "sysctl.net.ipv4.conf['eth0'].rp_filter",
        "sysctl.net.ipv4.conf: { eth0: { rp_filter: 2 } }",
        "2"
      ),
      ("sockets.listeners[0].inbound.total", "sockets.listeners: [ { inbound.total: 4 } ]", "4"),
      ("has(sockets.listeners[0].device)", "sockets.listeners: [ { port: 1 } ]", "false"),
      ("has(sysctl.net.ipv4.tcp_tw_reuse)", "", "false"),
      ("has(delta.netstat.TcpExt.ListenOverflows)", "", "false"),
      ("sysctl.net.ipv4.tcp_tw_reuse", "", "error"), ("sockets.tcp", "", "error"),
      ("size(sockets.listeners)", "", "error"),
      ("size(sockets.listeners)", "sockets.listeners: []", "0"),
      (
        "has(sysctl.net.ipv4.tcp_tw_reuse)", "sysctl.net.ipv4.tcp_tw_reuse: { absent: old kernel }",
        "false"
      ),
      (
        "sockets.tcp", "sockets.tcp: { unavailable: denied, grant: CAP_X }",
        "unknown sockets.tcp denied"
      ),
      ("sockets.tcp", "sockets: { unavailable: refused }", "unknown sockets refused"),
      (
        "sockets.listeners.exists(l, l.port == 1)",
        "sockets.listeners: [ { port: 1 }, { unavailable: stopped } ]", "true"
      ),
    ] as [(String, String, String)])
  func understandsFacts(_ expression: String, _ facts: String, _ result: String) throws {
    #expect(try value(expression, facts) == result)
  }

  /// What running the one test of a rule says.
  private func differences(
    _ test: String, rule: String = "for_each: { port: sockets.ports }\nwhen: port > 1000"
  ) throws -> [String] {
    let rule = try RuleBuilder.rule(
      """
      \(rule)
      message: "port {{ port }}"
      tests:
        - { name: one, \(test) }
        - { name: two, facts: {}, expect: { finding: 1, pass: 1 } }
      """)
    return rule.runTests(schema: TestSchema.schema)[0].differences
  }

  @Test(
    arguments: [
      ("facts: { sockets.ports: [ 2000, 80 ] }, expect: finding", []),
      ("facts: { sockets.ports: [ 80 ] }, expect: pass", []),
      ("facts: { sockets.ports: [] }, expect: not_applicable", []),
      ("facts: { sockets.ports: [ 80, { unavailable: stopped } ] }, expect: unknown", []),
      ("facts: {}, expect: error", []),
      ("facts: { sockets.ports: [ 2000, 80 ] }, expect: [ finding, pass ]", []),
      (
        "facts: { sockets.ports: [ 2000, 80, 3000 ] }, expect: { finding: 2, pass: 1, unknown: 0 }",
        []
      ),
      (
        "facts: { sockets.ports: [ 2000 ] }, expect: finding, messages: [ port 2000 ], "
          + "subjects: [ 'port:2000' ], severity: medium, confidence: high", []
      ),
      ("facts: { sockets.ports: [ 2000, 3000 ] }, expect: finding, severity: medium", []),
      (
        "facts: { sockets.ports: [ 2000, 3000 ] }, expect: finding, severity: [ medium, medium ]",
        []
      ),
      ("facts: { sockets.ports: [ 80 ] }, expect: finding", ["expected 'finding', got 'pass'"]),
      (
        "facts: { sockets.ports: { unavailable: denied } }, expect: finding",
        ["expected 'finding', got 'unknown' (sockets.ports: denied)"]
      ),
      (
        "facts: { sockets.ports: [] }, expect: pass",
        ["expected 'pass', got 'not_applicable' (no element in sockets.ports)"]
      ),
      (
        "facts: { sockets.ports: [ 2000, 80 ] }, expect: [ pass, finding ]",
        ["expected [pass, finding], got [finding, pass]"]
      ),
      (
        "facts: { sockets.ports: [ 2000, 80 ] }, expect: { finding: 2 }",
        ["expected { finding: 2 }, got { finding: 1, pass: 1 }"]
      ),
      (
        "facts: { sockets.ports: [ 2000, 3000 ] }, expect: finding, messages: [ port 1 ], severity: low",
        [
          "message: expected 'port 1', got 'port 2000'", "message: got 'port 3000' besides",
          "severity: expected 'low', got 'medium'", "severity: expected 'low', got 'medium'",
        ]
      ),
      (
        "facts: { sockets.ports: [ 2000 ] }, expect: finding, subjects: [ 'port:2000', 'port:1' ]",
        ["subject: expected 'port:1', got no further finding"]
      ),
    ] as [(String, [String])])
  func comparesOutcomes(_ test: String, _ expected: [String]) throws {
    #expect(try differences(test) == expected)
  }

  @Test func namesTheTest() throws {
    let rule = try RuleBuilder.rule("when: 'true'")
    let results = rule.runTests(schema: TestSchema.schema)
    #expect(results.map(\.test) == ["one", "two"])
    #expect(results.map(\.passed) == [true, false])
    #expect(results[0].path == "x.yaml" && results[0].rule == "x" && results[0].line > 1)
  }
}
