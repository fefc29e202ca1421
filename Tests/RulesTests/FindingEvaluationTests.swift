import CEL
import Testing

@testable import Rules

/// What a finding says: levels, messages, remedies, evidence, places.
@Suite struct FindingEvaluationTests {
  private static let nginx =
    "{ protocol: tcp, address: 0.0.0.0, port: 80, uid: 0, process: nginx, reuse_address: false }"

  private func finding(_ yaml: String, _ facts: String) throws -> Finding {
    let outcomes = try RuleBuilder.rule(yaml).evaluate(in: RuleBuilder.facts(facts))
    return try #require(outcomes.first?.finding, "\(outcomes.map(\.summary))")
  }

  @Test func takesTheFirstLevelThatHolds() throws {
    let rule = """
      severity:
        - { when: sockets.tcp > 100, is: high }
        - { when: sockets.tcp > 10, is: medium }
        - { is: low }
      confidence: [ { when: sockets.udp > 0, is: high }, { is: low } ]
      when: sockets.tcp > 0
      tests:
        - { name: a, facts: {}, expect: finding, severity: low, confidence: low }
        - { name: b, facts: {}, expect: pass }
      """
    func levels(_ facts: String) throws -> String {
      let finding = try finding(rule, facts)
      return "\(finding.severity) \(finding.confidence)"
    }
    #expect(try levels("sockets: { tcp: 101, udp: 1 }") == "high high")
    #expect(try levels("sockets: { tcp: 11, udp: 0 }") == "medium low")
    #expect(try levels("sockets: { tcp: 1, udp: 0 }") == "low low")
    #expect(try levels("sockets: { tcp: 1, udp: { unavailable: denied } }") == "low low")
    #expect(try levels("sockets: { tcp: 1 }") == "low low")
  }

  @Test func namesTheUnitOfItsElement() throws {
    let rule = "for_each: { listener: sockets.listeners }\nwhen: listener.port > 0"
    func units(_ unit: String) throws -> [String] {
      try finding(rule, "sockets: { listeners: [ { port: 80\(unit) } ] }").units
    }
    #expect(try units(", unit: nginx.service") == ["nginx.service"])
    #expect(try units(", unit: { absent: none }") == [])
    #expect(try units(", unit: { unavailable: denied }") == [])
    #expect(try finding("when: sockets.tcp > 0", "sockets: { tcp: 1 }").units == [])
  }

  @Test func aPlaceholderThatCannotBeReadLosesNoFinding() throws {
    let rule = """
      when: sockets.tcp > 0
      message: |
        {{ sockets.tcp }} rows,
        {{ sockets.udp }} sockets, {{ sockets.rate }} a second
      """
    #expect(
      try finding(rule, "sockets: { tcp: 3, udp: { unavailable: denied }, rate: 12.34 }").message
        == "3 rows, (unknown) sockets, 12.3 a second")
  }

  @Test func `titles and remedies are in the language that is asked for`() throws {
    let rule = try RuleBuilder.rule(
      """
      title: English
      when: sockets.tcp > 0
      remediation:
        - { when: sockets.tcp > 5, code: 'close {{ sockets.tcp }} sockets' }
        - sysctl: { net.ipv4.tcp_tw_reuse: 1 }
        - { when: sockets.tcp > 50, code: never said }
        - note: at all events
      translations:
        de: { rationale: Darum. }
        zh:
          title: 中文
          remediation:
            - code: '关闭 {{ sockets.tcp }} 个套接字'
            - code: 不会说
            - note: 无论如何
      """)
    let facts = try RuleBuilder.facts("sockets: { tcp: 9 }")
    func finding(_ language: String?) throws -> Finding {
      try #require(rule.evaluate(in: facts, language: language).first?.finding)
    }
    let set = Remediation.sysctl([.init(key: "net.ipv4.tcp_tw_reuse", value: "1")])
    let english = [Remediation.code("close 9 sockets"), set, .note("at all events")]
    let chinese = try finding("zh")
    #expect(chinese.title == "English" && chinese.remediation == english)
    #expect(chinese.translation?.title == "中文")
    #expect(
      chinese.translation?.remediation == [.code("关闭 9 个套接字"), set, .note("无论如何")])
    // What is not translated stays as it is.
    let german = try finding("de").translation
    #expect(german?.title == "English" && german?.remediation == english)
    #expect(try finding("fr").translation == nil)
    #expect(try finding(nil).translation == nil)
  }

  @Test func offersRemediesWhoseConditionsHold() throws {
    let rule = """
      when: sockets.tcp > 0
      remediation:
        - { when: sockets.tcp > 5, code: 'close {{ sockets.tcp }} sockets' }
        - { when: sockets.udp > 5, note: never known }
        - sysctl: { net.ipv4.tcp_tw_reuse: 1, net.ipv4.ip_local_port_range: 32768 60999 }
        - sysctl: { net.ipv4.tcp_timestamps: '{{ sockets.udp }}' }
        - unit:
            name: '{{ host.name }}.service'
            Service: { RestartSec: 65, Restart: on-failure, FreeBind: yes }
      """
    let remedies = try finding(
      rule, "sockets: { tcp: 9, udp: { unavailable: denied } }, host.name: api"
    ).remediation
    #expect(
      remedies == [
        .code("close 9 sockets"),
        .sysctl([
          .init(key: "net.ipv4.tcp_tw_reuse", value: "1"),
          .init(key: "net.ipv4.ip_local_port_range", value: "32768 60999"),
        ]),
        .unit([
          .init(key: "api.service", value: "[Service]"),
          .init(key: "api.service", value: "RestartSec=65"),
          .init(key: "api.service", value: "Restart=on-failure"),
          .init(key: "api.service", value: "FreeBind=yes"),
        ]),
      ])
  }

  @Test func recordsTheFactsThatDecided() throws {
    let rule = """
      applies: has(sysctl.net.ipv4.tcp_tw_reuse)
      let:
        reuse: sysctl.net.ipv4.tcp_tw_reuse
        busy: sockets.tcp > 10 && sockets.udp > 10
      when: reuse == 1 && busy && sockets.tcp > 0
      """
    let finding = try finding(
      rule, "sysctl.net.ipv4.tcp_tw_reuse: 1, sockets: { tcp: 20, udp: 30 }")
    #expect(
      finding.evidence.map(\.fact) == [
        "sysctl.net.ipv4.tcp_tw_reuse", "sockets.tcp", "sockets.udp",
      ])
    #expect(finding.evidence.map { ValueText.printed($0.value) } == ["1", "20", "30"])
  }

  @Test func aNameOfAStructureIsSeenThrough() throws {
    let rule = """
      applies: has(sysctl.net.ipv4.ip_local_port_range)
      let: { range: sysctl.net.ipv4.ip_local_port_range }
      when: range.first % 2 == range.last % 2
      """
    let facts = try finding(rule, "sysctl.net.ipv4.ip_local_port_range: 32768 61000").evidence
      .map(\.fact)
    #expect(facts.contains("sysctl.net.ipv4.ip_local_port_range.first"))
    #expect(facts.allSatisfy { $0.hasPrefix("sysctl.net.ipv4.ip_local_port_range") })
  }

  @Test func locatesTheFactAndThoseThatDecided() throws {
    let rule = """
      applies: has(sysctl.net.ipv4.tcp_tw_reuse) && has(sysctl.net.ipv4.tcp_timestamps)
      when: sysctl.net.ipv4.tcp_tw_reuse == 1 && sysctl.net.ipv4.tcp_timestamps == 0
      locate: sysctl.net.ipv4.tcp_timestamps
      """
    let finding = try finding(
      rule, "sysctl.net.ipv4.tcp_tw_reuse: 1, sysctl.net.ipv4.tcp_timestamps: 0")
    #expect(finding.locations.count == 2)
    let columns = finding.locations.compactMap(\.column)
    #expect(columns.count == 2 && columns[0] > columns[1])
  }

  @Test(arguments: ["listener", "listener.port", "sockets.listeners[0]"])
  func locatesAStructureBeforeTheFactsThatDecided(_ locate: String) throws {
    let rule = """
      applies: sockets.tcp > 0
      for_each: { listener: sockets.listeners }
      when: "!listener.reuse_address"
      locate: \(locate)
      """
    let finding = try finding(rule, "sockets: { tcp: 1, listeners: [ \(Self.nginx) ] }")
    let columns = finding.locations.compactMap(\.column)
    #expect(columns.count > 1 && columns[0] > (columns.dropFirst().min() ?? 0), "\(columns)")
  }

  @Test func isLessSureOfDefaults() throws {
    let rule = try RuleBuilder.rule(
      "applies: has(sysctl.net.ipv4.tcp_timestamps)\nwhen: sysctl.net.ipv4.tcp_timestamps == 1")
    let place = Origin.file(SourceLocation(path: "/etc/sysctl.d/a.conf", line: 1))
    for (origin, confidence) in [(place, Confidence.high), (.defaultValue("Linux 6.1"), .medium)] {
      var facts = Value.int(1)
      var field = Field.value(facts, origin)
      for (type, name) in [
        ("SysctlIPv4", "tcp_timestamps"), ("SysctlNet", "ipv4"), ("Sysctl", "net"),
      ] {
        facts = .object(ObjectValue(typeName: type, fields: [name: field]))
        field = .value(facts, nil)
      }
      let finding = rule.evaluate(in: Activation(["sysctl": field])).first?.finding
      #expect(finding?.confidence == confidence)
    }
  }

  @Test func carriesWhatTheRuleSays() throws {
    let finding = try finding(
      "note: true\nwhen: sockets.tcp > 0\nproof: some-claim\nreferences: [a, b]", "sockets.tcp: 1")
    #expect(finding.isNote && finding.proof == "some-claim" && finding.references == ["a", "b"])
    #expect(finding.title == "A title" && finding.rule == "x")
  }
}
