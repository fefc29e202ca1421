import Glibc
import TestSupport
import Testing

/// Rules on what grew between two samples.
@Suite(.needsNamespaces, .serialized)
struct RuleSampleTests {
  /// UDP services with small buffers; one that nobody reads, its twins, and who sends to them.
  private static let datagrams = """
    import threading, time
    def udp(address, port):
        s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.bind((address, port))
        return s
    slow, fast, full = udp("127.0.0.1", 5140), udp("127.0.0.1", 5141), udp("127.0.0.1", 5142)
    slow6 = udp("::1", 5143)
    def send():
        c, c6 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        while True:
            for port in (5140, 5141): c.sendto(b"x" * 200, ("127.0.0.1", port))
            c6.sendto(b"x" * 200, ("::1", 5143))
            time.sleep(0.005)
    def receive():
        while True: fast.recv(1000)
    for _ in range(100):
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x" * 200, ("127.0.0.1", 5142))
    for task in (receive, send): threading.Thread(target=task, daemon=True).start()
    """

  @Test func udpReceiveDrops() async throws {
    let directory = try TemporaryDirectory()
    let only = ["--only", "udp-receive-drops"]
    let (sampled, once) = try await ScratchNamespace.run { _ in
      (
        try AuditResult.inside(
          python: Self.datagrams,
          only + ["--sample", "500ms", "--record", directory.path("host"), "--anonymize"]),
        try AuditResult.inside(python: Self.datagrams, only)
      )
    }
    let expected = [
      "udp-receive-drops medium socket:udp:127.0.0.1:5140",
      "udp-receive-drops medium socket:udp:[::1]:5143",
    ]
    #expect(sampled.findings == expected)
    #expect(sampled.report.unknown.isEmpty)
    #expect(once.findings.isEmpty && once.report.unknown.isEmpty)
    func replay() throws -> AuditResult {
      try AuditResult(
        BuiltBinary.run(
          ["audit", "--format", "json", "--root", directory.path("host")] + only))
    }
    #expect(try replay().findings == expected)
    // A recording of before the second dump: what had dropped some may drop more.
    for name in ["udp", "udp6"] {
      let status = unsafe unlink(directory.path("host/second/sock_diag/\(name).bin"))
      #expect(status == 0)
    }
    let older = try replay()
    #expect(older.findings.isEmpty)
    #expect(
      older.report.unknown.map(\.subject).sorted() == [
        "socket:udp:127.0.0.1:5140", "socket:udp:127.0.0.1:5142", "socket:udp:[::1]:5143",
      ])
  }

  /// From one run to the next, as the timer's.
  @Test func udpReceiveDropsSinceTheLastRun() async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path("state/audit-self.json")
    try #require(unsafe mkdir(directory.path("state"), 0o700) == 0)
    let runs = try await ScratchNamespace.run { net -> [AuditResult] in
      let ready = directory.path("ready")
      _ = try net.start(
        "/usr/bin/python3",
        [
          "-c",
          "import socket\n\(Self.datagrams)\nopen('\(ready)', 'w')\nwhile True: time.sleep(9)",
        ])
      for _ in 0..<600 where unsafe access(ready, F_OK) != 0 { usleep(100_000) }
      func audit() throws -> AuditResult {
        usleep(1_500_000)
        return try AuditResult(
          BuiltBinary.run([
            "audit", "--format", "json", "--only", "udp-receive-drops", "--state",
            directory.path("state"),
          ]))
      }
      var runs = [try audit()]
      // A second later nothing is judged.
      runs.append(try audit())
      try KeptState.age(file, by: 3600)
      runs.append(try audit())
      try KeptState.age(file, by: 3600)
      // As an earlier version left it.
      let state = try TextFile.read(file)
      try TextFile.write(state.replacing(#""udp_drops""#, with: #""unheard""#), to: file)
      runs.append(try audit())
      return runs
    }
    for run in runs[..<2] {
      #expect(run.findings == [] && run.report.unknown.isEmpty)
    }
    #expect(
      runs[2].findings == [
        "udp-receive-drops medium socket:udp:127.0.0.1:5140",
        "udp-receive-drops medium socket:udp:[::1]:5143",
      ])
    #expect(runs[2].report.unknown.isEmpty)
    // Told once, not of each socket.
    #expect(runs[3].findings == [])
    let unknown = runs[3].report.unknown
    #expect(unknown.map(\.subject) == ["netns"])
  }

  private static let tracksConnections =
    (try? TextFile.read("/proc/net/stat/nf_conntrack")) != nil

  /// The kernel's own files of a host that tracks nothing, with other numbers in them.
  @Test(
    .enabled(if: tracksConnections, "this kernel tracks no connections"),
    arguments: [
      (inserted: "0000000a", count: "600", findings: 1), ("00000009", "600", 0),
      ("0000000a", "900", 0), ("00000000", "600", 0),
    ]) func snatPortsExhausted(inserted: String, count: String, findings: Int) async throws
  {
    let directory = try TemporaryDirectory()
    let host = directory.path("host")
    try await ScratchNamespace.run { _ in
      _ = try BuiltBinary.run(["audit", "--record", host, "--sample", "100ms"])
    }
    let parameters = "\(host)/proc/sys/net/netfilter"
    let text = try TextFile.read("\(host)/second/proc/net/stat/nf_conntrack")
    var rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let column = try #require(rows.first?.firstIndex(of: "insert_failed"))
    rows[1][column] = inserted
    let changed = rows.map { $0.joined(separator: " ") + "\n" }.joined()
    try TextFile.write(changed, to: "\(host)/second/proc/net/stat/nf_conntrack")
    try TextFile.write(count + "\n", to: "\(parameters)/nf_conntrack_count")
    try TextFile.write("1000\n", to: "\(parameters)/nf_conntrack_max")
    let audit = try AuditResult(
      BuiltBinary.run(
        ["audit", "--format", "json", "--root", host, "--only", "snat-ports-exhausted"]))
    #expect(audit.findings.count == findings)
    #expect(audit.report.unknown.isEmpty)
  }
}
