import CEL
import Testing

@testable import Rules

@Suite struct RuleSetTests {
  private func source(_ name: String, _ files: [String: String]) -> RuleSource {
    .embedded(files.sorted { $0.key < $1.key }.map { (path: "\(name)/\($0).yaml", text: $1) })
  }

  private func load(_ sources: RuleSource...) -> RuleSet {
    RuleSet.load(sources, schema: TestSchema.schema)
  }

  private func messages(_ set: RuleSet) -> [String] {
    set.diagnostics.map { "\($0.path): \($0.message)" }
  }

  @Test func laterSourcesWinByFileName() {
    let set = load(
      source("a", ["x": RuleBuilder.text("x", "title: first"), "xx": RuleBuilder.text("xx", "")]),
      source("b/deeper", ["x": RuleBuilder.text("x", "title: second")]))
    #expect(set.rules.map(\.title) == ["second", "A title"])
    #expect(set.rules.map(\.id) == ["x", "xx"])
    #expect(set.rule("x")?.path == "b/deeper/x.yaml")
    #expect(messages(set).isEmpty)
  }

  @Test func anEmptyFileMasks() {
    let text = RuleBuilder.text("x", "supersedes: [xx]")
    let both = ["x": text, "xx": RuleBuilder.text("xx", "")]
    let set = load(source("a", both), source("b", ["xx": ""]))
    #expect(set.rules.map(\.id) == ["x"])
    #expect(messages(set).isEmpty, "a masked rule can still be superseded")
    #expect(set.turnedOff == ["xx"] && set.ids == ["x", "xx"])
    // Who skips what is off all the same has made no mistake.
    #expect(Selection(skip: ["xx"], enable: ["xx"]).unknownNames(in: set).isEmpty)
    let configuration = ConfigurationFile(
      path: "c.yaml",
      content: Array("skip: [xx]\nenable: [xx]\nparams: { xx: { limit: 1 } }\n".utf8), rules: set)
    #expect(configuration.diagnostics.isEmpty)
  }

  @Test func anEmptyFileThatMasksNothingIsTold() {
    let set = load(source("a", ["x": RuleBuilder.text("x", "")]), source("b", ["y": ""]))
    #expect(
      messages(set) == [
        "b/y.yaml: the file is empty, and there is no rule 'y' that it could turn off"
      ])
    #expect(set.diagnostics.map(\.severity) == [.warning])
    #expect(set.turnedOff.isEmpty)
    let misspelt = load(
      source("a", ["queue-full": RuleBuilder.text("queue-full", "")]),
      source("b", ["queue-ful": ""]))
    #expect(misspelt.diagnostics.map(\.hint) == ["did you mean 'queue-full'?"])
  }

  @Test func aBadFileDoesNotStopTheOthers() {
    let set = load(source("a", ["x": "id: x\n", "xx": RuleBuilder.text("xx", "")]))
    #expect(set.rules.map(\.id) == ["xx"])
    #expect(!set.diagnostics.isEmpty)
  }

  @Test func aBadFileHidesTheOneItReplaces() {
    let set = load(
      source("a", ["x": RuleBuilder.text("x", "")]), source("b", ["x": "when: nonsense\n"]))
    #expect(set.rules.isEmpty)
    #expect(set.diagnostics.allSatisfy { $0.path == "b/x.yaml" })
  }

  @Test func refusesTwoFilesOfOneName() {
    let text = RuleBuilder.text("x", "")
    let set = load(
      .embedded([(path: "tcp/x.yaml", text: text), (path: "udp/x.yaml", text: text)]))
    #expect(messages(set) == ["udp/x.yaml: a rule file of this name is at tcp/x.yaml too"])
    #expect(set.rules.count == 1)
  }

  @Test func resolvesSupersedes() {
    let set = load(
      source(
        "a",
        [
          "x": RuleBuilder.text("x", "supersedes: [xx]"),
          "xx": RuleBuilder.text("xx", "supersedes: [z]"), "z": RuleBuilder.text("z", ""),
          "w": RuleBuilder.text("w", "supersedes: [zz]"),
        ]))
    #expect(messages(set) == ["a/w.yaml: no rule 'zz' to supersede"])
    #expect(set.diagnostics.first?.hint == "did you mean 'z'?")
    #expect(set.rules.map(\.id) == ["x", "xx", "z"])
    #expect(set.supersededBy["x"] == ["xx", "z"])
  }

  @Test func singleFilesMaySupersedeRulesThatAreElsewhere() {
    let alone = source("a", ["x": RuleBuilder.text("x", "supersedes: [elsewhere]")])
    #expect(messages(load(alone)) == ["a/x.yaml: no rule 'elsewhere' to supersede"])
    let set = RuleSet.load([alone], schema: TestSchema.schema, alsoKnown: ["elsewhere"])
    #expect(messages(set).isEmpty)
  }

  @Test func refusesCircles() {
    let set = load(
      source(
        "a",
        [
          "x": RuleBuilder.text("x", "supersedes: [xx]"),
          "xx": RuleBuilder.text("xx", "supersedes: [x]"),
        ]))
    #expect(
      messages(set) == [
        "a/x.yaml: rule supersedes itself through 'xx'",
        "a/xx.yaml: rule supersedes itself through 'x'",
      ])
    #expect(set.rules.isEmpty)
  }

  @Test func knowsWhichRawSysctlsAreRead() {
    let set = load(
      source(
        "a",
        ["x": RuleBuilder.text("x", #"when: '"a.b" in sysctl_raw && sysctl_raw["a.b"] == "1"'"#)]))
    #expect(set.rawSysctls == ["a.b"])
  }

  @Test(arguments: [
    (#"'"a.b" in sysctl_raw'"#, ["a.b"], 0), (#"'sysctl_raw.exists(k, k == "a.b")'"#, [], 1),
    (#"'sysctl_raw[host.name] == "1"'"#, [], 1), (#"size(sysctl_raw) > 0"#, [], 1),
  ]) func refusesRawSysctlsWhoseKeyIsNotWrittenOut(
    _ condition: String, _ keys: [String], _ errors: Int
  ) {
    let set = load(source("a", ["x": RuleBuilder.text("x", "when: \(condition)")]))
    #expect(set.rawSysctls == keys)
    #expect(set.diagnostics.filter { $0.severity == .error }.count == errors)
  }

  // MARK: Evaluation

  private let pair = [
    "destination-exhausted": """
    supersedes: [destination-busy]
    for_each: { d: sockets.destinations }
    when: d.ports_held >= 95
    """,
    "destination-busy": """
    needs: live
    for_each: { d: sockets.destinations }
    when: d.ports_held >= 50
    """,
    "odd": "opt_in: true\ntags: [rare]\nscope: host\nwhen: sockets.tcp > 0",
    "rising": """
    tags: [rare, counters]
    when: has(delta.netstat.TcpExt.ListenOverflows) && delta.netstat.TcpExt.ListenOverflows > 0
    """,
  ]

  private let facts = """
    sockets: { tcp: 5, destinations: [ { local_address: a, address: b, port: 1, ports_held: 96 },
    { local_address: a, address: b, port: 2, ports_held: 60 }, { local_address: a, address: b,
    port: 3, ports_held: 4 }, { local_address: a, address: b, port: 4,
    ports_held: { unavailable: denied } } ] }
    """.replacing("\n", with: " ")

  @Test func leavesOutSupersededFindings() throws {
    let result = try RuleBuilder.set(pair).evaluate(in: RuleBuilder.facts(facts))
    #expect(
      result.findings.map { "\($0.rule) \($0.subject)" } == [
        "destination-busy destination:a>b:2", "destination-exhausted destination:a>b:1",
      ])
    #expect(result.superseded == 1)
    #expect(result.undecided.map(\.subject) == ["destination:a>b:4", "destination:a>b:4"])
    #expect(result.passed == 1 + 2 + 1)
    #expect(result.notApplicable == 0)
    #expect(result.usedDelta)
    #expect(result.notices.isEmpty)
    #expect(result.rules.map(\.rule) == ["destination-busy", "destination-exhausted", "rising"])
    #expect(result.rules.map(\.findings) == [1, 1, 0])
    #expect(result.rules.map(\.passed) == [1, 2, 1])
  }

  @Test func aRuleOnGrowthIsNotJudgedWholeWithoutTwoSamples() throws {
    func whole(_ hasGrowth: Bool) throws -> [String] {
      try RuleBuilder.set(pair)
        .evaluate(in: RuleBuilder.facts("sockets: { destinations: [] }"), hasGrowth: hasGrowth)
        .rules.filter(\.isWhole).map(\.rule)
    }
    #expect(try whole(true) == ["destination-busy", "destination-exhausted", "rising"])
    #expect(try whole(false) == ["destination-busy", "destination-exhausted"])
  }

  /// A rule may ask what the findings of others rest on, wherever its id stands among theirs.
  @Test func tellsWhatFindingsRestOn() throws {
    let set = RuleBuilder.set([
      "a-first": """
      severity: [{ when: '"net.ipv4.conf.eth0/1.rp_filter" in sysctls_of_findings', is: high }, { is: low }]
      when: sockets.tcp > 0
      tests:
        - { name: one, facts: {}, expect: finding, severity: low }
        - { name: two, facts: {}, expect: pass }
      """,
      "b-second": "when: sockets.tcp > 4", "c-third": "when: sockets.udp > 0",
    ])
    func origin(_ path: String) -> Origin { .file(.init(path: "/proc/sys/\(path)")) }
    func activation(tcp: Int64) -> Activation {
      Activation([
        "sockets": .value(
          .object(
            ObjectValue(
              typeName: "Sockets",
              fields: [
                "tcp": .value(
                  .int(tcp), .derived([origin("net/ipv4/conf/eth0.1/rp_filter"), .dump("x")])),
                "udp": .value(.int(0), origin("net/core/somaxconn")),
              ])), nil)
      ])
    }
    let worse = set.evaluate(in: activation(tcp: 5))
    #expect(
      worse.findings.map { "\($0.rule) \($0.severity)" } == ["a-first high", "b-second medium"])
    #expect(worse.rules.map(\.rule) == ["a-first", "b-second", "c-third"])
    let alone = set.evaluate(in: activation(tcp: 4))
    #expect(alone.findings.map { "\($0.rule) \($0.severity)" } == ["a-first low"])
  }

  @Test func rulesThatNeedALiveHostHaveNothingToJudgeElsewhere() throws {
    let result = try RuleBuilder.set(pair).evaluate(in: RuleBuilder.facts(facts), isLive: false)
    #expect(result.findings.map(\.rule) == ["destination-exhausted"])
    #expect(result.notApplicable == 1)
    #expect(
      result.notices == [
        "1 rule needs a live or recorded host and had nothing to judge: destination-busy"
      ])
  }

  @Test func evaluatesTheScopesAskedFor() throws {
    let set = RuleBuilder.set(pair)
    let host = try set.evaluate(
      in: RuleBuilder.facts(facts), selection: Selection(enable: ["odd"]), scopes: [.host])
    #expect(host.rules.map(\.rule) == ["odd"])
    let web = try set.evaluate(in: RuleBuilder.facts(facts), scopes: [.netns], scopeName: "web")
    #expect(web.findings.allSatisfy { $0.subject.hasPrefix("web/") })
    var both = host
    both.merge(web)
    #expect(both.findings.count == host.findings.count + web.findings.count)
    #expect(both.rules.count == 4 && both.usedDelta && both.superseded == 1)
  }

  @Test(arguments: [
    (Selection(), ["destination-busy", "destination-exhausted", "rising"]),
    (Selection(only: ["odd"]), ["odd"]),
    (Selection(only: ["rare"]), ["rising"]),
    (Selection(only: ["rare"], enable: ["rare"]), ["odd", "rising"]),
    (Selection(skip: ["rare", "destination-busy"]), ["destination-exhausted"]),
    (Selection(only: ["odd"], skip: ["rare"]), []),
    (Selection(enable: ["odd"]), ["destination-busy", "destination-exhausted", "odd", "rising"]),
  ])
  func selects(_ selection: Selection, _ rules: [String]) {
    #expect(RuleBuilder.set(pair).rules.filter(selection.selects).map(\.id) == rules)
  }

  @Test func namesWhatCannotBeSelected() {
    let unknown = Selection(only: ["rarre"], skip: ["odd"], enable: ["zzzzzzzz"])
      .unknownNames(in: RuleBuilder.set(pair))
    #expect(unknown.map(\.name) == ["rarre", "zzzzzzzz"])
    #expect(unknown[0].hint == "did you mean 'rare'?")
  }
}
