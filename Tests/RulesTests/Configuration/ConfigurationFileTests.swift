import CEL
import Glibc
import TestSupport
import Testing

@testable import Rules

@Suite struct ConfigurationFileTests {
  private static let rules = RuleBuilder.set([
    "busy-ports": """
    tags: [tcp, ports]
    params: { percent: 95, ratio: 0.5, wait: 5s, names: [a, b], label: x }
    when: sockets.tcp > params.percent && params.ratio > 0.1 && params.wait > duration('1s') && 'a' in params.names && params.label == 'x'
    """,
    "other-rule": "opt_in: true",
  ])

  private func read(_ text: String, path: String = ".sockwise.yaml") -> ConfigurationFile {
    ConfigurationFile(path: path, content: Array(text.utf8), rules: Self.rules)
  }

  @Test func readsEveryKey() throws {
    let file = read(
      """
      skip: [busy-ports, tcp]
      enable: [other-rule]
      params:
        busy-ports: { percent: 90, ratio: 1, wait: 10s, names: [c], label: z }
      waivers:
        - rule: busy-ports
          subject: "destination:*"
          reason: It is known.
      kernels: [6.1, "6.10"]
      paths:
        include: [deploy]
        exclude: ["**/*.md"]
      fail_on: low
      """)
    #expect(file.diagnostics.map { $0.rendered() } == [])
    let configuration = file.configuration
    #expect(configuration.path == ".sockwise.yaml")
    #expect(configuration.skip == ["busy-ports", "tcp"])
    #expect(configuration.enable == ["other-rule"])
    let values = configuration.parameters["busy-ports"]?.mapValues { ValueText.printed($0) ?? "" }
    #expect(
      values == ["percent": "90", "ratio": "1", "wait": "10 s", "names": "c", "label": "z"])
    #expect(configuration.waivers.entries.map(\.reason) == ["It is known."])
    #expect(configuration.kernels == ["6.1", "6.10"])
    #expect(configuration.include == ["deploy"])
    #expect(configuration.exclude == ["**/*.md"])
    #expect(configuration.failOn == .low)
    #expect(Configuration.FailOn.never.severity == nil)
  }

  @Test func anEmptyFileSaysNothing() {
    #expect(read("").diagnostics == [])
    #expect(read("# only a comment\n").diagnostics == [])
  }

  @Test(arguments: [
    ("skipp: []", "1:1: error: unknown key 'skipp'", "did you mean 'skip'?"),
    ("skip: [bussy-ports]", "1:8: error: no rule or tag is called 'bussy-ports'", "did you mean"),
    ("skip: tcp", "1:7: error: 'skip' must be a list of rules or tags, this is text", nil),
    ("params: {busy-port: {}}", "1:10: error: no rule is called 'busy-port'", "did you mean"),
    (
      "params: {busy-ports: {percnt: 1}}",
      "1:23: error: rule 'busy-ports' has no parameter 'percnt'",
      "did you mean 'percent'?"
    ),
    (
      "params: {other-rule: {x: 1}}", "1:23: error: rule 'other-rule' has no parameter 'x'",
      "it has none that can be changed"
    ),
    (
      "params: {busy-ports: {percent: '90'}}",
      "1:32: error: parameter 'percent' must be int, this is string", "the rule itself has 95"
    ),
    ("kernels: [6]", "1:11: error: '6' is not a kernel version", "write it as 6.1"),
    ("kernels: [6.1.2]", "1:11: error: '6.1.2' is not a kernel version", "write it as 6.1"),
    ("paths: {exclud: []}", "1:9: error: unknown key 'exclud'", "did you mean 'exclude'?"),
    ("paths: {exclude: x}", "1:18: error: 'exclude' must be a list of patterns", nil),
    ("fail_on: hihg", "1:10: error: 'fail_on' cannot be 'hihg'", "did you mean 'high'?"),
    ("waivers: [{rule: busy-ports}]", "1:11: error: waiver has no reason", nil),
    ("a: [", "2:1: error: not valid YAML", nil),
    ("- x", "1:1: error: the file must be a mapping, this is a list", nil),
  ])
  func saysWhatIsWrong(_ text: String, _ message: String, _ hint: String?) {
    let shown = read(text + "\n").diagnostics.map { $0.rendered() }.joined(separator: "\n")
    #expect(shown.hasPrefix(".sockwise.yaml:" + message), "\(shown)")
    if let hint { #expect(shown.contains("\n  " + hint), "\(shown)") }
  }

  @Test func keepsWhatIsRightBesideWhatIsWrong() {
    let file = read("skip: [tcp, nope]\nfail_on: 1\nkernels: [x, 6.1]\n")
    #expect(file.diagnostics.count == 3)
    #expect(file.configuration.skip == ["tcp"])
    #expect(file.configuration.kernels == ["6.1"])
  }

  @Test func readsFilesOfWaivers() throws {
    let directory = try TemporaryDirectory()
    try TextFile.write(
      "waivers:\n  - {rule: busy-ports, reason: Known., subject: x}\n",
      to: directory.path("waivers.yaml"))
    let text =
      "waivers:\n  - waivers.yaml\n  - {rule: other-rule, reason: So it is.}\n  - gone.yaml\n"
    try TextFile.write(text, to: directory.path(".sockwise.yaml"))
    let file = ConfigurationFile.read(directory.path(".sockwise.yaml"), rules: Self.rules)
    #expect(file.configuration.waivers.entries.map(\.rule) == ["busy-ports", "other-rule"])
    #expect(file.diagnostics.map(\.path) == [directory.path("gone.yaml")])
  }

  // MARK: Bounds

  @Test func refusesPatternsThatNobodyMeans() {
    let long = String(repeating: "a*", count: 500_000)
    for text in [
      "paths: {include: [\(long)]}", "waivers: [{reason: x, rule: busy-ports, subject: \(long)}]",
    ] {
      let first = read(text).diagnostics.first
      #expect(first?.line == 1)
      #expect(first?.message.hasSuffix(" is longer than 1024 characters") == true)
    }
    let none = read("paths: {exclude: [/, ./]}")
    #expect(none.configuration.exclude == [])
    #expect(none.diagnostics.map(\.column) == [19, 22])
    let many = read("paths: {exclude: [\((0..<300).map { "a\($0)" }.joined(separator: ", "))]}")
    #expect(many.configuration.exclude.count == 256)
    #expect(many.diagnostics.map(\.message) == ["'exclude' has more than 256 patterns"])
  }

  @Test func refusesMoreKernelsThanThereAre() {
    let file = read("kernels: [\((0..<100).map { "6.\($0), 6.1" }.joined(separator: ", "))]")
    #expect(file.configuration.kernels.count == 32)
    #expect(file.diagnostics.map(\.message) == ["'kernels' has more than 32 versions"])
  }

  @Test func tellsTheFirstProblemsAndHowManyMore() {
    let names = String(repeating: "  - busy-portz\n", count: 20_000)
    let diagnostics = read("skip:\n" + names).diagnostics
    #expect(diagnostics.count == RuleProblems.most + 1)
    #expect(diagnostics.first?.hint == "did you mean 'busy-ports'?")
    #expect(
      diagnostics.last?.rendered() == ".sockwise.yaml: error: 19950 more problems are not shown")
  }

  @Test func readsEachFileOfWaiversOnceAndNotManyOfThem() throws {
    let directory = try TemporaryDirectory()
    try TextFile.write("waivers:\n  - {rule: nope, reason: x}\n", to: directory.path("w.yaml"))
    let names = String(repeating: "  - w.yaml\n", count: 300)
    try TextFile.write("waivers:\n" + names, to: directory.path(".sockwise.yaml"))
    let file = ConfigurationFile.read(directory.path(".sockwise.yaml"), rules: Self.rules)
    #expect(file.diagnostics.filter { $0.path.hasSuffix("/w.yaml") }.count == 1)
    #expect(file.diagnostics.count == RuleProblems.most + 2)
    #expect(file.diagnostics.first?.message == "'w.yaml' is listed twice")
    let many = read("waivers: [\((0..<40).map { "w\($0).yaml" }.joined(separator: ", "))]")
    #expect(many.diagnostics.first?.message == "'waivers' names more than 16 files")
  }

  // MARK: What a stranger wrote

  /// A configuration that was found names nothing outside its directory; one that the user names may.
  @Test(arguments: [
    ("/etc/passwd", "is not below the directory of this file"),
    ("../w.yaml", "is not below the directory of this file"),
    // To Swift a slash and a combining mark are one character.
    ("../\u{301}w.yaml", "is not below the directory of this file"),
    ("/\u{301}etc", "is not below the directory of this file"),
    ("link.yaml", "is a symbolic link, or in one"),
    ("up/w.yaml", "is a symbolic link, or in one"),
  ])
  func leadsNowhereElse(_ name: String, _ why: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("repository/.sockwise.yaml")
    try TextFile.write("waivers:\n  - \(name)\n", to: path)
    try TextFile.write("secret: x\n", to: directory.path("w.yaml"))
    #expect(unsafe symlink("../w.yaml", directory.path("repository/link.yaml")) == 0)
    #expect(unsafe symlink("..", directory.path("repository/up")) == 0)
    let found = ConfigurationFile.read(path, rules: Self.rules, isNamed: false)
    #expect(
      found.diagnostics.map { $0.rendered() } == [
        """
        \(path):2:5: error: '\(name)' \(why)
            - \(name)
              ^\(String(repeating: "~", count: name.count - 1))
          name it with --waivers, or the configuration with --config
        """
      ])
    let named = ConfigurationFile.read(path, rules: Self.rules)
    #expect(named.diagnostics.allSatisfy { $0.path != path })
    #expect(!named.diagnostics.isEmpty)
  }

  @Test func whatIsFoundIsNoLink() throws {
    let directory = try TemporaryDirectory()
    try TextFile.write("secret: x\n", to: directory.path("secret"))
    let path = directory.path(".sockwise.yaml")
    #expect(unsafe symlink("secret", path) == 0)
    let found = ConfigurationFile.read(path, rules: Self.rules, isNamed: false)
    #expect(
      found.diagnostics.map { $0.rendered() } == [
        "\(path): error: file is a symbolic link, or in one\n  name it with --config"
      ])
    #expect(ConfigurationFile.read(path, rules: Self.rules).diagnostics.first?.line == 1)
  }

  @Test func parametersChangeRules() throws {
    let changed = Self.rules.overriding(["busy-ports": ["percent": .int(10)], "gone": [:]])
    let rule = try #require(changed.rule("busy-ports"))
    let facts = try RuleBuilder.facts("sockets: { tcp: 50 }")
    #expect(rule.evaluate(in: facts).map(\.summary).first?.hasPrefix("finding") == true)
    let before = try #require(Self.rules.rule("busy-ports"))
    #expect(before.evaluate(in: facts).map(\.summary) == ["pass"])
  }
}
