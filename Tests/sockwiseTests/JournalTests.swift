import Glibc
import TestSupport
import Testing

/// `sockwise audit --journal` against a real journald.
@Suite struct JournalTests {
  static let needsJournald: ConditionTrait = .enabled(
    if: PrivateJournal.missing == nil, "\(PrivateJournal.missing ?? "")")
  private static let rule = "listener-without-reuseaddr"

  /// Runs of one rule, with what each of them logged.
  private struct Day: Sendable {
    var statuses: [Int?] = []
    var errors = ""
    var entries: [[String: ParsedJSON]] = []
    var explained: [String] = []

    func texts(_ field: String) -> [String?] { entries.map { $0[field]?.string } }
  }

  /// A server without SO_REUSEADDR, and then one with it.
  private static func day(_ arguments: [String] = []) async throws -> Day {
    try await ScratchNamespace.run { net in
      let journal = try PrivateJournal()
      let state = try TemporaryDirectory()
      var day = Day()
      func audit() throws {
        let result = try BuiltBinary.run(
          ["audit", "--only", rule, "--state", state.path, "--quiet"] + arguments,
          through: journal.script, ownMounts: true)
        day.statuses.append(result.status)
        day.errors += result.errors
      }
      let server = try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      try audit()
      try audit()
      server.close()
      try audit()
      day.entries = try journal.entries(["SYSLOG_IDENTIFIER=sockwise"])
      for locale in ["C.UTF-8", "zh_CN.UTF-8"] {
        day.explained.append(try journal.explained(locale: locale))
      }
      return day
    }
  }

  @Test(.needsMounts, needsJournald) func tellsWhatIsNewAndWhatIsGone() async throws {
    let day = try await Self.day(["--journal"])
    #expect(day.statuses == [1, 1, 0])
    #expect(day.errors == "")
    #expect(
      day.texts("MESSAGE_ID") == [
        "6585bdf050d1444da2fc3f204a5bf621", "02ff4d305b6c4e34ba7a10764128812c",
        "02ff4d305b6c4e34ba7a10764128812c",
        "e619c553c8c54e4297d93b19d75dc092", "02ff4d305b6c4e34ba7a10764128812c",
      ])
    #expect(day.texts("SOCKWISE_CHANGE") == ["new", nil, nil, "resolved", nil])
    #expect(day.texts("PRIORITY") == ["3", "6", "6", "6", "6"])
    let finding = try #require(day.entries.first)
    #expect(finding["SOCKWISE_RULE"]?.string == Self.rule)
    #expect(finding["SOCKWISE_SUBJECT"]?.string == "listener:tcp:127.0.0.1:8080")
    #expect(finding["SOCKWISE_SEVERITY"]?.string == "high")
    #expect(
      finding["MESSAGE"]?.string?.hasPrefix("HIGH listener:tcp:127.0.0.1:8080: ") == true)
    #expect(finding["DOCUMENTATION"]?.elements?.first?.string == "man:sockwise(1)")
    // The same finding by the same fingerprint; each run by an id of its own.
    #expect(
      finding["SOCKWISE_FINGERPRINT"] == day.entries[3]["SOCKWISE_FINGERPRINT"])
    let runs = day.texts("SOCKWISE_RUN_ID")
    #expect(runs[0] == runs[1] && runs[3] == runs[4])
    #expect(Set(runs).count == 3)
    // What the catalog says of it, in both languages.
    let english = day.explained[0]
    #expect(english.contains("░░ Subject: A listener without SO_REUSEADDR cannot restart"))
    #expect(english.contains("░░     sockwise explain \(Self.rule)\n"))
    #expect(english.contains("░░ Subject: No longer found: A listener without SO_REUSEADDR"))
    #expect(english.contains("░░ 0 new, 0 changed, 1 resolved.\n"))
    let chinese = day.explained[1]
    #expect(chinese.contains("░░ 对本机的审计发现了一个问题：严重程度 high"))
    #expect(chinese.contains("░░ Subject: 问题已消失："))
    #expect(!chinese.contains("An audit of this host found a problem"))
  }

  @Test(.needsMounts, needsJournald) func allTellsEachFindingEveryTime() async throws {
    let day = try await Self.day(["--journal=all"])
    #expect(
      day.texts("SOCKWISE_CHANGE") == ["new", nil, "unchanged", nil, "resolved", nil])
  }

  @Test(.needsMounts, needsJournald) func withoutJournalNothingIsLogged() async throws {
    #expect(try await Self.day().entries.isEmpty)
  }

  /// Nobody was told, so it is still new when there is somebody to tell.
  @Test(.needsMounts, needsJournald) func whatWasNotLoggedIsLoggedTheNextTime() async throws {
    let (lost, logged, counters, metrics) = try await ScratchNamespace.run { net in
      let journal = try PrivateJournal()
      let state = try TemporaryDirectory()
      try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      let command = [
        "audit", "--only", Self.rule, "--state", state.path, "--journal", "--quiet", "--output",
        "prometheus=\(state.path("sockwise.prom"))",
      ]
      var metrics: [String] = []
      let lost = try BuiltBinary.run(
        command, through: "mount -t tmpfs none /run; exec \"$@\"", ownMounts: true)
      metrics.append(try Self.success(state))
      let counters = try TextFile.read(state.path("audit-self.json")).contains("ListenOverflows")
      let logged = try BuiltBinary.run(command, through: journal.script, ownMounts: true)
      try #require(logged.status == 1)
      metrics.append(try Self.success(state))
      return (lost, try journal.entries(["SOCKWISE_CHANGE=new"]).count, counters, metrics)
    }
    #expect(lost.status == 5)
    #expect(
      lost.errors
        == "sockwise: not logged: there is no '/run/systemd/journal/socket'; journald is not running\n"
    )
    #expect(lost.output.contains("HIGH  A listener without SO_REUSEADDR"))
    #expect(logged == 1)
    #expect(counters)
    // Metrics tell that it was not logged.
    #expect(metrics == ["0", "1"])
  }

  /// The value of `sockwise_last_run_success` in a directory's metrics.
  static func success(_ directory: TemporaryDirectory) throws -> String {
    let line = try TextFile.read(directory.path("sockwise.prom")).split(separator: "\n")
      .first { $0.hasPrefix("sockwise_last_run_success{") }
    return String(try #require(line?.split(separator: " ").last))
  }

  /// journald has ended and left its socket.
  @Test(.needsMounts) func aSocketThatNobodyListensToLogsNothing() throws {
    let script = """
      mount -t tmpfs none /run; mkdir -p /run/systemd/journal
      /usr/bin/python3 -c 'import socket
      socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind("/run/systemd/journal/socket")'
      exec "$@"
      """
    let result = try BuiltBinary.run(
      ["audit", "--only", "timestamps-disabled", "--journal"], through: script, ownMounts: true)
    #expect(result.status == 5)
    #expect(result.errors.hasPrefix("sockwise: not logged: nobody listens at '/run/systemd/"))
    // Without a directory each run is the first.
    #expect(result.output.contains("nothing is known of the last run"))
  }

  /// journald hangs, and its queue is full.
  @Test(.needsMounts) func aJournaldThatReadsNothingIsNotWaitedForForEver() throws {
    let state = try TemporaryDirectory()
    let script = """
      mount -t tmpfs none /run; mkdir -p /run/systemd/journal
      exec /usr/bin/timeout 100 /usr/bin/python3 -c '
      import socket, subprocess, sys
      path = "/run/systemd/journal/socket"
      journald = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      journald.bind(path)
      client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      client.setblocking(False)
      client.connect(path)
      try:
          while True: client.send(b"MESSAGE=x")
      except BlockingIOError: pass
      sys.exit(subprocess.call(sys.argv[1:]))' "$@"
      """
    let result = try BuiltBinary.run(
      [
        "audit", "--only", "timestamps-disabled", "--journal", "--state", state.path, "--output",
        "json=\(state.path("report.json"))",
      ], through: script, ownMounts: true)
    #expect(result.status == 5)
    #expect(
      result.errors == "sockwise: not logged: journald takes no entries; gave up after 10 s\n")
    #expect(result.output.hasPrefix("Audited "))
    #expect(try state.names() == ["audit-self.json", "report.json"])
  }
}
