import CEL
import Rules
import Testing

@testable import Reports

/// Where a remedy says that a kernel parameter is set.
@Suite struct RemedyBlockTests {
  private func text(
    _ key: String, fact: String, isInitial: Bool
  ) -> (text: String, isElsewhere: Bool)? {
    let name = NamespaceName(inode: 1, name: "blue", kind: "path")
    let finding = ReportedFinding(
      Finding(
        rule: "x", title: "x", severity: .low, confidence: .high, subject: "sysctl:\(key)",
        message: "x", evidence: [Evidence(fact: fact, value: .int(1))],
        remediation: [.sysctl([.init(key: key, value: "2")])], fingerprint: "0"),
      namespace: name)
    let report = Report(
      tool: .init(version: "0"), host: .init(name: "web1", kernel: "6.1"), mode: .live,
      started: "", durationSeconds: 0, findings: [finding],
      namespaces: [Namespace(name: name, audited: true, isPID1: isInitial, isInitial: isInitial)])
    return report.remedies(of: finding).first.map { ($0.text, $0.isElsewhere) }
  }

  @Test(arguments: [
    ("net.ipv4.tcp_tw_reuse", "sysctl.net.ipv4.tcp_tw_reuse", true),
    ("net.ipv4.tcp_mem", "host.sysctl.net.ipv4.tcp_mem", false),
    ("fs.file-max", "host.sysctl.fs.file_max", false), ("vm.max_map_count", "", false),
  ]) func whatIsTheWholeHostsIsSetOnTheHost(
    _ key: String, _ fact: String, _ isOfNamespace: Bool
  ) throws {
    let inside = try #require(text(key, fact: fact, isInitial: false))
    #expect(inside.isElsewhere == isOfNamespace)
    #expect(
      inside.text.hasPrefix(isOfNamespace ? "Set in that network namespace" : "Set on the host"))
    let outside = try #require(text(key, fact: fact, isInitial: true))
    #expect(outside.text.hasPrefix("Set where it is set now"))
  }
}
