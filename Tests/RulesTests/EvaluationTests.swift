import CEL
import TestSupport
import Testing

@testable import Rules

@Suite struct EvaluationTests {
  private func outcomes(
    _ yaml: String, _ facts: String, scopeName: String = "",
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> [String] {
    try RuleBuilder.rule(yaml, sourceLocation: sourceLocation)
      .evaluate(in: RuleBuilder.facts(facts), scopeName: scopeName).map(\.summary)
  }

  private func finding(_ yaml: String, _ facts: String) throws -> Finding {
    let outcomes = try RuleBuilder.rule(yaml).evaluate(in: RuleBuilder.facts(facts))
    return try #require(outcomes.first?.finding, "\(outcomes.map(\.summary))")
  }

  // MARK: One thing to judge

  private static let timestamps = """
    applies: has(sysctl.net.ipv4.tcp_timestamps)
    when: sysctl.net.ipv4.tcp_timestamps == 0
    message: "{{ sysctl.net.ipv4.tcp_timestamps }}"
    """

  @Test(arguments: [
    ("sysctl.net.ipv4.tcp_timestamps: 0", "finding sysctl:net.ipv4.tcp_timestamps: 0"),
    ("sysctl.net.ipv4.tcp_timestamps: 1", "pass"),
    ("", "not applicable: not true: has(sysctl.net.ipv4.tcp_timestamps)"),
    (
      "sysctl.net.ipv4.tcp_timestamps: { unavailable: denied, grant: CAP_X }",
      "unknown sysctl:net.ipv4.tcp_timestamps: sysctl.net.ipv4.tcp_timestamps|denied|CAP_X"
    ),
    (
      "sysctl: { unavailable: no proc }",
      "unknown sysctl:net.ipv4.tcp_timestamps: sysctl|no proc"
    ),
  ])
  func judgesOnce(_ facts: String, _ outcome: String) throws {
    #expect(try outcomes(Self.timestamps, facts) == [outcome])
  }

  @Test func tellsErrorsFromUnknowns() throws {
    let rule = "when: sockets.tcp / sockets.udp > 1"
    #expect(try outcomes(rule, "sockets: { tcp: 4, udp: 1 }") == ["finding netns: found"])
    let failed = try outcomes(rule, "sockets: { tcp: 4, udp: 0 }")
    #expect(failed.count == 1 && failed[0].hasPrefix("error netns: "))
    let absent = try outcomes(rule, "sockets: { tcp: 4 }")
    #expect(absent.count == 1 && absent[0].hasPrefix("error netns: "))
    #expect(
      try outcomes(rule, "sockets: { tcp: 4, udp: { unavailable: denied } }")
        == ["unknown netns: sockets.udp|denied"])
  }

  @Test func truthWinsOverWhatIsMissing() throws {
    let rule = "when: sockets.tcp > 1 || sockets.udp > 1"
    #expect(
      try outcomes(rule, "sockets: { tcp: 4, udp: { unavailable: denied } }")
        == ["finding netns: found"])
    #expect(try outcomes(rule, "sockets: { tcp: 4 }") == ["finding netns: found"])
  }

  @Test func namesTheScope() throws {
    #expect(
      try outcomes(Self.timestamps, "sysctl.net.ipv4.tcp_timestamps: 0", scopeName: "web")
        == ["finding web/sysctl:net.ipv4.tcp_timestamps: 0"])
  }

  @Test(arguments: [
    ("when: sockets.tcp > 0", "netns"),
    ("when: has(sysctl.net.ipv4.tcp_tw_reuse) && sockets.tcp > 0", "sysctl:net.ipv4.tcp_tw_reuse"),
    (
      """
      applies: has(sysctl.net.ipv4.ip_local_port_range)
      let: { size: sysctl.net.ipv4.ip_local_port_range.size }
      when: size > 0
      """, "sysctl:net.ipv4.ip_local_port_range"
    ),
    (
      "applies: has(sysctl.net.ipv4.tcp_tw_reuse)\nwhen: sockets.tcp > 0",
      "sysctl:net.ipv4.tcp_tw_reuse"
    ),
    (
      """
      applies: has(sysctl.net.ipv4.tcp_tw_reuse) && has(sysctl.net.ipv4.tcp_timestamps)
      when: sysctl.net.ipv4.tcp_tw_reuse == 1 && sysctl.net.ipv4.tcp_timestamps == 0
      locate: sysctl.net.ipv4.tcp_timestamps
      """, "sysctl:net.ipv4.tcp_timestamps"
    ),
    ("when: has(host.sysctl.fs.file_max) && sockets.tcp > 0", "sysctl:fs.file-max"),
  ])
  func findsTheSubjectOfARuleWithoutElements(_ yaml: String, _ subject: String) throws {
    let facts = """
      sockets.tcp: 1, host.sysctl.fs.file_max: 1, sysctl.net.ipv4: { tcp_tw_reuse: 1,
      tcp_timestamps: 0, ip_local_port_range: 1 2 }
      """
    #expect(try finding(yaml, facts.replacing("\n", with: " ")).subject == subject)
  }

  // MARK: Elements

  private static let listeners = """
    for_each: { listener: sockets.listeners }
    when: "!listener.reuse_address"
    message: "{{ listener.process }}"
    """

  private static let nginx =
    "{ protocol: tcp, address: 0.0.0.0, port: 80, uid: 0, process: nginx, reuse_address: false }"
  private static let sshd =
    "{ protocol: tcp, address: '::', port: 22, uid: 0, process: sshd, reuse_address: true }"

  @Test func judgesEachElement() throws {
    #expect(
      try outcomes(Self.listeners, "sockets.listeners: [ \(Self.nginx), \(Self.sshd) ]")
        == ["finding listener:tcp:0.0.0.0:80: nginx", "pass"])
    #expect(
      try outcomes(Self.listeners, "sockets.listeners: []")
        == ["not applicable: no element in sockets.listeners"])
  }

  @Test func tellsWhichElementIsUnknown() throws {
    let listener = """
      { protocol: tcp, address: '::1', port: 80, device: lo,
      reuse_address: { unavailable: denied, grant: CAP_SYS_PTRACE } }
      """.replacing("\n", with: " ")
    #expect(
      try outcomes(Self.listeners, "sockets.listeners: [ \(listener), \(Self.sshd) ]") == [
        "unknown listener:tcp:[::1]%lo:80: listener.reuse_address|denied|CAP_SYS_PTRACE", "pass",
      ])
  }

  @Test func aListReadInPartAddsOneUnknown() throws {
    #expect(
      try outcomes(Self.listeners, "sockets.listeners: [ \(Self.sshd), { unavailable: stopped } ]")
        == ["pass", "unknown netns: sockets.listeners|stopped"])
    #expect(
      try outcomes(Self.listeners, "sockets.listeners: { unavailable: denied }")
        == ["unknown netns: sockets.listeners|denied"])
  }

  @Test func aListReadInPartIsNoSilentPass() throws {
    let rule = "when: '!sockets.listeners.exists(l, l.port == 80)'"
    #expect(try outcomes(rule, "sockets.listeners: [ \(Self.sshd) ]") == ["finding netns: found"])
    #expect(
      try outcomes(rule, "sockets.listeners: [ \(Self.nginx), { unavailable: stopped } ]")
        == ["pass"])
    let unknown = try outcomes(
      rule, "sockets.listeners: [ \(Self.sshd), { unavailable: stopped } ]")
    #expect(unknown.count == 1 && unknown[0].hasPrefix("unknown netns: "))
  }

  @Test func anAbsentListIsAnError() throws {
    let outcome = try outcomes(Self.listeners, "")
    #expect(outcome.count == 1 && outcome[0].hasPrefix("error netns: "))
  }

  @Test func identifiesElementsThatAreNoStructures() throws {
    #expect(
      try outcomes(
        "for_each: { port: sockets.ports }\nwhen: port > 1024", "sockets.ports: [80, 8080]")
        == ["pass", "finding port:8080: found"])
  }

  @Test func takesTheIdentityThatARuleStates() throws {
    let finding = try finding(
      """
      for_each: { l: sockets.listeners }
      identity: [l.process]
      when: 'true'
      """, "sockets.listeners: [ \(Self.nginx) ]")
    #expect(finding.subject == "listener:nginx")
    #expect(
      finding.fingerprint
        == Fingerprint.of(
          rule: "x", scope: "",
          identity: Identity(parts: [.init(name: "process", value: "nginx")])))
  }

  @Test func fingerprintsDoNotDependOnValues() throws {
    func fingerprint(_ more: String) throws -> String {
      try finding(
        Self.listeners,
        "sockets.listeners: [ { protocol: tcp, address: 0.0.0.0, port: 80, uid: 0, \(more) } ]"
      ).fingerprint
    }
    #expect(
      try fingerprint("reuse_address: false, process: a")
        == fingerprint("reuse_address: false, process: b"))
    #expect(
      try fingerprint("reuse_address: false") != fingerprint("reuse_address: false, device: lo"))
  }

  @Test func spellsDestinations() throws {
    let finding = try finding(
      "for_each: { d: sockets.destinations }\nwhen: d.ports_held > 1",
      """
      sockets.destinations: [ { local_address: 192.0.2.1, address: 192.0.2.7, port: 5432,
      ports_held: 9 } ]
      """.replacing("\n", with: " "))
    #expect(finding.subject == "destination:192.0.2.1>192.0.2.7:5432")
  }

  // MARK: Names

  @Test func namesMayUseEarlierOnes() throws {
    let rule = """
      params: { percent: 90 }
      for_each: { d: sockets.destinations }
      let:
        total: d.ports_total
        limit: total * params.percent / 100
      when: d.ports_held >= limit
      message: "{{ d.ports_held }} of {{ total }}, limit {{ limit }}"
      """
    let finding = try finding(
      rule, "sockets.destinations: [ { port: 1, ports_held: 95, ports_total: 100 } ]")
    #expect(finding.message == "95 of 100, limit 90")
    #expect(finding.evidence.map(\.fact) == ["d.ports_held", "d.ports_total"])
  }

  @Test func aNameThatFailsCountsOnlyWhereItIsRead() throws {
    let rule = """
      let: { half: sockets.tcp / sockets.udp }
      when: sockets.tcp > 1 || half > 1
      message: "half {{ half }}"
      """
    #expect(try outcomes(rule, "sockets: { tcp: 4, udp: 0 }") == ["finding netns: half (unknown)"])
    let close = rule.replacing("half {{", with: "half{{")
    #expect(try outcomes(close, "sockets: { tcp: 4, udp: 0 }") == ["finding netns: half (unknown)"])
  }

  @Test func parametersHaveTypes() throws {
    let rule = """
      params: { i: 1, d: 1.5, b: true, s: text, t: 1m, l: [22, 80] }
      when: |
        params.i == 1 && params.d > 1.0 && params.b && params.s == 'text' && 22 in params.l
          && params.t == duration('60s')
      message: "{{ params.l }} {{ params.t }} {{ params.d }}"
      """
    #expect(try finding(rule, "").message == "22, 80 60 s 1.5")
    #expect(try finding(rule, "").evidence.isEmpty)
  }

  // MARK: Bounds

  @Test func judgesTwoHundredThousandElements() throws {
    let rule = try RuleBuilder.rule(
      """
      for_each: { d: sockets.destinations }
      let: { limit: d.ports_total * 95 / 100 }
      when: d.ports_held >= limit
      """)
    let elements = (0..<200_000).map { number in
      Value.object(
        ObjectValue(
          typeName: "Destination",
          fields: [
            "local_address": .value(.string("192.0.2.1"), nil),
            "address": .value(.string("192.0.2.7"), nil),
            "port": .value(.int(Int64(number)), nil), "ports_total": .value(.int(100), nil),
            "ports_held": .value(.int(number == 77 ? 99 : 1), nil),
          ]))
    }
    let sockets = ObjectValue(
      typeName: "Sockets", fields: ["destinations": .value(.list(elements), nil)])
    var outcomes: [Outcome] = []
    let time = ThreadTime.measure {
      outcomes = rule.evaluate(in: Activation(["sockets": .value(.object(sockets), nil)]))
    }
    #expect(outcomes.count == 200_000)
    #expect(outcomes.compactMap(\.finding).map(\.subject) == ["destination:192.0.2.1>192.0.2.7:77"])
    // A second in a debug build on a slow machine; quadratic work would take minutes.
    #expect(time < 60)
  }
}
