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
  static let formats = [
    ("text", "txt"), ("json", "json"), ("sarif", "sarif"), ("junit", "junit.xml"),
    ("github", "github.txt"), ("markdown", "md"), ("html", "html"), ("baseline", "baseline.json"),
  ]

  /// All formats of one audit: each but text is a file beside it.
  @Test(arguments: healthy + sick) func reports(_ host: String) throws {
    let directory = try TemporaryDirectory()
    let result = try Self.audit(
      host,
      Self.formats.dropFirst().flatMap { ["--output", "\($0.0)=\(directory.path($0.1))"] })
    #expect(result.errors == "")
    #expect(
      result.status == (Self.healthy.contains(host) || host == "no-timestamps" ? 0 : 1), "\(host)")
    for (name, suffix) in Self.formats {
      let text = name == "text" ? result.output : try TextFile.read(directory.path(suffix))
      Golden.expect(withoutDuration(text), matches: "hosts/\(host)/report.\(suffix)")
    }
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
  text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    let json = "\"duration_seconds\": "
    if line.contains(json) { return "  \(json)0," }
    // JUnit's suites; cases have no time of their own.
    guard line.contains("<testsuite"), let start = line.firstRange(of: " time=\"") else {
      return String(line)
    }
    return line[..<start.upperBound] + "0" + line[start.upperBound...].drop { $0 != "\"" }
  }.joined(separator: "\n")
}
