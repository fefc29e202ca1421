import Glibc
import TestSupport
import Testing

/// The means of the other tests.
struct TestSupportTests {
  @Test func aDifferenceNamesItsLine() {
    #expect(Golden.firstDifference(expected: "a\nb\n", actual: "a\nb\n") == nil)
    #expect(
      Golden.firstDifference(expected: "a\nb \n", actual: "a\nb\n") == """
        line 2:
          after "a\\n"
          expected "b \\n"
          got      "b\\n"
        """)
    #expect(
      Golden.firstDifference(expected: "a\n", actual: "a\nb") == """
        line 2:
          after "a\\n"
          expected the end
          got      "b"
        """)
    #expect(
      Golden.firstDifference(expected: "", actual: "\u{1b}[1m") == """
        line 1:
          expected the end
          got      "\\u{1B}[1m"
        """)
  }

  @Test func aProgramGetsInputAndBothOutputsAreCaptured() throws {
    var shell = Subprocess(
      program: "/bin/sh", arguments: ["-c", "tr a-z A-Z; echo $WORD >&2; exit 3"])
    shell.input = "text"
    shell.environment = ["WORD=said"]
    let result = try shell.run()
    #expect(result.ending == .exited(3))
    #expect(result.output == "TEXT")
    #expect(result.errors == "said\n")
  }

  @Test func muchOutputOnBothPipesDoesNotDeadlock() throws {
    let result = try Subprocess(
      program: "/bin/sh",
      arguments: ["-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero"]
    ).run()
    #expect(result.status == 0)
    #expect(result.output.utf8.count == 300_000)
    #expect(result.errors.utf8.count == 300_000)
  }

  @Test func aProgramEndsAtItsLimits() throws {
    var sleeping = Subprocess(program: "/bin/sleep", arguments: ["30"])
    sleeping.timeLimit = 0.2
    let slept = try sleeping.run()
    #expect(slept.ending == .timedOut)
    #expect(slept.seconds < 5)

    var silent = Subprocess(program: "/bin/sh", arguments: ["-c", "exec >&- 2>&-; sleep 30"])
    silent.timeLimit = 0.2
    #expect(try silent.run().ending == .timedOut)

    var printing = Subprocess(program: "/usr/bin/yes")
    printing.outputLimit = 100_000
    #expect(try printing.run().ending == .printedTooMuch)

    var unread = Subprocess(program: "/usr/bin/yes")
    unread.output = .closedPipe
    #expect(try unread.run().ending == .signalled(Int(SIGPIPE)))
  }

  @Test func aMissingProgramIsAnErrorWithItsName() {
    #expect(throws: SystemCallError("posix_spawn '/nowhere/program'", code: ENOENT)) {
      try Subprocess(program: "/nowhere/program").run()
    }
    #expect("\(SystemCallError("bind", code: EADDRINUSE))" == "bind: EADDRINUSE")
  }

  @Test func theBuiltBinaryRuns() throws {
    #expect(try BuiltBinary.run(["--help"]).status == 0)
  }

  @Test(.needsNamespaces)
  func theBuiltBinaryRunsAsNobody() throws {
    #expect(try BuiltBinary.run(["--help"], as: .nobody).status == 0)
  }

  @Test(.needsNamespaces)
  func aNamespaceIsItsOwn() async throws {
    let seen = try await ScratchNamespace.run(
      addresses: ["192.168.1.100", "fd00::100"],
      sysctls: ["net.ipv4.ip_local_port_range": "40000 40009"]
    ) { net in
      let listeners = [
        try net.listen(.loopback(7000)), try net.listen(Endpoint("192.168.1.100", 7000)),
        try net.listen(Endpoint("fd00::100", 7000)),
      ]
      let udp = try net.bindUDP(.loopback(5300))
      let child = Subprocess(program: "/bin/cat", arguments: ["/proc/self/net/tcp"])
      return (
        try KernelSockets.count(.listen), try listeners.map { try $0.local() }, try udp.local(),
        try KernelSockets.udpPorts(), try net.sysctl("net.ipv4.ip_local_port_range"),
        try child.run().output.split(separator: "\n").count
      )
    }
    #expect(seen.0 == 3)
    #expect(
      seen.1 == [.loopback(7000), Endpoint("192.168.1.100", 7000), Endpoint("fd00::100", 7000)])
    #expect(seen.2 == .loopback(5300))
    #expect(seen.3 == [5300])
    #expect(seen.4 == "40000\t40009")
    // Header and the two IPv4 listeners: a program that the closure starts lives there too.
    #expect(seen.5 == 3)
  }

  @Test(.needsNamespaces)
  func errorsCarryTheNameOfTheirCode() async {
    await #expect(throws: SystemCallError("bind 127.0.0.1:7000", code: EADDRINUSE)) {
      try await ScratchNamespace.run { net in
        _ = try net.listen(.loopback(7000))
        _ = try net.listen(.loopback(7000))
      }
    }
    await #expect(throws: SystemCallError("connect 127.0.0.1:7000", code: ECONNREFUSED)) {
      try await ScratchNamespace.run { try $0.socket().connect(.loopback(7000)) }
    }
  }
}
