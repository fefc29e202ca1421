import Glibc
import TestSupport
import Testing

/// The rule `listener-leaked` on the real kernel, with processes in control groups that are named as
/// systemd names those of units.
@Suite(.needsNamespaces, .needsMounts, .serialized)
struct ListenerLeakTests {
  /// Where control groups can be made: a cgroup2 mount of its own, which shows the same tree.
  private static let canMakeGroups: Bool = {
    let program = """
      mount -t cgroup2 none /mnt && mkdir /mnt/sockwise-$$.slice && rmdir /mnt/sockwise-$$.slice
      """
    let attempt = Subprocess(
      program: "/usr/bin/unshare", arguments: ["--mount", "/bin/sh", "-c", program])
    return (try? attempt.run().status) == 0
  }()

  /// A server in `api.service` lets a child inherit its listener, and the child moves elsewhere.
  private static let program = """
    import errno, os, shutil, socket, subprocess, sys, time
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    os.mkdir("/run/cgroup")
    subprocess.run(["mount", "-t", "cgroup2", "none", "/run/cgroup"], check=True)
    slice = f"/run/cgroup/sockwise-{os.getpid()}.slice"
    # Programs of other names: what they run is told by the file.
    shutil.copy(os.path.realpath("/bin/sleep"), "/run/conmon")
    shutil.copy(os.path.realpath(sys.executable), "/run/other")
    made = []
    def enter(unit, pid):
        path = f"{slice}/{unit}"
        if path not in made:
            os.makedirs(path)
            made.append(path)
        open(f"{path}/cgroup.procs", "w").write(str(pid))
    server = '''
    import os, select, socket, subprocess, sys, time
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", int(sys.argv[1])))
    s.listen()
    os.set_inheritable(s.fileno(), sys.argv[2] == "leak")
    child = subprocess.Popen([word.replace("FD", str(s.fileno())) for word in sys.argv[3:]],
        close_fds=False)
    print(child.pid, flush=True)
    time.sleep(600)
    '''
    servers, children = [], []
    def serve(port, unit, other, command, leaks="leak"):
        start = f'import os; open("{slice}/{unit}/cgroup.procs", "w").write(str(os.getpid()))'
        if f"{slice}/{unit}" not in made:
            os.makedirs(f"{slice}/{unit}")
            made.append(f"{slice}/{unit}")
        process = subprocess.Popen([sys.executable, "-c", start + server, str(port), leaks] + command,
            stdout=subprocess.PIPE)
        servers.append(process)
        children.append(int(process.stdout.readline()))
        enter(other, children[-1])
        return process
    def end(process):
        process.kill()
        process.wait()
    sleep = ["/bin/sleep", "600"]
    wait = 'import select, socket, time; s = socket.socket(fileno=FD); '
    try:
        serve(8080, "api.service", "session-3.scope", sleep)
        end(serve(8081, "left.service", "session-3.scope", sleep))
        end(serve(8082, "gone.service", "session-3.scope", sleep))
        time.sleep(0.2)
        os.rmdir(f"{slice}/gone.service")
        made.remove(f"{slice}/gone.service")
        serve(8083, "api.service", "api.service", sleep)
        serve(8084, "api.service", "session-3.scope", ["/run/other", "-c", wait
            + "e = select.epoll(); e.register(s); time.sleep(600)"])
        serve(8085, "api.service", "session-4.scope", ["/run/other", "-c", wait
            + "select.select([s], [], [])"])
        serve(8086, "api.service", "session-3.scope", ["/run/other", "-c", wait + "s.accept()"])
        # At work for a client, as far as anybody can tell.
        serve(8089, "api.service", "session-4.scope", ["/run/other", "-c",
            "import os; os.read(os.pipe()[0], 1)"])
        serve(8087, "api.service", "session-3.scope", sleep, leaks="no")
        serve(8088, "api.service", "session-3.scope", ["/run/conmon", "600"])
        # What the rule says.
        for port in (8081, 8082):
            again = socket.socket()
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                again.bind(("127.0.0.1", port))
                raise SystemExit("bind() beside the leak succeeded")
            except OSError as error:
                assert error.errno == errno.EADDRINUSE
            socket.create_connection(("127.0.0.1", port)).close()
        # A minute, and those that were started are where they stay.
        time.sleep(61)
        status = subprocess.run(sys.argv[1:]).returncode
    finally:
        for process in servers: end(process)
        for child in children: os.kill(child, 9)
        for path in made + [slice]:
            for attempt in range(100):
                try:
                    os.rmdir(path)
                    break
                except OSError: time.sleep(0.05)
    sys.exit(status)
    """

  @Test(.enabled(if: canMakeGroups, "needs a cgroup2 mount in which groups can be made"))
  func listenerLeaked() async throws {
    let directory = try TemporaryDirectory()
    for anonymous in [false, true] {
      let host = directory.path("\(anonymous)")
      let audit = try await Self.audit(
        ["--only", "listener-leaked", "--record", host] + (anonymous ? ["--anonymize"] : []))
      for result in [audit, try Self.replay(host)] {
        #expect(
          result.findings == [
            "listener-leaked high listener:tcp:127.0.0.1:8081",
            "listener-leaked high listener:tcp:127.0.0.1:8082",
            "listener-leaked medium listener:tcp:127.0.0.1:8080",
          ])
        let unclear = Self.unknown(result).filter { reason, _ in
          reason.hasSuffix("may be at work, or wait in poll(), select() or the like")
        }
        #expect(
          Set(unclear.map(\.subject)) == [
            "listener:tcp:127.0.0.1:8085", "listener:tcp:127.0.0.1:8089",
          ])
        #expect(
          unclear.count == Self.unknown(result).count, "\(Self.unknown(result))")
      }
      let messages = audit.report.findings.map(\.message).sorted()
      #expect(
        messages.contains {
          $0.contains(", session-3.scope) keeps") && $0.contains("8080 of api.service")
        })
      #expect(
        messages.contains { $0.contains("8082 of a unit that is gone") })
      // A recording of before it was looked for.
      let text = try TextFile.read("\(host)/sockets.json")
      try TextFile.write(text.replacing("\"leak\"", with: "\"l\""), to: "\(host)/sockets.json")
      let older = try Self.replay(host)
      #expect(older.findings.isEmpty)
      #expect(
        Set(older.report.unknown.map(\.subject)).isSuperset(
          of: [8080, 8084, 8085, 8086, 8088, 8089].map { "listener:tcp:127.0.0.1:\($0)" }))
    }
  }

  /// For other reasons than that PID 1 may not be looked into, as in some sandboxes: it might hold
  /// anything.
  private static func unknown(_ audit: AuditResult) -> [(reason: String, subject: String)] {
    audit.report.unknown.flatMap { undecided in
      undecided.missing.map { ($0.reason, undecided.subject) }
    }.filter { !$0.0.hasPrefix("process 1 cannot be looked into") }
  }

  private static func audit(_ arguments: [String]) async throws -> AuditResult {
    try await ScratchNamespace.run { _ in
      var unshared = Subprocess(
        program: "/usr/bin/unshare",
        arguments: [
          "--mount", "python3", "-c", program, BuiltBinary.path, "audit", "--format", "json",
        ] + arguments)
      unshared.environment = ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      return try AuditResult(unshared.run())
    }
  }

  private static func replay(_ host: String) throws -> AuditResult {
    try AuditResult(
      BuiltBinary.run(
        ["audit", "--format", "json", "--root", host, "--only", "listener-leaked"]))
  }
}
