import TestSupport
import Testing

/// The recorded hosts of `Tests/Fixtures/hosts`, audited by the built binary. `make fixtures` makes
/// them anew; `RECORD=1` rewrites their reports.
@Suite struct RecordedHostTests {
  static let healthy = [
    "idle-debian", "pure-client", "keep-alive-server", "reverse-proxy", "database",
    "container-host", "dns-resolver",
  ]
  static let sick = ["sick-client", "sick-server", "no-timestamps"]

  private static func audit(_ host: String, _ arguments: [String]) throws -> Subprocess.Result {
    try BuiltBinary.run(
      [
        "audit", "--root", "\(Checkout.root)/Tests/Fixtures/hosts/\(host)/host", "--enable",
        "ephemeral-range-parity",
      ] + arguments)
  }

  /// Formats and how their files end.
  @Test(arguments: healthy + sick, [("text", "txt"), ("json", "json")])
  func reports(_ host: String, _ format: (name: String, suffix: String)) throws {
    let result = try Self.audit(host, ["--format", format.name])
    #expect(result.errors == "")
    #expect(
      result.status == (Self.healthy.contains(host) || host == "no-timestamps" ? 0 : 1), "\(host)")
    Golden.expect(
      withoutDuration(result.output), matches: "hosts/\(host)/report.\(format.suffix)")
  }

  @Test(arguments: healthy) func healthyHostsHaveNothingAboveInfo(_ host: String) throws {
    let result = try Self.audit(host, ["--format", "json"])
    let audit = try AuditResult(result)
    #expect(audit.report.findings.allSatisfy { $0.severity == "info" })
    #expect(audit.report.unknown.isEmpty)
    #expect(!audit.report.notices.contains { $0.level == "warning" })
  }

  @Test func theSickHostsHaveEveryFindingOfTheFirstRules() throws {
    var rules: Set<String> = []
    for host in Self.sick {
      let audit = try AuditResult(try Self.audit(host, ["--format", "json"]))
      rules.formUnion(audit.report.findings.map(\.rule))
      rules.formUnion(audit.report.notices.compactMap(\.rule))
    }
    #expect(
      rules.isSuperset(of: [
        "destination-exhausted", "destination-past-knee", "ephemeral-range-parity",
        "ephemeral-range-too-small", "listener-in-ephemeral-range", "listener-without-reuseaddr",
        "time-wait-on-server-harmless", "time-wait-overflow", "timestamps-disabled",
        "tw-reuse-needed", "tw-reuse-on-pure-server", "tw-reuse-without-timestamps",
      ]))
  }
}

/// A report with 0 for the time that it took.
private func withoutDuration(_ text: String) -> String {
  let key = "\"duration_seconds\": "
  return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    line.contains(key) ? "  \(key)0," : String(line)
  }.joined(separator: "\n")
}
