import Glibc
import TestSupport
import Testing

/// `--record` and `--root` of the built binary.
@Suite(.serialized) struct RecordingTests {
  let directory: TemporaryDirectory
  var path: String { directory.path("host") }

  init() throws { directory = try TemporaryDirectory() }

  @Test(.needsNamespaces) func aRecordingGivesTheSameFindings() async throws {
    let path = path
    let (live, replayed) = try await ScratchNamespace.run(
      addresses: ["192.168.1.100"], sysctls: ScratchNamespace.smallRange
    ) { net in
      _ = try net.demonstration()
      try net.outgoingConnection()
      return (
        try BuiltBinary.run(["audit", "--record", path, "--sample", "100ms", "--format", "json"]),
        try BuiltBinary.run(["audit", "--root", path, "--format", "json"])
      )
    }
    #expect(replayed.status == live.status)
    #expect(replayed.errors == "")
    let findings = try #require(part(live.output, from: "summary", to: "notices"))
    #expect(findings.contains("destination-exhausted"))
    let others = try #require(part(replayed.output, from: "summary", to: "notices"))
    #expect(Golden.firstDifference(expected: findings, actual: others) == nil)
    #expect(replayed.output.contains("\"mode\": \"root\""))
  }

  @Test(.needsNamespaces) func aRecordingGivesTheSameFacts() async throws {
    let path = path
    let (live, replayed) = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) {
      net in
      _ = try net.demonstration()
      _ = try net.bindUDP(.loopback(53))
      return (
        try BuiltBinary.run(["facts", "--record", path, "--sample", "100ms", "--format", "json"]),
        try BuiltBinary.run(["facts", "--root", path, "--format", "json"])
      )
    }
    #expect(live.status == 0)
    let facts = try #require(part(live.output, from: "facts", to: "waivers"))
    let others = try #require(part(replayed.output, from: "facts", to: "waivers"))
    #expect(Golden.firstDifference(expected: facts, actual: others) == nil)
  }

  /// What has grown since the last run is not told again where that run's counters are not.
  @Test(.needsNamespaces) func growthSinceTheLastRunIsNotRecorded() async throws {
    let path = path
    let state = try TemporaryDirectory()
    let repeated = ["audit", "--state", state.path, "--format", "json"]
    let (live, replayed) = try await ScratchNamespace.run { _ in
      _ = try BuiltBinary.run(repeated)
      try KeptState.age(state.path("audit-self.json"), by: 3600)
      return (
        try AuditResult(BuiltBinary.run(repeated + ["--record", path])),
        try AuditResult(BuiltBinary.run(["audit", "--root", path, "--format", "json"]))
      )
    }
    #expect(!live.report.notices.contains { $0.message.contains("an hour ago") })
    #expect(try !TextFile.read("\(path)/recording.json").contains("sample_seconds"))
    func unknown(_ audit: AuditResult) -> Set<String> { Set(audit.report.unknown.map(\.rule)) }
    #expect(unknown(replayed).subtracting(unknown(live)).isEmpty)
  }

  @Test(.needsNamespaces) func anAnonymousRecordingGivesTheSameRules() async throws {
    let directory = directory
    let (live, replayed, path) = try await ScratchNamespace.run(
      addresses: ["192.168.1.100"], sysctls: ScratchNamespace.smallRange
    ) { net in
      _ = try net.demonstration()
      // First, or the connection may take that port.
      _ = try net.chosenPortInsideRange(Endpoint("192.168.1.100", 32802))
      try net.outgoingConnection()
      var path = ""
      var count = 0
      let live = try AuditResult.patiently {
        count += 1
        path = directory.path("host\(count)")
        return try BuiltBinary.run([
          "audit", "--record", path, "--anonymize", "--format", "json",
        ])
      }
      let replayed = try AuditResult(
        BuiltBinary.run(["audit", "--root", path, "--format", "json"]))
      return (live, replayed, path)
    }
    func rules(_ audit: AuditResult) -> [String] {
      audit.report.findings.map { "\($0.rule) \($0.severity) \($0.confidence)" }.sorted()
    }
    #expect(rules(live).contains("listener-in-ephemeral-range medium medium"))
    #expect(rules(replayed) == rules(live))
    #expect(replayed.report.unknown.count == live.report.unknown.count)
    // Loopback stays; the address and the name of this process do not.
    #expect(live.findings.contains { $0.contains("listener:tcp:127.0.0.1:8080") })
    #expect(replayed.findings.contains { $0.contains("listener:tcp:127.0.0.1:8080") })
    #expect(live.findings.contains { $0.contains("192.168.1.100") })
    #expect(!replayed.findings.contains { $0.contains("192.168.1.100") })
    #expect(replayed.findings.contains { $0.contains(":192.168.") })
    let name = try TextFile.read("/proc/self/comm").filter { $0 != "\n" }
    let host = try TextFile.read("/proc/sys/kernel/hostname").filter { $0 != "\n" }
    let all = Subprocess(
      program: "/bin/grep",
      arguments: ["-rlF", "-e", name, "-e", host, "-e", "192.168.1.100", path])
    #expect(try all.run().output == "")
    let address = Subprocess(
      program: "/bin/grep", arguments: ["-rlP", "\\xc0\\xa8\\x01\\x64", path])
    #expect(try address.run().output == "")
  }

  @Test func theCommandLineIsChecked() throws {
    for (arguments, message) in [
      (["--root", "/tmp", "--record", path], "--root and --record exclude each other"),
      (["--root", "/tmp", "--sample", "1s"], "--root and --sample exclude each other"),
      (["--root", "/tmp", "--netns", "1"], "--root and --netns exclude each other"),
      (["--anonymize"], "--anonymize needs --record DIR"),
    ] {
      for command in ["audit", "facts"] {
        let result = try BuiltBinary.run([command] + arguments)
        #expect(result.status == 2)
        #expect(result.errors.contains(message), "\(result.errors)")
      }
    }
  }

  /// As where a mount is missing.
  @Test func aDirectoryWithNothingToJudgeIsStatusFour() throws {
    let empty = try TemporaryDirectory()
    let result = try BuiltBinary.run(["audit", "--root", empty.path])
    #expect(result.status == 4)
    #expect(
      result.errors == "sockwise: no rule had anything in '\(empty.path)' that it could judge\n")
    // Once, not for every parameter.
    #expect(
      result.output.split(separator: "which kernel the image boots is not known").count == 2)
  }

  @Test func aDirectoryThatCannotBeTakenIsStatusFive() throws {
    try TextFile.write("kept", to: path + "/file")
    for command in ["audit", "facts"] {
      let result = try BuiltBinary.run([command, "--record", path])
      #expect(result.status == 5)
      #expect(
        result.errors
          == "sockwise: '\(path)' is not empty; name a directory that is not there yet\n")
      // Nothing was read, so there is nothing to print.
      #expect(result.output == "")
    }
    #expect(try TextFile.read(path + "/file") == "kept")
  }

  @Test(.enabled(if: geteuid() == 0, "mounting a small file system needs root"))
  func aFullDiskIsStatusFive() throws {
    let script = """
      mount -t tmpfs -o size=64k none "$1" && "$0" facts --record "$1/host"; status=$?
      test ! -e "$1/host/recording.json" || status=99
      "$0" audit --root "$1/host" --strict; test $? = 4 || status=98; exit $status
      """
    let result = try Subprocess(
      program: "/usr/bin/unshare",
      arguments: ["--mount", "/bin/sh", "-c", script, BuiltBinary.path, directory.path]
    ).run()
    #expect(result.status == 5)
    #expect(result.errors.hasPrefix("sockwise: '\(path)"))
    #expect(
      result.errors.contains(
        "cannot be written: no space is left (ENOSPC); the recording is incomplete\n"))
    #expect(
      result.errors.hasSuffix(
        "'\(path)' is an incomplete recording: it has no recording.json; record again\n"),
      "\(result.errors)")
    // What was read is still shown.
    #expect(result.output.contains("host.kernel.release"))
  }

  @Test func whatIsNoDirectoryOrDamagedIsStatusFour() throws {
    try TextFile.write("{", to: path + "/recording.json")
    for (root, message) in [
      ("/nonexistent", "there is no '/nonexistent'"),
      ("/dev/null", "'/dev/null' is not a directory"),
      (path, "'\(path)/recording.json', line 1, column 2: a key in quotes was expected"),
    ] {
      let result = try BuiltBinary.run(["audit", "--root", root])
      #expect(result.status == 4)
      #expect(result.errors == "sockwise: \(message)\n")
    }
  }

  @Test func anImageHasNothingLive() throws {
    try TextFile.write("6.1.0-18-amd64\n", to: path + "/proc/sys/kernel/osrelease")
    try TextFile.write("0\n", to: path + "/proc/sys/net/ipv4/tcp_timestamps")
    let result = try BuiltBinary.run(["audit", "--root", path, "--format", "json"])
    let audit = try AuditResult(result)
    #expect(audit.findings == ["timestamps-disabled low sysctl:net.ipv4.tcp_timestamps"])
    #expect(audit.report.notices.contains { $0.message.contains("need a live or recorded host") })
    #expect(result.status == 0)
  }
}

/// The lines of a JSON report from one key of the outermost object to another.
private func part(_ text: String, from first: String, to last: String?) -> String? {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  guard let start = lines.firstIndex(where: { $0.hasPrefix("  \"\(first)\":") }) else { return nil }
  guard let last else { return lines[start...].joined(separator: "\n") }
  guard
    let end = lines[start...].dropFirst().firstIndex(where: {
      $0.drop { $0 == " " }.hasPrefix("\"\(last)\":")
    })
  else { return nil }
  return lines[start..<end].joined(separator: "\n")
}
