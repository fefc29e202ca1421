import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Limits of resources, and signals.
@Suite(.needsNamespaces)
struct LimitTests {
  private static func audit(_ prlimit: String, as user: BuiltBinary.User = .caller) throws
    -> Subprocess.Result
  {
    // A debug build that runs out of memory starts Swift's backtracer, which can then hang; a
    // release build has none.
    try BuiltBinary.run(
      ["audit", "--strict", "--format", "json"], environment: ["SWIFT_BACKTRACE=enable=no"],
      as: user, memoryLimit: nil, through: "exec prlimit \(prlimit) \"$@\"")
  }

  /// The reason for each thing that could not be read must be the true one.
  @Test func withoutThreadsItSaysThatThereAreNone() async throws {
    // One process is all that this user may have, and it is the program.
    for limit in [1, 4] {
      let audit = try await ScratchNamespace.run { _ in
        try AuditResult(try Self.audit("--nproc=\(limit)", as: .stranger(65_531)))
      }
      // 4 where no rule had its facts.
      #expect([3, 4].contains(audit.status))
      #expect(audit.errors == "")
      let missing = audit.report.unknown.flatMap(\.missing)
      #expect(!missing.isEmpty)
      for item in missing {
        #expect(item.reason == "the system refuses another thread (EAGAIN)")
        #expect(item.grant?.hasPrefix("a higher RLIMIT_NPROC") == true)
      }
      let notices = audit.report.notices.map(\.message)
      #expect(
        notices.contains { $0.hasPrefix("the system refuses another thread (EAGAIN); not read: ") })
      #expect(!notices.contains { $0.contains("did not answer") })
    }
  }

  @Test(arguments: [4, 5, 6, 8, 11, 14, 17, 18, 19, 20, 22, 26])
  func withFewDescriptorsItSaysThatTheyAreFew(_ limit: Int) async throws {
    let audit = try await ScratchNamespace.run { net in
      _ = try net.listen(.loopback(8080), .init())
      return try AuditResult(try Self.audit("--nofile=\(limit)"))
    }
    // With the fewest nothing could be read.
    #expect([1, 3, 4].contains(audit.status))
    #expect(audit.errors == "")
    for item in audit.report.unknown.flatMap(\.missing) {
      #expect(item.reason.contains("(EMFILE)"), "\(item)")
    }
    let untrue = ["did not answer", "not mounted", "permission", "may not be read"]
    for notice in audit.report.notices {
      #expect(!untrue.contains { notice.message.contains($0) }, "\(notice)")
    }
  }

  /// A whole report or none at all, and never a long wait.
  @Test(
    .unsanitized("a sanitizer's shadow memory is beyond any limit"),
    arguments: [24, 32, 40, 48, 64, 96, 128, 192, 256])
  func withLittleMemoryTheReportIsWholeOrNone(_ mebibytes: Int) async throws {
    let result = try await ScratchNamespace.run { net in
      _ = try net.listen(.loopback(8080))
      return try Self.audit("--as=\(mebibytes << 20)")
    }
    #expect(result.ending != .timedOut)
    if result.output.isEmpty {
      #expect(result.status != 0)
      // Swift's runtime and libc do not check every allocation: the kernel may end it, wordless.
      #expect(result.status == nil || !result.errors.isEmpty)
    } else {
      let audit = try AuditResult(result)
      #expect([0, 1, 3, 4].contains(audit.status))
      #expect(!audit.report.notices.contains { $0.message.contains("did not answer") })
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalDuringASampleEndsItAtOnce(_ signal: CInt) throws {
    let directory = try TemporaryDirectory()
    let result = try BuiltBinary.run(
      ["audit", "--sample", "600s", "--output", "json=\(directory.path("report.json"))"]
    ) { process in
      #expect(Self.waitsForASample(process))
      kill(process, signal)
    }
    // Where it went on until the second sample, it would have been ended for taking too long.
    #expect(result.ending == .signalled(Int(signal)))
    #expect(result.output == "")
    // ThreadSanitizer's symbolizer, which has lost its reader, says so there.
    if unsafe getenv("TSAN_OPTIONS") == nil { #expect(result.errors == "") }
    #expect(try directory.names().isEmpty)
  }

  /// Whether a thread of a program comes to sleep for a time, which it does between two samples.
  private static func waitsForASample(_ process: pid_t) -> Bool {
    let look = Subprocess(
      program: "/bin/sh", arguments: ["-c", "cat /proc/\(process)/task/*/wchan"])
    for _ in 0..<1000 {
      if let seen = try? look.run().output, seen.contains("nanosleep") { return true }
      usleep(50_000)
    }
    return false
  }
}
