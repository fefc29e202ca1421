import CEL
import Glibc
import TestSupport
import Testing

@testable import Rules

/// `/etc/sockwise/sockwise.yaml`: what it has in common with `.sockwise.yaml` is tested with that.
@Suite struct HostConfigurationTests {
  private static let rules = RuleBuilder.set([
    "busy-ports": "params: { percent: 95 }\nwhen: sockets.tcp > params.percent",
    "other-rule": "opt_in: true",
  ])
  private static let formats = ["text": "", "json": "", "html": "", "prometheus": ".prom"]

  private func read(_ text: String) -> ConfigurationFile {
    ConfigurationFile(
      path: "sockwise.yaml", content: Array(text.utf8), rules: Self.rules,
      kind: .host(formats: Self.formats))
  }

  @Test func readsEveryKey() {
    let file = read(
      """
      skip: [busy-ports]
      enable: [other-rule]
      params:
        busy-ports: { percent: 90 }
      waivers:
        - { rule: busy-ports, reason: It is known. }
      fail_on: high
      min_severity: low
      journal: all
      outputs:
        json: /var/lib/sockwise/report.json
        html: /srv/report.html
      """)
    #expect(file.diagnostics.map { $0.rendered() } == [])
    let configuration = file.configuration
    #expect(configuration.skip == ["busy-ports"])
    #expect(configuration.enable == ["other-rule"])
    #expect(configuration.parameters["busy-ports"]?["percent"] != nil)
    #expect(configuration.waivers.entries.map(\.reason) == ["It is known."])
    #expect(configuration.failOn == .high)
    #expect(configuration.minSeverity == .low)
    #expect(configuration.journal == .all)
    #expect(
      configuration.outputs.map { "\($0.format) \($0.path)" }
        == ["json /var/lib/sockwise/report.json", "html /srv/report.html"])
  }

  @Test(arguments: [
    ("journal: al", "1:10: error: 'journal' cannot be 'al'", "did you mean 'all'?"),
    ("journal: off", "1:10: error: 'journal' cannot be 'off'", "transitions"),
    ("min_severity: never", "1:15: error: 'min_severity' cannot be 'never'", "info, low"),
    ("outputs: json", "1:10: error: 'outputs' must be a mapping, this is text", nil),
    ("outputs: {jsn: /x}", "1:11: error: no format is called 'jsn'", "did you mean 'json'?"),
    ("outputs: {prometheus: /x.txt}", "1:23: error: '/x.txt' must end in '.prom'", nil),
    ("outputs: {json: x}", "1:17: error: 'x' must begin with '/'", nil),
    ("outputs: {json: }", "1:17: error: the file of 'json' is empty", nil),
    ("outputs: {json: /a, json: /b}", "1:21: error: duplicate key 'json'", nil),
    (
      "kernels: [6.1]", "1:1: error: unknown key 'kernels'",
      "'kernels' is for the configuration of a repository, which 'sockwise review' reads"
    ),
    ("fail-on: low", "1:1: error: unknown key 'fail-on'", "did you mean 'fail_on'?"),
  ])
  func saysWhatIsWrong(_ text: String, _ message: String, _ hint: String?) {
    let shown = read(text + "\n").diagnostics.map { $0.rendered() }.joined(separator: "\n")
    #expect(shown.hasPrefix("sockwise.yaml:" + message), "\(shown)")
    if let hint { #expect(shown.contains(hint), "\(shown)") }
  }

  @Test func aRepositorysFileNamesNoOutputs() {
    let file = ConfigurationFile(
      path: ".sockwise.yaml", content: Array("outputs: {json: /etc/passwd}\n".utf8),
      rules: Self.rules)
    #expect(file.configuration.outputs.isEmpty)
    #expect(
      file.diagnostics.first?.hint
        == "'outputs' is for the configuration of a host, which 'sockwise audit' reads")
  }

  @Test(.enabled(if: geteuid() == 0, "needs root")) func rootReadsWhatRootWrote() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("sockwise.yaml")
    try TextFile.write("journal: all\n", to: path)
    func read(isSystem: Bool) -> ConfigurationFile {
      ConfigurationFile.read(
        ofHost: path, rules: Self.rules, formats: Self.formats, isSystem: isSystem)
    }
    #expect(read(isSystem: true).configuration.journal == .all)
    try #require(unsafe chmod(path, 0o666) == 0)
    #expect(read(isSystem: true).configuration.journal == nil)
    #expect(
      read(isSystem: true).diagnostics.map(\.message)
        == ["file can be written by others than root and is not used"])
    // One that the user names is the user's choice.
    #expect(read(isSystem: false).configuration.journal == .all)
  }

  @Test func oneThatIsNotThereIsTold() {
    let file = ConfigurationFile.read(
      ofHost: "/nonexistent/sockwise.yaml", rules: Self.rules, formats: Self.formats,
      isSystem: false)
    #expect(
      file.diagnostics.map(\.message) == ["file cannot be read: no such file or directory"])
  }
}
