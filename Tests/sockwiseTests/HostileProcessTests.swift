import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Processes that would rather not be looked at, or want to be seen as something else.
@Suite(.needsNamespaces, .serialized)
struct HostileProcessTests {
  /// The kernel cuts a name after 15 bytes, which may be in the middle of a character.
  private static let names = [
    ("\u{1b}[31mred\u{7}\u{8}", "\\u{1b}[31mred\\u{7}\\u{8}"),
    ("a\nForged: ok", "a Forged: ok"), ("\u{202e}moc.live", "\\u{202e}moc.live"),
    ("{{ x }}'\"\\", "{{ x }}'\"\\"), ("aaaaaaaaaaaaaaé", "aaaaaaaaaaaaaa\u{fffd}"),
  ]

  /// A program under a name of its own choice holds a listener without SO_REUSEADDR.
  private func audit(_ name: String) async throws -> (
    text: Subprocess.Result, json: Subprocess.Result, facts: Subprocess.Result
  ) {
    let directory = try TemporaryDirectory()
    let program = directory.path(name)
    let made = unsafe symlink("/bin/sleep", program)
    try #require(made == 0)
    return try await ScratchNamespace.run { net in
      let listener = try net.listen(.loopback(8080), .init())
      _ = try net.start(program, ["600"], holding: [listener])
      listener.close()
      return (
        try BuiltBinary.run(["audit"]), try BuiltBinary.run(["audit", "--format", "json"]),
        try BuiltBinary.run(["facts"])
      )
    }
  }

  @Test(arguments: names)
  func aNameCannotActOnATerminal(_ name: String, _ shown: String) async throws {
    let (text, json, facts) = try await audit(name)
    for result in [text, json, facts] {
      #expect(result.errors == "")
      let acts = result.output.unicodeScalars.filter {
        $0 != "\n" && ($0.value < 0x20 || (0x7f..<0xa0).contains($0.value) || $0 == "\u{202e}")
      }
      #expect(acts.isEmpty, "\(result.output.debugDescription)")
    }
    #expect(text.status == 1)
    // Lines may be broken at blanks.
    #expect(Self.joined(text.output).contains(Self.joined(shown)))
    #expect(!text.output.contains("\nForged"))
    let findings = try JSONDecoder().decode(
      AuditResult.Report.self, from: Data(json.output.utf8)
    ).findings
    #expect(findings.map(\.rule) == ["listener-without-reuseaddr"])
  }

  private static func joined(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined()
  }

  @Test func factsGiveANameAsItIs() async throws {
    let directory = try TemporaryDirectory()
    let name = "\u{1b}[1m\na\u{202e}"
    let program = directory.path(name)
    let made = unsafe symlink("/bin/sleep", program)
    try #require(made == 0)
    let output = try await ScratchNamespace.run { net in
      let listener = try net.listen(.loopback(8080))
      _ = try net.start(program, ["600"], holding: [listener])
      listener.close()
      return try BuiltBinary.run(["facts", "--format", "json"]).output
    }
    let facts = try JSONDecoder().decode(ListenersDocument.self, from: Data(output.utf8)).facts
    #expect(facts.sockets.listeners.map(\.process.value) == [name])
  }

  @Test func aStoppedProcessIsReadLikeAnyOther() async throws {
    let audit = try await ScratchNamespace.run { net in
      let listener = try net.listen(.loopback(8080), .init())
      let holder = try net.start("/bin/sleep", ["600"], holding: [listener])
      listener.close()
      try holder.stop()
      return try AuditResult.current()
    }
    #expect(audit.findings == ["listener-without-reuseaddr medium listener:tcp:127.0.0.1:8080"])
    #expect(audit.report.unknown.isEmpty)
  }

  /// Holders that end while they are looked for, among many short-lived processes.
  @Test func processesMayVanishAtAnyMoment() async throws {
    let audits = try await ScratchNamespace.run { net in
      for _ in 0..<2 {
        _ = try net.start(
          "/bin/sh", ["-c", "while :; do /bin/true; (exec /bin/true) & wait; done"])
      }
      var audits: [AuditResult] = []
      for round in 0..<25 {
        let listener = try net.listen(.loopback(8080), .init())
        // A few more, so that some end in the middle of the search.
        let holders = try (0..<4).map { _ in
          try net.start("/bin/sh", ["-c", "sleep 0.0\(round); exit"], holding: [listener])
        }
        listener.close()
        audits.append(try AuditResult.current())
        for holder in holders { holder.end() }
      }
      return audits
    }
    for audit in audits {
      #expect(audit.errors == "")
      #expect(audit.status == 0 || audit.status == 1)
      let reasons = audit.report.unknown.flatMap(\.missing).map(\.reason)
      #expect(reasons.allSatisfy(Self.isOfAnEnd), "\(reasons)")
    }
  }

  /// What may be said of a socket whose holder has ended meanwhile.
  private static func isOfAnEnd(_ reason: String) -> Bool {
    [
      "no process holds the socket", "the process ended while its socket was looked at",
      "the socket was closed while it was looked at", "its net_cls and net_prio groups",
      "the descriptor changed hands",
      // Where a sandbox hides PID 1, that might be the holder as well.
      "process 1 cannot be looked into",
    ].contains { reason.hasPrefix($0) }
  }
}

private struct ListenersDocument: Decodable {
  var facts: Facts

  struct Facts: Decodable { var sockets: Sockets }
  struct Sockets: Decodable { var listeners: [Listener] }
  struct Listener: Decodable { var process: Text }
  struct Text: Decodable { var value: String }
}
