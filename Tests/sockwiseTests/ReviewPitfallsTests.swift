import TestSupport
import Testing

/// What a reader of many repositories found: files that only look as if they had a mistake, and mistakes
/// that do not look like one.
@Suite struct ReviewPitfallsTests {
  /// `rule severity key` of each finding.
  private static func findings(_ path: String, _ text: String) throws -> [String] {
    let repository = try ReviewTests.repository([path: text, ".git/HEAD": ""])
    let result = try ReviewTests.review(["--format", "json"], in: repository.path)
    let report = try ParsedJSON(Array(result.output.utf8))
    return try #require(report["findings"]?.elements).map { finding in
      let texts = [finding["rule"], finding["severity"]].map { $0?.string ?? "" }
      return texts.joined(separator: " ")
    }
  }

  private static func service(_ command: String) -> String {
    "[Service]\nEnvironment=MAX=4096\nExecStartPre=\(command)\nExecStart=/bin/true\n"
  }

  private static func compose(_ value: String) -> String {
    "services:\n  a:\n    image: x\n    sysctls:\n      net.ipv4.tcp_fin_timeout: \(value)\n"
  }

  private static func pod(_ value: String) -> String {
    """
    kind: Pod
    spec:
      securityContext:
        sysctls:
          - { name: net.ipv4.tcp_fin_timeout, value: "\(value)" }
    """
  }

  private static func script(_ script: String) -> String {
    let lines = script.split(separator: "\n").map { "          \($0)" }.joined(separator: "\n")
    return """
      kind: Pod
      spec:
        initContainers:
          - command:
              - sh
              - -c
              - |
      \(lines)
      """
  }

  private static func tasks(_ text: String) -> String {
    "- hosts: a\n  tasks:\n"
      + text.split(separator: "\n").map { "    \($0)\n" }.joined()
  }

  private static let recycle = "{ name: net.ipv4.tcp_tw_recycle, value: 0 }"

  @Test(arguments: [
    ("a.service", service("/sbin/sysctl -w net.core.somaxconn=${MAX}")),
    ("compose.yaml", compose("$FIN")), ("compose.yaml", compose("null")),
    ("pod.yaml", pod("$FIN")), ("pod.yaml", pod("$(params.x)")), ("pod.yaml", pod("#{x}#")),
    ("pod.yaml", pod("(( grab x ))")), ("pod.yaml", pod("ENC[AES256_GCM,data]")),
    ("pod.yaml", pod("__MAX__")), ("pod.yaml", pod("@MAX@")), ("pod.yaml", pod("<MAX>")),
    ("site.yml", tasks("- sysctl: \(recycle)\n  when: false")),
    ("site.yml", tasks("- sysctl: \(recycle)\n  tags: [never]")),
    (
      "pod.yaml",
      script("uname -r | grep -q ^3 || exit 0\nsysctl -w net.ipv4.tcp_fack=1")
    ),
    (
      "pod.yaml",
      script(
        "if [ -e /proc/sys/net/ipv4/tcp_low_latency ]; then\nsysctl -w net.core.somaxcon=1\nfi"
      )
    ),
  ]) func nothingIsWrong(_ path: String, _ text: String) throws {
    #expect(try Self.findings(path, text) == [], "\(text)")
  }

  @Test(arguments: [
    ("site.yml", tasks("- sysctl: \(recycle)"), "tw-recycle-gone medium"),
    ("site.yml", tasks("- sysctl: \(recycle)\n  when: is_old"), "tw-recycle-gone low"),
    (
      "site.yml",
      tasks("- block:\n    - sysctl: \(recycle)\n  rescue:\n    - debug: { msg: x }"),
      "tw-recycle-gone low"
    ),
    (
      "pod.yaml",
      script("set -e\nsysctl -w net.ipv4.tcp_tw_recycle=1\necho done"), "tw-recycle-gone medium"
    ),
    ("pod.yaml", script("sysctl -w net.ipv4.tcp_tw_recycle=1\necho done"), "tw-recycle-gone low"),
    (
      "etc/sysctl.d/a.conf", "net.ipv6.conf.all.disable_ipv6 = true\n",
      "sysctl-value-refused high"
    ),
    (
      "etc/sysctl.d/a.conf", "\u{feff}net.core.somaxconn = 4096\n", "sysctl-unknown-key medium"
    ),
  ]) func isFound(_ path: String, _ text: String, _ expected: String) throws {
    #expect(try Self.findings(path, text) == (expected.isEmpty ? [] : [expected]), "\(text)")
  }

  @Test func aKeyOfTheHostIsNotAllowedToPods() throws {
    let pod = Self.pod("1").replacing("tcp_fin_timeout", with: "neigh.default.gc_thresh3")
    #expect(try Self.findings("pod.yaml", pod) == ["sysctl-not-namespaced medium"])
  }

  @Test func whatComesLaterOnOneHostIsNoDefault() throws {
    let repository = try ReviewTests.repository([
      "etc/sysctl.d/a.conf": "net.core.somaxconn = 100\n",
      "etc/tmpfiles.d/a.conf": "w /proc/sys/net/core/somaxconn - - - - 8192\n", ".git/HEAD": "",
    ])
    let result = try ReviewTests.review(
      ["--only", "setting-below-default", "--kernel", "6.18"], in: repository.path)
    #expect(!result.output.contains("below this kernel's default"), "\(result.output)")
    #expect(result.output.contains("do not agree on"), "\(result.output)")
  }
}
