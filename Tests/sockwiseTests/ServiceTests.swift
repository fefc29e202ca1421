import Glibc
import TestSupport
import Testing

/// The units that are shipped: what systemd thinks of them, and what they do in one that is booted
/// for the test.
@Suite struct ServiceTests {
  private static let units = Checkout.root + "/systemd"

  private static func missing(_ program: String) -> Bool {
    (try? Subprocess(program: "/bin/sh", arguments: ["-c", "test -x \(program)"]).run().status) != 0
  }

  // MARK: Hardening

  /// 15 are 1.5 of 10, where 0 is the best.
  @Test func theServiceIsHardened() throws {
    let program = "/usr/bin/systemd-analyze"
    if Self.missing(program) { try Test.cancel("there is no \(program)") }
    let root = try TemporaryDirectory()
    for name in ["sockwise.service", "sockwise.timer"] {
      try TextFile.write(
        try TextFile.read("\(Self.units)/\(name)"), to: root.path("etc/systemd/system/\(name)"))
    }
    func security(_ threshold: Int) throws -> Subprocess.Result {
      try Subprocess(
        program: program,
        arguments: [
          "security", "--offline=true", "--root=\(root.path)", "--threshold=\(threshold)",
          "--no-pager", "sockwise.service",
        ]
      ).run()
    }
    let result = try security(15)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    // And the threshold is one.
    #expect(try security(1).status == 1)
  }

  // MARK: In a real systemd

  /// A server whose port is kept by nothing, so that it can be started again at once.
  private static let server = """
    import socket, sys
    server = socket.socket()
    if "reuse" in sys.argv: server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 8080))
    server.listen(4096)
    while True: server.accept()[0].close()
    """

  private static func unit(_ argument: String) -> String {
    """
    [Unit]
    DefaultDependencies=no
    [Service]
    ExecStart=/usr/bin/python3 /run/server.py \(argument)
    """
  }

  /// Debug builds load the Swift runtime, wherever that is; the sandbox hides home directories.
  private static let install = """
    cp "$1" "$2/usr/bin/sockwise"
    mkdir -p "$2/usr/lib/sockwise-test"
    ldd "$1" | awk '$3 ~ /^\\// && $3 !~ /^\\/(usr\\/)?lib/ { print $3 }' |
      xargs -r cp -t "$2/usr/lib/sockwise-test"
    cp "$3/sockwise.service" "$3/sockwise.timer" "$2/usr/lib/systemd/system/"
    cp "$3/sockwise.catalog" "$2/usr/lib/systemd/catalog/"
    mkdir -p "$2/run/systemd/system/sockwise.service.d" "$2/run/systemd/system/sockwise.timer.d"
    printf '[Service]\\nEnvironment=LD_LIBRARY_PATH=/usr/lib/sockwise-test\\n' \
      >"$2/run/systemd/system/sockwise.service.d/test.conf"
    printf '[Timer]\\nRandomizedDelaySec=0\\nAccuracySec=1ms\\n' \
      >"$2/run/systemd/system/sockwise.timer.d/test.conf"
    mkdir -p "$2/var/lib/systemd/timers"
    touch -d '3 days ago' "$2/var/lib/systemd/timers/stamp-sockwise.timer"
    """

  private static func boot() throws -> BootedSystemd {
    let systemd = try BootedSystemd()
    let installed = try Subprocess(
      program: "/bin/sh",
      arguments: ["-euc", install, "sh", BuiltBinary.path, systemd.root, units]
    ).run()
    try #require(installed.status == 0, "\(installed.errors)")
    try TextFile.write(server, to: "\(systemd.root)/run/server.py")
    try TextFile.write(unit(""), to: "\(systemd.root)/etc/systemd/system/api.service")
    try systemd.reload()
    for command in [
      ["journalctl", "--update-catalog"],
      ["systemctl", "start", "systemd-journald.service", "api.service"],
    ] {
      let result = try systemd.run(command)
      try #require(result.status == 0, "\(command): \(result.errors)")
    }
    try waitForServer(in: systemd)
    return systemd
  }

  private static func waitForServer(in systemd: BootedSystemd) throws {
    for _ in 0..<600 {
      let text = try TextFile.read("/proc/\(systemd.pid)/net/tcp")
      if text.contains("0100007F:1F90 00000000:0000 0A") { return }
      usleep(100_000)
    }
    throw SystemCallError("the server does not listen", code: ETIMEDOUT)
  }

  /// What became of the service, once it has run.
  private static func result(in systemd: BootedSystemd) throws -> [String: String] {
    for _ in 0..<1200 {
      let shown = try systemd.show(
        ["sockwise.service"],
        ["ActiveState", "Result", "ExecMainStatus", "ExecMainExitTimestampMonotonic"])
      let values = (shown["sockwise.service"] ?? [:]).mapValues { $0.first ?? "" }
      if ["inactive", "failed"].contains(values["ActiveState"]),
        values["ExecMainExitTimestampMonotonic"] != "0"
      {
        return values
      }
      usleep(100_000)
    }
    throw SystemCallError("sockwise.service does not end", code: ETIMEDOUT)
  }

  private static func entries(_ matches: [String], in systemd: BootedSystemd) throws
    -> [[String: ParsedJSON]]
  {
    try systemd.run(["journalctl", "--sync"])
    return try systemd.run(["journalctl", "--output=json", "--all", "--no-pager"] + matches).output
      .split(separator: "\n").map { try ParsedJSON(Array($0.utf8)).fields ?? [:] }
  }

  @Test(
    .enabled(if: geteuid() == 0, "needs root"),
    .unsanitized("a sanitizer needs memory and calls that the sandbox refuses"))
  func theTimerAuditsTheHostFromItsSandbox() throws {
    let systemd: BootedSystemd
    do {
      systemd = try Self.boot()
    } catch let refusal as BootedSystemd.Refusal {
      try Test.cancel("\(refusal)")
    }
    let verified = try systemd.run([
      "systemd-analyze", "verify", "--man=no", "sockwise.service", "sockwise.timer",
    ])
    #expect(verified.status == 0 && !verified.errors.contains("sockwise"), "\(verified.errors)")

    // It was off when it should have run, and runs at once.
    let started = try systemd.run(["systemctl", "start", "sockwise.timer"])
    try #require(started.status == 0, "\(started.errors)")
    let first = try Self.result(in: systemd)
    #expect(first["Result"] == "success")
    #expect(first["ExecMainStatus"] == "1", "a finding is no failure")
    try Self.expectFinding(in: systemd)

    // With SO_REUSEADDR, and a configuration.
    try TextFile.write(Self.unit("reuse"), to: "\(systemd.root)/etc/systemd/system/api.service")
    try TextFile.write(
      "outputs: { json: /var/lib/sockwise/report.json }\n",
      to: "\(systemd.root)/etc/sockwise/sockwise.yaml")
    try systemd.reload()
    try #require(try systemd.run(["systemctl", "restart", "api.service"]).status == 0)
    try Self.waitForServer(in: systemd)
    try KeptState.age("\(systemd.root)/var/lib/private/sockwise/audit-1.json", by: 3600)
    let second = try systemd.run(["systemctl", "start", "sockwise.service"])
    #expect(second.status == 0, "\(second.errors)")
    let resolved = try Self.entries(["SOCKWISE_CHANGE=resolved"], in: systemd)
    #expect(resolved.map { $0["SOCKWISE_SUBJECT"]?.string } == ["listener:tcp:127.0.0.1:8080"])
    #expect(resolved.first?["UNIT"]?.string == "api.service")

    let written = try systemd.run(["cat", "/var/lib/sockwise/report.json"])
    let report = try ParsedJSON(Array(written.output.utf8))
    #expect(report["schema"]?.string == "sockwise.report/1")
    let rules = (report["findings"]?.elements ?? []).compactMap { $0["rule"]?.string }
    #expect(!rules.contains("listener-without-reuseaddr"))
    // The counters of the first run are those that the second compares with.
    let notices = (report["notices"]?.elements ?? []).compactMap { $0["message"]?.string }
    #expect(!notices.contains { $0.contains("counters") }, "\(notices)")
    #expect(!notices.contains { $0.contains("not that of PID 1") })
    try Self.expectMetrics(in: systemd)
  }

  /// What node_exporter gets after runs that ended well, and others.
  private static func expectMetrics(in systemd: BootedSystemd) throws {
    let dropIn = "\(systemd.root)/run/systemd/system/sockwise.service.d/metrics.conf"
    /// The value of `sockwise_last_run_success` after a run of another program, or of ours.
    func success(after command: String?, _ settings: String = "") throws -> String? {
      let program = command.map { "ExecStart=\nExecStart=/bin/sh -c '\($0)'\n" } ?? ""
      try TextFile.write(
        "[Service]\nEnvironment=TEXTFILE_DIRECTORY=/run/textfile\n\(program)\(settings)", to: dropIn
      )
      try systemd.reload()
      try systemd.run(["systemctl", "reset-failed", "sockwise.service"])
      try systemd.run(["systemctl", "start", "sockwise.service"])
      let text = try systemd.run(["cat", "/run/textfile/sockwise.prom"]).output
      let line = text.split(separator: "\n").first { $0.hasPrefix("sockwise_last_run_success{") }
      return line?.split(separator: " ").last.map(String.init)
    }
    try systemd.run(["mkdir", "/run/textfile"])
    // Where nothing was ever written there is nothing to copy.
    try systemd.run(["rm", "/var/lib/sockwise/sockwise.prom"])
    #expect(try success(after: "exit 4") == nil)
    #expect(try success(after: nil) == "1")
    for status in [1, 3] {
      #expect(try success(after: "exit \(status)") == "1", "\(status)")
    }
    // With the file of an earlier run.
    for command in ["exit 2", "exit 4", "exit 5", "kill -KILL $$$$"] {
      #expect(try success(after: command) == "0", "\(command)")
    }
    #expect(try success(after: "sleep 600", "TimeoutStartSec=1s\n") == "0")
    let names = try systemd.run(["ls", "-A", "/run/textfile"]).output
    #expect(names == "sockwise.prom\n")
    #expect(try success(after: nil) == "1")
  }

  private static func expectFinding(in systemd: BootedSystemd) throws {
    let entries = try entries(
      ["SOCKWISE_RULE=listener-without-reuseaddr", "_SYSTEMD_UNIT=sockwise.service"], in: systemd)
    #expect(entries.count == 1)
    let said = try Self.entries(["_SYSTEMD_UNIT=sockwise.service"], in: systemd)
    let finding = try #require(entries.first, "\(said.map { $0["MESSAGE"]?.string ?? "" })")
    #expect(finding["SOCKWISE_CHANGE"]?.string == "new")
    #expect(finding["SOCKWISE_SUBJECT"]?.string == "listener:tcp:127.0.0.1:8080")
    // Whose it is, the option that only the socket tells, and the unit.
    #expect(
      finding["MESSAGE"]?.string?.contains("python3 (pid ") == true, "\(finding)")
    #expect(finding["MESSAGE"]?.string?.contains("has no SO_REUSEADDR") == true)
    #expect(finding["UNIT"]?.string == "api.service")
    // The namespace of PID 1, which is not the unit's own.
    let namespace = try systemd.run(["readlink", "/proc/1/ns/net"]).output
    let inode = finding["SOCKWISE_NETNS"]?.string ?? ""
    #expect(namespace == "net:[\(inode)]\n")
    // By an ordinary user with three capabilities.
    #expect(finding["_UID"]?.string.flatMap(Int.init).map { $0 > 1000 } == true)
    #expect(finding["_CAP_EFFECTIVE"]?.string == "280004")
    // Nothing else was said, and nothing could not be checked for want of a right.
    #expect(said.allSatisfy { $0["MESSAGE_ID"] != nil }, "\(said.map { $0["MESSAGE"] })")
    #expect(said.filter { $0["SOCKWISE_CHANGE"]?.string == "unknown" } == [])
    let explained = try systemd.run(
      ["journalctl", "--no-pager", "-x", "SOCKWISE_RULE=listener-without-reuseaddr"])
    #expect(explained.output.contains("An audit of this host found a problem: medium severity"))
    #expect(
      try Self.entries(["UNIT=api.service", "+", "_SYSTEMD_UNIT=api.service"], in: systemd)
        .contains { $0["SOCKWISE_CHANGE"]?.string == "new" })

    // `journalctl -u` shows under a unit what root says of it.
    let byRoot = try systemd.run([
      "env", "LD_LIBRARY_PATH=/usr/lib/sockwise-test", "sockwise", "audit", "--journal", "--only",
      "listener-without-reuseaddr",
    ])
    #expect(byRoot.status == 1, "\(byRoot.errors)")
    let ofUnit = try Self.entries(["--unit=api.service"], in: systemd)
    #expect(
      ofUnit.contains { $0["SOCKWISE_SUBJECT"]?.string == "listener:tcp:127.0.0.1:8080" })
  }
}
