import Glibc
import TestSupport
import Testing

/// Surroundings that refuse or hide what an audit reads.
@Suite(.needsNamespaces, .serialized)
struct SandboxTests {
  @Test func withoutNetlinkTheTablesOfProcAreRead() async throws {
    let audit = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      _ = try net.demonstration()
      try net.deny(.netlink)
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
    let notice = try #require(audit.report.notices.first { $0.message.contains("sock_diag") })
    #expect(notice.level == "warning")
    #expect(notice.message.contains("the tables in /proc/net were read instead"))
    #expect(audit.status == 1)
  }

  @Test func withoutPidfdGetfdOptionsAreUnknown() async throws {
    let audit = try await ScratchNamespace.run { net in
      let listener = try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      // Other tests may give this process more descriptors than a search has time for.
      _ = try net.start("/bin/sleep", ["600"], holding: [listener])
      listener.close()
      try net.deny(.pidfdGetfd)
      return try AuditResult.current(["--strict"])
    }
    #expect(audit.findings.isEmpty)
    let undecided = try #require(audit.report.unknown.first)
    #expect(undecided.rule == "listener-without-reuseaddr")
    #expect(undecided.subject == "listener:tcp:127.0.0.1:8080")
    #expect(
      Set(undecided.missing.map(\.reason))
        == ["no permission to read another process's socket options"])
    #expect(undecided.missing.allSatisfy { $0.grant?.contains("CAP_SYS_PTRACE") == true })
    #expect(audit.status == 3)
  }

  @Test func withoutBothMuchIsStillSaid() async throws {
    let audit = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      _ = try net.demonstration()
      try net.deny(.netlink, .pidfdGetfd)
      return try AuditResult.current()
    }
    let rules = Set(audit.report.findings.map(\.rule))
    #expect(rules.isSuperset(of: ["destination-exhausted", "tw-reuse-needed"]))
    #expect(audit.report.unknown.allSatisfy { $0.rule == "listener-without-reuseaddr" })
    #expect(!audit.report.unknown.isEmpty)
  }

  @Test(.needsMounts) func hidepidHidesTheOwnersOfSockets() async throws {
    let audit = try await ScratchNamespace.run { net in
      try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      return try AuditResult.through(
        "mount -t proc -o hidepid=2 none /proc; exec \"$@\"", as: .nobody)
    }
    #expect(audit.findings.isEmpty)
    let undecided = try #require(audit.report.unknown.first)
    #expect(undecided.subject == "listener:tcp:127.0.0.1:8080")
    #expect(
      undecided.missing.allSatisfy {
        $0.reason == "'/proc' hides the processes of other users (hidepid)"
          && $0.grant?.contains("CAP_SYS_PTRACE") == true
      }, "\(undecided)")
    #expect(audit.status == 0)
  }

  @Test(
    .needsMounts, .unsanitized("a sanitizer reads its options from /proc, which is hidden here"))
  func withoutProcTheSocketsAreRead() async throws {
    let (audit, facts) = try await ScratchNamespace.run { net in
      try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      let script = "mount -t tmpfs none /proc; exec \"$@\""
      return (
        try AuditResult.through(script, ["--strict"]),
        try BuiltBinary.run(["facts"], through: script, ownMounts: true).output
      )
    }
    #expect(audit.findings.isEmpty)
    #expect(audit.status == 3)
    let reasons = Set(audit.report.unknown.flatMap(\.missing).map(\.reason))
    #expect(reasons == ["'/proc' is not mounted"])
    #expect(facts.contains("'/proc' is not mounted"))
    #expect(facts.contains("8080"))
  }

  /// An image's unit files are there in its containers too, where PID 1 is another program.
  @Test(.needsMounts, arguments: [("systemd", true), ("tini", false)])
  func unitFilesCountOnlyWhereSystemdLoadsThem(_ initial: String, _ counts: Bool) async throws {
    let script = """
      mount -t tmpfs none /run; mkdir -p /run/systemd/system /run/init
      printf '[Service]\nExecStart=/bin/true\n' > /run/systemd/system/planted.service
      cp /bin/sh /run/init/\(initial)
      exec unshare -p -f --mount-proc /run/init/\(initial) -c '"$@"; exit $?' \(initial) "$@"
      """
    let facts = try await ScratchNamespace.run { _ in
      try BuiltBinary.run(["facts", "--format", "json"], through: script, ownMounts: true)
    }
    #expect(facts.status == 0)
    #expect(facts.output.contains("planted.service") == counts)
  }

  /// The binary and its libraries, and nothing else.
  @Test(.unsanitized("a sanitizer reads its options from /proc, which is hidden here"))
  func anEmptyRootIsEnough() async throws {
    let directory = try TemporaryDirectory()
    let script = """
      for file in $(ldd "$1" | grep -o '/[^ ]*') "$1"; do
        mkdir -p "$ROOT$(dirname "$file")"; cp "$file" "$ROOT$file"
      done
      exec chroot "$ROOT" "$@"
      """
    let path = directory.path
    let (audit, version, wrong) = try await ScratchNamespace.run { net in
      _ = try net.listen(.loopback(8080))
      let script = "ROOT=\(path)\n" + script
      return (
        try AuditResult.through(script, ["--strict"]),
        try BuiltBinary.run(["--version"], through: script),
        try BuiltBinary.run(["audit", "--no-such-option"], through: script)
      )
    }
    #expect(audit.status == 3)
    #expect(
      Set(audit.report.unknown.flatMap(\.missing).map(\.reason)) == ["'/proc' is not mounted"])
    #expect(version.output == "0.1.0\n")
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("--no-such-option"))
  }
}
