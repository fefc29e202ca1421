import TestSupport
import Testing

/// The rule `listener-port-taken` on the real kernel: a namespace of processes whose PID 1 is called
/// systemd and is in the audited network namespace, with unit files of its own.
@Suite(.needsNamespaces, .serialized)
struct PortTakenTests {
  /// - Parameter client: what is done to the client's socket before connect().
  private func audit(
    client: String = "pass", isTaken: Bool, deny: Bool = false, _ options: [String] = []
  ) async throws -> AuditResult {
    let program = """
      import os, socket, subprocess, sys
      def unit(name, listen, enabled=True):
          with open(f"/etc/systemd/system/{name}.socket", "w") as file:
              file.write(f"[Socket]\\nListenStream={listen}\\n")
          with open(f"/etc/systemd/system/{name}.service", "w") as file:
              file.write("[Service]\\nExecStart=/bin/true\\n")
          if enabled:
              os.symlink(f"/etc/systemd/system/{name}.socket",
                  f"/etc/systemd/system/sockets.target.wants/{name}.socket")
      os.makedirs("/etc/systemd/system/sockets.target.wants")
      unit("any", 40000)
      unit("exact", "127.0.0.1:40000")
      unit("elsewhere", "127.0.0.2:40000")
      unit("free", 40001)
      unit("off", 40000, enabled=False)
      listener = socket.create_server(("127.0.0.1", 5432))
      client = socket.socket()
      \(client)
      client.connect(("127.0.0.1", 5432))
      assert client.getsockname()[1] == 40000
      # What systemd would do.
      server = socket.socket()
      server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      try:
          server.bind(("127.0.0.1", 40000))
          isTaken = False
      except OSError:
          isTaken = True
      server.close()
      assert isTaken == \(isTaken ? "True" : "False")
      sys.exit(subprocess.run(sys.argv[1:]).returncode)
      """
    return try await ScratchNamespace.run(sysctls: [
      "net.ipv4.ip_local_port_range": "40000 40001"
    ]) { net in
      if deny { try net.deny(.netlink) }
      var unshared = Subprocess(
        program: "/usr/bin/unshare",
        arguments: [
          "--mount", "--pid", "--fork", "--mount-proc", "/bin/sh", "-ec",
          """
          mount -t tmpfs none /etc/systemd
          mount -t tmpfs none /run
          mkdir -p /run/systemd/system
          printf systemd > /proc/$$/comm
          python3 -c "$@"
          """, "sh", program,
          BuiltBinary.path, "audit", "--format", "json", "--only", "listener-port-taken",
        ] + options)
      unshared.environment = ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      return try AuditResult(unshared.run())
    }
  }

  private static func replay(_ host: String) throws -> AuditResult {
    try AuditResult(
      BuiltBinary.run(
        ["audit", "--format", "json", "--root", host, "--only", "listener-port-taken"]))
  }

  @Test(arguments: [false, true]) func listenerPortTaken(withoutNetlink: Bool) async throws {
    let directory = try TemporaryDirectory()
    let host = directory.path("host")
    let audit = try await audit(isTaken: true, deny: withoutNetlink, ["--record", host])
    for audit in [audit, try Self.replay(host)] {
      #expect(
        audit.findings == [
          "listener-port-taken high unit:any.socket", "listener-port-taken high unit:exact.socket",
        ])
      #expect(audit.report.unknown.isEmpty)
      let finding = try #require(audit.report.findings.first { $0.subject == "unit:exact.socket" })
      #expect(
        finding.message.hasPrefix(
          "exact.socket cannot listen on 127.0.0.1:40000: python3 (pid "), "\(finding.message)")
      #expect(
        finding.message.hasSuffix(
          ") has port 40000 for a connection to 127.0.0.1 port 5432 (ESTABLISHED)"))
    }
  }

  /// Units are known by their names, and so are not in it.
  @Test func anAnonymousRecordingDoesNotTellOfUnits() async throws {
    let directory = try TemporaryDirectory()
    let host = directory.path("host")
    let audit = try await audit(isTaken: true, ["--record", host, "--anonymize"])
    #expect(audit.findings.count == 2)
    let replayed = try Self.replay(host)
    #expect(replayed.findings.isEmpty)
    #expect(
      replayed.report.unknown.flatMap(\.missing).map(\.reason) == [
        "the recording does not tell of units: anonymous ones do not, nor do those of earlier versions"
      ])
  }

  /// bind() succeeds beside a connection that has the option too.
  @Test func aConnectionWithTheOption() async throws {
    let audit = try await audit(
      client: "client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)", isTaken: false)
    #expect(audit.findings.isEmpty && audit.report.unknown.isEmpty)
  }
}
