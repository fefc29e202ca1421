import Glibc
import TestSupport
import Testing

/// The rule `close-wait-leak` on the real kernel: a minute passes.
@Suite(.needsNamespaces, .serialized)
struct CloseWaitTests {
  /// A client that forgets connections which the server has closed; its twins forget fewer, may have
  /// more descriptors, or had idle ones that the server closes at the end. Their names are their own.
  private static let program = """
    import os, socket, subprocess, sys, time
    listener = socket.create_server(("127.0.0.1", 7000), backlog=1000)
    forget = '''
    import resource, socket, sys, time
    count, limit = int(sys.argv[1]), int(sys.argv[2])
    open("/proc/self/comm", "w").write(f"leak-{limit}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    kept = [socket.create_connection(("127.0.0.1", 7000)) for _ in range(count)]
    print("ready", flush=True)
    time.sleep(600)
    '''
    clients = []
    idle = []
    for count, limit in ((220, 2000), (220, 4000), (150, 1000), (220, 2001)):
        client = subprocess.Popen([sys.executable, "-c", forget, str(count), str(limit)],
            stdout=subprocess.PIPE)
        clients.append(client)
        assert client.stdout.readline() == b"ready\\n"
        for _ in range(count):
            connection = listener.accept()[0]
            idle.append(connection) if limit == 2001 else connection.close()
    command = [sys.argv[1], "audit", "--format", "json", "--only", "close-wait-leak"]
    early = subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout
    assert '"findings": []' in early, early
    time.sleep(59)
    for connection in idle: connection.close()
    time.sleep(2)
    status = subprocess.run(command + ["--record", sys.argv[2]]).returncode
    for client in clients: client.kill()
    sys.exit(status)
    """

  @Test func closeWaitLeak() async throws {
    let directory = try TemporaryDirectory()
    let host = directory.path("host")
    let audit = try await ScratchNamespace.run { _ in
      var python = Subprocess(
        program: "/usr/bin/env",
        arguments: ["python3", "-c", Self.program, BuiltBinary.path, host])
      python.environment = ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      return try AuditResult(python.run())
    }
    let replayed = try Self.replay(host)
    for result in [audit, replayed] {
      #expect(result.report.findings.map(\.rule) == ["close-wait-leak"])
      #expect(result.report.unknown.isEmpty)
      let message = try #require(result.report.findings.first?.message)
      #expect(message.hasPrefix("leak-2000 (pid "), "\(message)")
      #expect(
        message.contains("holds 220 connections in CLOSE_WAIT, 220 of them without data"),
        "\(message)")
      #expect(message.hasSuffix("it may have 2000 descriptors"))
    }
    // A recording of before their holders were looked for.
    let text = try TextFile.read("\(host)/recording.json")
    try TextFile.write(
      text.replacing("\"close_waits\"", with: "\"c\""), to: "\(host)/recording.json")
    let older = try Self.replay(host)
    #expect(older.report.findings.isEmpty)
    #expect(older.report.unknown.map(\.rule) == ["close-wait-leak"])
  }

  private static func replay(_ host: String) throws -> AuditResult {
    try AuditResult(
      BuiltBinary.run(
        ["audit", "--format", "json", "--root", host, "--only", "close-wait-leak"]))
  }
}
