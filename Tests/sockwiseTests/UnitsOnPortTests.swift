import TestSupport
import Testing

/// Rules on processes of several units at one port, on the real kernel. Which unit a process is of, and
/// when it began, is what files say that are mounted over the kernel's.
@Suite(.needsNamespaces, .needsMounts, .serialized)
struct UnitsOnPortTests {
  /// Audits after a Python program in which `run(unit, began, code)` starts a process and waits until
  /// it has done what the code says.
  private func audit(_ setup: String, _ arguments: [String]) async throws -> AuditResult {
    let program = """
      import errno, os, socket, subprocess, sys, time
      subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
      def say(pid, name, text):
          with open(f"/run/{pid}-{name}", "w") as file: file.write(text)
          subprocess.run(["mount", "--bind", f"/run/{pid}-{name}", f"/proc/{pid}/{name}"], check=True)
      def of_unit(pid, unit, began):
          fields = open(f"/proc/{pid}/stat").read().split(" ")
          fields[21] = str(began * os.sysconf("SC_CLK_TCK"))
          say(pid, "stat", " ".join(fields))
          say(pid, "cgroup", f"0::/system.slice/{unit}\\n")
      head = '''
      import os, socket, subprocess, sys, time
      def listen(port, share=False, reuse=False):
          s = socket.socket()
          if share: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
          if reuse: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          s.bind(("127.0.0.1", port))
          s.listen()
          return s
      def ready():
          print("ready", flush=True)
          time.sleep(600)
      '''
      processes = []
      def run(unit, began, code):
          process = subprocess.Popen([sys.executable, "-c", head + code], stdout=subprocess.PIPE)
          assert process.stdout.readline() == b"ready\\n"
          of_unit(process.pid, unit, began)
          processes.append(process)
          return process
      \(setup)
      status = subprocess.run(sys.argv[1:]).returncode
      for process in processes: process.kill()
      for child in globals().get("children", []): os.kill(child, 9)
      sys.exit(status)
      """
    return try await ScratchNamespace.run { _ in
      var unshared = Subprocess(
        program: "/usr/bin/unshare",
        arguments: [
          "--mount", "python3", "-c", program, BuiltBinary.path, "audit", "--format", "json",
        ] + arguments)
      unshared.environment = ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      return try AuditResult(unshared.run())
    }
  }

  private func replay(_ host: String, _ rule: String) throws -> AuditResult {
    try AuditResult(
      BuiltBinary.run(["audit", "--format", "json", "--root", host, "--only", rule]))
  }

  /// What is not known for another reason than that PID 1 may not be looked into, as in some sandboxes:
  /// it might hold anything.
  private static func unknown(_ audit: AuditResult) -> [String] {
    audit.report.unknown.filter { undecided in
      !undecided.missing.allSatisfy { $0.reason.hasPrefix("process 1 cannot be looked into") }
    }.map(\.subject)
  }

  @Test func reuseportMixedOwners() async throws {
    let directory = try TemporaryDirectory()
    let rule = "reuseport-mixed-owners"
    let setup = """
      for port, first, second, later in (
          (8443, "old.service", "new.service", 3600), (8444, "web.service", "web.service", 3600),
          (8445, "api@1.service", "api@2.service", 3600), (8446, "a.service", "b.service", 60),
          (8447, "web-1.service", "web-2.service", 3600),
          (8448, "docker-4f6c.scope", "docker-77aa.scope", 3600)):
          run(first, 1000, f"s = listen({port}, share=True); ready()")
          run(second, 1000 + later, f"s = listen({port}, share=True); ready()")
      """
    for anonymous in [false, true] {
      let host = directory.path("\(anonymous)")
      let audit = try await audit(
        setup, ["--only", rule, "--record", host] + (anonymous ? ["--anonymize"] : []))
      let expected = ["reuseport-mixed-owners medium listener:tcp:127.0.0.1:8443"]
      #expect(audit.findings == expected)
      #expect(audit.report.unknown.isEmpty)
      let message = try #require(audit.report.findings.first?.message)
      #expect(
        message.contains(
          ", old.service) takes a share of the connections on 127.0.0.1 port 8443"))
      #expect(message.hasSuffix(", new.service) has joined 3600 s later"))
      #expect(try replay(host, rule).findings == expected)
      #expect(try replay(host, rule).report.unknown.isEmpty)
      // A recording of before the members were told apart: of one unit there is nothing to miss.
      let text = try TextFile.read("\(host)/sockets.json")
      try TextFile.write(text.replacing("\"members\"", with: "\"m\""), to: "\(host)/sockets.json")
      let older = try replay(host, rule)
      #expect(older.findings.isEmpty)
      #expect(
        older.report.unknown.map(\.subject).sorted()
          == [8443, 8445, 8446, 8447, 8448].map { "listener:tcp:127.0.0.1:\($0)" })
    }
  }

  @Test func connectionsBlockRestart() async throws {
    let directory = try TemporaryDirectory()
    let rule = "connections-block-restart"
    let setup = """
      server = '''
      s = listen({port}, reuse={reuse})
      client = socket.create_connection(("127.0.0.1", {port}))
      accepted, _ = s.accept()
      os.set_inheritable(accepted.fileno(), {leaks})
      child = subprocess.Popen(["/bin/sleep", "600"], close_fds=False)
      open("/run/child", "w").write(str(child.pid))
      ready()
      '''
      children = []
      def serve(port, unit, reuse=False, leaks=True):
          process = run("api.service", 1000, server.format(port=port, reuse=reuse, leaks=leaks))
          children.append(int(open("/run/child").read()))
          of_unit(children[-1], unit, 1000)
          return process
      # What the rule says: the unit is stopped, and bind() fails.
      serve(9000, "session-3.scope").kill()
      processes[-1].wait()
      try:
          socket.socket().bind(("127.0.0.1", 9000))
          raise SystemExit("bind() beside the connection succeeded")
      except OSError as error:
          assert error.errno == errno.EADDRINUSE
      serve(8080, "session-3.scope")
      serve(8081, "api.service")
      serve(8082, "session-3.scope", reuse=True)
      serve(8083, "session-3.scope", leaks=False)
      """
    for anonymous in [false, true] {
      let host = directory.path("\(anonymous)")
      let audit = try await audit(
        setup, ["--only", rule, "--record", host] + (anonymous ? ["--anonymize"] : []))
      let expected = ["connections-block-restart medium listener:tcp:127.0.0.1:8080"]
      #expect(audit.findings == expected)
      #expect(Self.unknown(audit) == [])
      let message = try #require(audit.report.findings.first?.message)
      #expect(message.hasPrefix("sleep (pid "))
      #expect(message.contains(", session-3.scope) holds a connection of python3 on 127.0.0.1"))
      #expect(try replay(host, rule).findings == expected)
      #expect(Self.unknown(try replay(host, rule)) == [])
      // A recording of before they were looked for.
      let text = try TextFile.read("\(host)/sockets.json")
      try TextFile.write(
        text.replacing("\"connections\"", with: "\"c\""), to: "\(host)/sockets.json")
      let older = try replay(host, rule)
      #expect(older.findings.isEmpty)
      #expect(
        older.report.unknown.map(\.subject).sorted()
          == [8080, 8081, 8083].map { "listener:tcp:127.0.0.1:\($0)" })
    }
  }
}
