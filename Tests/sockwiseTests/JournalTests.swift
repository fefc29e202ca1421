import Glibc
import TestSupport
import Testing

/// `sockwise audit --journal` against a real journald.
@Suite struct JournalTests {
  private static let needsJournald: ConditionTrait = .enabled(
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
  private static func success(_ directory: TemporaryDirectory) throws -> String {
    let line = try TextFile.read(directory.path("sockwise.prom")).split(separator: "\n")
      .first { $0.hasPrefix("sockwise_last_run_success{") }
    return String(try #require(line?.split(separator: " ").last))
  }

  /// On a disk that is full, or mounted read-only: what was kept before is still known.
  @Test(
    .needsMounts, needsJournald,
    arguments: [
      ("mount --bind DIR DIR; mount -o remount,bind,ro DIR", "Read-only file system"),
      (
        """
        kept=$(cat DIR/audit-self.json)
        mount -t tmpfs -o nr_inodes=2 tmpfs DIR
        printf %s "$kept" >DIR/audit-self.json
        """, "No space left on device"
      ),
    ])
  func aStateThatCannotBeWrittenIsToldByTheSummary(_ obstacle: String, _ why: String) async throws {
    let (results, entries, file, metrics) = try await ScratchNamespace.run { net in
      let journal = try PrivateJournal()
      let state = try TemporaryDirectory()
      let other = try TemporaryDirectory()
      let server = try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      let command = [
        "audit", "--only", Self.rule, "--state", state.path, "--journal", "--quiet", "--output",
        "prometheus=\(other.path("sockwise.prom"))",
      ]
      let scripts =
        [journal.script]
        + Array(
          repeating: obstacle.replacing("DIR", with: "'\(state.path)'") + "\n" + journal.script,
          count: 2)
      var results: [Subprocess.Result] = []
      for script in scripts {
        results.append(try BuiltBinary.run(command, through: script, ownMounts: true))
      }
      server.close()
      return (
        results, try journal.entries(["SYSLOG_IDENTIFIER=sockwise"]),
        state.path("audit-self.json"), try Self.success(other)
      )
    }
    #expect(results.map(\.status) == [1, 5, 5])
    let error = "cannot write '\(file)': \(why)"
    #expect(results.map(\.errors) == ["", "sockwise: \(error)\n", "sockwise: \(error)\n"])
    // The finding is told once: it is known from the first run.
    #expect(entries.map { $0["SOCKWISE_CHANGE"]?.string } == ["new", nil, nil, nil])
    #expect(entries.map { $0["PRIORITY"]?.string } == ["3", "6", "4", "4"])
    let problem = "the next run will not know what this one has logged: \(error)"
    #expect(entries.last?["SOCKWISE_STATE_PROBLEM"]?.string == problem)
    #expect(entries.last?["MESSAGE"]?.string?.hasSuffix("nothing changed; \(problem)") == true)
    #expect(metrics == "0")
  }

  /// Then each run is the first, and says why.
  @Test(.needsMounts, needsJournald) func aStateThatIsNotThereIsToldByTheSummary() async throws {
    let entries = try await ScratchNamespace.run { net in
      let journal = try PrivateJournal()
      try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      let result = try BuiltBinary.run(
        ["audit", "--only", Self.rule, "--state", "/nonexistent", "--journal", "--quiet"],
        through: journal.script, ownMounts: true)
      try #require(result.status == 5, "\(result.errors)")
      return try journal.entries(["SYSLOG_IDENTIFIER=sockwise"])
    }
    #expect(entries.map { $0["SOCKWISE_CHANGE"]?.string } == ["new", nil])
    #expect(
      entries.last?["SOCKWISE_STATE_PROBLEM"]?.string
        == "what the last run left cannot be used, so that all is new: there is no '/nonexistent' to"
        + " keep what was found in; make it, or name another with --state")
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

  @Test(.needsMounts, needsJournald) func theStateOfSystemdIsUsed() async throws {
    let names = try await ScratchNamespace.run { net in
      let journal = try PrivateJournal()
      let state = try TemporaryDirectory()
      let result = try BuiltBinary.run(
        ["audit", "--only", "timestamps-disabled", "--journal"],
        environment: ["STATE_DIRECTORY=\(state.path):/nonexistent"], through: journal.script,
        ownMounts: true)
      try #require(result.status == 0, "\(result.errors)")
      return try state.names()
    }
    #expect(names == ["audit-self.json"])
  }

  @Test func aDamagedStateIsToldOnce() throws {
    let state = try TemporaryDirectory()
    try TextFile.write("{", to: state.path("audit-self.json"))
    let command = ["audit", "--only", "timestamps-disabled", "--state", state.path]
    let first = try BuiltBinary.run(command)
    #expect(first.status == 0)
    #expect(first.output.contains("warning: what the last run left is not used:"))
    #expect(!(try BuiltBinary.run(command).output.contains("not used")))
    #expect(try state.names() == ["audit-self.json", "audit-self.json.refused"])
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func aStateThatCannotBeReadIsLeftAsItIs() throws {
    let state = try TemporaryDirectory()
    let file = state.path("audit-self.json")
    try TextFile.write("{", to: file)
    try #require(unsafe chmod(file, 0o600) == 0 && chown(state.path, 65534, 65534) == 0)
    let result = try BuiltBinary.run(
      ["audit", "--only", "timestamps-disabled", "--state", state.path], as: .nobody)
    #expect(result.status == 5)
    #expect(
      result.errors
        == "sockwise: '\(file)' cannot be read and stays as it is: Permission denied\n")
    #expect(result.output.contains("warning: what the last run left is not used:"))
    #expect(try state.names() == ["audit-self.json"])
    #expect(try TextFile.read(file) == "{")
  }

  @Test func aStateThatCannotBeKeptIsAFailure() throws {
    let result = try BuiltBinary.run(
      ["audit", "--only", "timestamps-disabled", "--state", "/nonexistent"])
    #expect(result.status == 5)
    #expect(
      result.errors.hasPrefix("sockwise: there is no '/nonexistent' to keep what was found in"))
  }

  /// Nothing tells after a boot whether a counter still rises.
  @Test(.needsMounts, needsJournald) func whatGrewBeforeABootIsNotSaidToBeResolved() async throws {
    let (entries, kept) = try await ScratchNamespace.run { net in
      let journal = try PrivateJournal()
      let state = try TemporaryDirectory()
      try TextFile.write(
        """
        {"schema": "sockwise.state/1", "counters": {"boot_id": "another", "namespace": 1,
        "seconds": 1, "values": {}}, "undecided": [], "findings": [{"rule": "syn-queue-pressure",
        "title": "SYN cookies are sent", "severity": "medium", "subject": "host", "units": [],
        "fingerprint": "0"}]}
        """, to: state.path("audit-self.json"))
      let result = try BuiltBinary.run(
        ["audit", "--only", "syn-queue-pressure", "--state", state.path, "--journal", "--quiet"],
        through: journal.script, ownMounts: true)
      try #require(result.status == 0, "\(result.errors)")
      return (
        try journal.entries(["SYSLOG_IDENTIFIER=sockwise"]),
        try TextFile.read(state.path("audit-self.json")).contains("syn-queue-pressure")
      )
    }
    #expect(entries.map { $0["SOCKWISE_CHANGE"]?.string } == [nil])
    #expect(kept)
  }

  /// A look by hand after the timer's run neither resolves what rises, nor takes its counters.
  @Test(.needsMounts, needsJournald) func aRunThatComesTooSoonDoesNotJudgeWhatGrew() async throws {
    let (moments, outputs, changes) = try await ScratchNamespace.run {
      net -> ([Double?], [String], [[String?]]) in
      let journal = try PrivateJournal()
      let state = try TemporaryDirectory()
      let file = state.path("audit-self.json")
      var moments: [Double?] = []
      var outputs: [String] = []
      var changes: [[String?]] = []
      func audit() throws {
        let result = try BuiltBinary.run(
          ["audit", "--only", "syn-queue-pressure", "--state", state.path, "--journal"],
          through: journal.script, ownMounts: true)
        try #require(result.status == 0, "\(result.errors)")
        // As it was before it was wrapped.
        outputs.append(result.output.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        moments.append(try KeptState.seconds(file))
        changes.append(
          try journal.entries(["SYSLOG_IDENTIFIER=sockwise"]).map { $0["SOCKWISE_CHANGE"]?.string })
      }
      try audit()
      let finding = """
        "findings": [{"rule": "syn-queue-pressure", "title": "SYN cookies are sent", "severity":
        "medium", "subject": "host", "units": [], "fingerprint": "0"}]
        """
      try TextFile.write(
        try TextFile.read(file).replacing(/"findings": ?\[\]/, with: finding), to: file)
      try audit()
      try KeptState.age(file, by: 3600)
      try audit()
      return (moments, outputs, changes)
    }
    let why = "counters are not compared with those of the last run: that was less than an hour ago"
    #expect(outputs.map { $0.contains(why) } == [false, true, false])
    let once = "counters were read once and are kept"
    #expect(outputs.map { $0.contains(once) } == [true, false, false])
    #expect(changes == [[nil], [nil, nil], [nil, nil, "resolved", nil]])
    #expect(moments[0] == moments[1])
    let (first, last) = (try #require(moments[0]), try #require(moments[2]))
    #expect(last > first)
  }

  /// What grew until a run that nobody was told of is told by the next one.
  @Test(.needsMounts, needsJournald) func whatIsNotLoggedLeavesTheCounters() async throws {
    let moments = try await ScratchNamespace.run { net -> [Double?] in
      let journal = try PrivateJournal()
      let state = try TemporaryDirectory()
      let file = state.path("audit-self.json")
      var moments: [Double?] = []
      let nobody = "mount -t tmpfs none /run; exec \"$@\""
      func audit(_ script: String, status: Int) throws {
        let result = try BuiltBinary.run(
          ["audit", "--only", "syn-queue-pressure", "--state", state.path, "--journal"],
          through: script, ownMounts: true)
        try #require(result.status == status, "\(result.errors)")
        moments.append(try KeptState.seconds(file))
      }
      try audit(nobody, status: 5)
      for script in [nobody, journal.script] {
        try KeptState.age(file, by: 7200)
        moments.append(try KeptState.seconds(file))
        try audit(script, status: script == nobody ? 5 : 0)
      }
      // Those of another boot are of no use to anybody.
      let text = try TextFile.read(file)
      try TextFile.write(text.replacing(/"boot_id": ?"/, with: #""boot_id": "x"#), to: file)
      try audit(nobody, status: 5)
      return moments
    }
    // Of the first run; aged, kept; aged again, replaced; replaced.
    let known = moments.compactMap(\.self)
    try #require(known.count == 6)
    #expect(known[1] == known[2])
    #expect(known[4] > known[0] && known[5] > known[4])
  }

  /// What has grown since the last run, as `--sample` tells it within one.
  @Test(.needsNamespaces) func theNextRunKnowsWhichCountersRose() async throws {
    let (first, second) = try await ScratchNamespace.run {
      net -> (Subprocess.Result, Subprocess.Result) in
      let state = try TemporaryDirectory()
      let command = ["audit", "--only", "time-wait-overflow", "--state", state.path, "--verbose"]
      let first = try BuiltBinary.run(command)
      try KeptState.age(state.path("audit-self.json"), by: 3600)
      try net.timeWaitOverflow()
      return (first, try BuiltBinary.run(command))
    }
    #expect(first.status == 0)
    #expect(first.output.contains("counters were read once and are kept"))
    #expect(second.output.contains("delta.netstat.TcpExt.TCPTimeWaitOverflow = "))
    #expect(second.output.contains("the last run"))
    #expect(!second.output.contains("counters were read once"))
  }
}
