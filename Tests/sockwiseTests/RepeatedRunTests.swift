import Glibc
import TestSupport
import Testing

/// What `sockwise audit` leaves with `--state` for its next run, and what it says where it cannot.
@Suite struct RepeatedRunTests {
  private static let rule = "listener-without-reuseaddr"

  /// On a disk that is full, or mounted read-only: what was kept before is still known.
  @Test(
    .needsMounts, JournalTests.needsJournald,
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
        state.path("audit-self.json"), try JournalTests.success(other)
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
  @Test(.needsMounts, JournalTests.needsJournald) func aStateThatIsNotThereIsToldByTheSummary()
    async throws
  {
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

  @Test(.needsMounts, JournalTests.needsJournald) func theStateOfSystemdIsUsed() async throws {
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
    #expect(first.output.contains("warning: changes since the last run are not known:"))
    #expect(!(try BuiltBinary.run(command).output.contains("not known:")))
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
    #expect(result.output.contains("warning: changes since the last run are not known:"))
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
  @Test(.needsMounts, JournalTests.needsJournald) func whatGrewBeforeABootIsNotSaidToBeResolved()
    async throws
  {
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
  @Test(.needsMounts, JournalTests.needsJournald) func aRunThatComesTooSoonDoesNotJudgeWhatGrew()
    async throws
  {
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
  @Test(.needsMounts, JournalTests.needsJournald) func whatIsNotLoggedLeavesTheCounters()
    async throws
  {
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
