import TestSupport
import Testing

/// The built binary on namespaces with several situations at once, and with none.
@Suite(.needsNamespaces, .serialized)
struct DemonstrationTests {
  @Test func everyProblemIsFoundAndNoTwin() async throws {
    let audit = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      _ = try net.demonstration()
      return try AuditResult.current()
    }
    #expect(
      audit.findings == [
        "destination-exhausted high destination:127.0.0.1>127.0.0.1:7000",
        "ephemeral-range-too-small low sysctl:net.ipv4.ip_local_port_range",
        "listener-in-ephemeral-range low listener:tcp:127.0.0.1:32800",
        "listener-without-reuseaddr high listener:tcp:127.0.0.1:8080",
        "tw-reuse-needed high destination:127.0.0.1>127.0.0.1:7000",
      ])
    #expect(audit.report.unknown.isEmpty)
    #expect(audit.status == 1)
    #expect(audit.errors == "")
  }

  @Test func anIdleNamespaceHasNoFinding() async throws {
    let audit = try await ScratchNamespace.run { _ in try AuditResult.current() }
    #expect(audit.findings.isEmpty)
    #expect(audit.report.unknown.isEmpty)
    #expect(audit.status == 0)
  }

  /// 20,000 connections toward one destination within TIME_WAIT's 60 s, of 28,232 ports: only what
  /// connect() cannot take again counts.
  @Test func aBusyLoopbackBackendIsHealthy() async throws {
    let (made, audit) = try await ScratchNamespace.run { net in
      (
        try net.busyLoopbackClient(perSecond: 1000, seconds: 20),
        try AuditResult.current(["--min-severity", "low"])
      )
    }
    #expect(made == 20_000)
    #expect(audit.findings.isEmpty)
    #expect(audit.status == 0)
  }

  @Test func withoutPrivilegesOptionsOfOthersAreUnknown() async throws {
    let audit = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      _ = try net.demonstration()
      return try AuditResult.current(as: .nobody)
    }
    let rules = Set(audit.report.findings.map(\.rule))
    #expect(rules.isSuperset(of: ["destination-exhausted", "tw-reuse-needed"]))
    // Neither a finding nor a pass.
    #expect(!rules.contains("listener-without-reuseaddr"))
    let undecided = audit.report.unknown.filter { $0.rule == "listener-without-reuseaddr" }
    #expect(undecided.contains { $0.subject == "listener:tcp:127.0.0.1:8080" })
    #expect(undecided.flatMap(\.missing).contains { $0.grant != nil })
    #expect(audit.status == 1)
  }
}
