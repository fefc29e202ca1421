import Glibc
import TestSupport
import Testing

/// Each rule on the real kernel: the situation that it is about, and the healthy twin beside it.
@Suite(.needsNamespaces, .serialized)
struct RuleSituationTests {
  @Test func destinationExhausted() async throws {
    for leftover in [Leftover.timeWait, .established, .closeWait] {
      let audit = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
        _ = try net.exhaustedDestination(leaving: leftover)
        return try AuditResult.current(["--only", "destination-exhausted"])
      }
      #expect(
        audit.findings == ["destination-exhausted high destination:127.0.0.1>127.0.0.1:7000"],
        "\(leftover)")
    }
    let healthy = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      try net.healthyDestination(connections: 100)
      return try AuditResult.current(["--only", "destination-exhausted"])
    }
    #expect(healthy.findings.isEmpty)
  }

  /// What helps depends on what holds the ports.
  @Test(arguments: [
    (Leftover.timeWait, "TIME_WAIT 200", "Keep connections open and reuse them"),
    (.established, "ESTABLISHED 200", "Pool fewer connections"),
    (.closeWait, "CLOSE_WAIT 200", "This is a leak in the client"),
  ])
  func theFirstRemedyFollowsTheState(
    leftover: Leftover, states: String, remedy: String
  ) async throws {
    for (rule, sysctls, total) in [
      ("destination-exhausted", ScratchNamespace.smallRange, 200),
      ("destination-past-knee", ScratchNamespace.mediumRange, 1200),
    ] {
      let audit = try await ScratchNamespace.run(sysctls: sysctls) { net in
        let listener = try net.listen(.loopback(7000))
        try net.fillPorts(
          toward: listener, at: .loopback(7000), limit: total, leaving: leftover)
        return try AuditResult.current(["--only", rule])
      }
      let finding = try #require(audit.report.findings.first)
      let count = states.replacing("200", with: "\(total)")
      #expect(finding.message.contains("\(count))"), "\(finding.message)")
      let texts = finding.remediation.compactMap(\.text)
      #expect(texts.contains { $0.hasPrefix(remedy) })
      #expect(texts.contains { $0.hasPrefix("Use more source") } == (leftover != .closeWait))
      if rule == "destination-exhausted" {
        #expect(texts.first?.hasPrefix(remedy) == true)
        // The range is small: to widen it comes with the warning to reserve, and helps no leak.
        let widens = finding.remediation.last?.kind == "sysctl"
        #expect(widens == (leftover != .closeWait))
        #expect(texts.contains { $0.contains("ip_local_reserved_ports") } == widens)
      } else {
        #expect(finding.message.contains("would cost a scan"))
        #expect(finding.message.contains(" end at ") == (leftover == .timeWait))
      }
    }
  }

  @Test func portsInTimeWaitThatConnectTakesAgainAreNotHeld() async throws {
    let (made, audit) = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) {
      net in
      let made = try net.exhaustedDestination()
      try net.setSysctl("net.ipv4.tcp_tw_reuse", "2")
      usleep(1_300_000)
      return (made, try AuditResult.current(["--skip", "ephemeral-range-too-small"]))
    }
    #expect(made == 200)
    #expect(audit.findings.isEmpty)
  }

  @Test func destinationPastKnee() async throws {
    let only = ["--only", "destination-past-knee"]
    for (short, expected) in [
      (0, ["destination-past-knee medium destination:127.0.0.1>127.0.0.1:7000"]), (60, []),
    ] {
      let audit = try await ScratchNamespace.run(sysctls: ScratchNamespace.mediumRange) { net in
        try net.destinationPastKnee(short: short)
        return try AuditResult.current(only)
      }
      #expect(audit.findings == expected, "\(short) short of the half")
    }
  }

  @Test func exhaustionSupersedesTheKnee() async throws {
    let audit = try await ScratchNamespace.run(sysctls: ScratchNamespace.mediumRange) { net in
      _ = try net.exhaustedDestination()
      return try AuditResult.current()
    }
    let rules = Set(audit.report.findings.map(\.rule))
    #expect(rules.contains("destination-exhausted"))
    #expect(!rules.contains("destination-past-knee"))
  }

  /// The default, 2, serves 127/8 and ::1 and not the host's own LAN address.
  @Test func twReuseNeeded() async throws {
    for (address, leftover, expected) in [
      (
        "192.168.1.100", Leftover.timeWait,
        ["tw-reuse-needed high destination:192.168.1.100>192.168.1.100:7000"]
      ),
      ("192.168.1.100", .established, []), ("127.0.0.1", .timeWait, []),
    ] {
      let audit = try await ScratchNamespace.run(
        addresses: ["192.168.1.100"], sysctls: ["net.ipv4.ip_local_port_range": "32768 32967"]
      ) { net in
        _ = try net.exhaustedDestination(Endpoint(address, 7000), leaving: leftover)
        return try AuditResult.current(["--only", "tw-reuse-needed"])
      }
      #expect(audit.findings == expected, "\(address), \(leftover)")
    }
  }

  @Test func ephemeralRangeTooSmall() async throws {
    for (range, expected) in [
      ("32768 40958", ["ephemeral-range-too-small low sysctl:net.ipv4.ip_local_port_range"]),
      ("49152 65535", []), ("32768 60999", []),
    ] {
      let audit = try await ScratchNamespace.run(sysctls: ["net.ipv4.ip_local_port_range": range]) {
        _ in try AuditResult.current()
      }
      #expect(audit.findings == expected, "\(range)")
    }
  }

  /// The kernel refuses then, too.
  @Test func aRangeThatIsReservedWholly() async throws {
    let (code, audit) = try await ScratchNamespace.run(sysctls: [
      "net.ipv4.ip_local_port_range": "40000 40009",
      "net.ipv4.ip_local_reserved_ports": "40000-40009",
    ]) { net in
      let listener = try net.listen(.loopback(7000))
      var code: CInt = 0
      do {
        _ = try net.connect(to: listener, at: .loopback(7000))
      } catch let error as SystemCallError {
        code = error.code
      }
      return (code, try AuditResult.current())
    }
    #expect(code == EADDRNOTAVAIL)
    #expect(
      audit.findings == ["ephemeral-range-too-small high sysctl:net.ipv4.ip_local_port_range"])
  }

  @Test func ephemeralRangeParityIsJudgedOnlyWhenAsked() async throws {
    for (range, arguments, expected) in [
      (
        "32768 61000", ["--enable", "ephemeral-range-parity"],
        ["ephemeral-range-parity info sysctl:net.ipv4.ip_local_port_range"]
      ),
      ("32768 61000", [], []), ("32768 60999", ["--enable", "ephemeral-range-parity"], []),
    ] {
      let audit = try await ScratchNamespace.run(sysctls: ["net.ipv4.ip_local_port_range": range]) {
        _ in try AuditResult.current(arguments)
      }
      #expect(audit.findings == expected, "\(range) \(arguments)")
    }
  }

  @Test func listenerInEphemeralRange() async throws {
    let audit = try await ScratchNamespace.run(
      addresses: ["192.168.1.100"], sysctls: ["net.ipv4.ip_local_reserved_ports": "32804"]
    ) { net in
      _ = try net.chosenPortInsideRange(.loopback(32800))
      _ = try net.chosenPortInsideRange(Endpoint("192.168.1.100", 32802))
      // The twins: reserved, assigned by the kernel, outside the range.
      _ = try net.chosenPortInsideRange(.loopback(32804))
      _ = try net.assignedPortInsideRange()
      _ = try net.listen(.loopback(8080))
      return try AuditResult.current()
    }
    #expect(
      audit.findings == [
        "listener-in-ephemeral-range low listener:tcp:127.0.0.1:32800",
        "listener-in-ephemeral-range medium listener:tcp:192.168.1.100:32802",
      ])
  }

  @Test func portsOfContainersAndPortsPickedAtRandom() async throws {
    let both = """
      sockets = [listen(a, p) for p in range(32768, 32780) for a in ("0.0.0.0", "::")]
      """
    let random = """
      sockets = [listen("0.0.0.0", p) for p in (40002, 41003, 42005, 43008, 44011)]
      """
    let chosen = """
      sockets = [listen(a, p) for p in (40000, 40002) for a in ("0.0.0.0", "::")]
      """
    for (setup, expected) in [
      ("name(\"docker-proxy\")\n\(both)", []), ("name(\"vsftpd\")\n\(random)", []),
      // Both addresses are one finding.
      (
        "name(\"etcd\")\n\(chosen)",
        [
          "listener-in-ephemeral-range medium listener:tcp:0.0.0.0:40000",
          "listener-in-ephemeral-range medium listener:tcp:0.0.0.0:40002",
        ]
      ),
    ] {
      let audit = try await ScratchNamespace.run { _ in try AuditResult.inside(python: setup) }
      #expect(audit.findings == expected, "\(setup)")
      #expect(audit.report.unknown.isEmpty)
    }
  }

  @Test func listenerWithoutReuseAddress() async throws {
    let audit = try await ScratchNamespace.run { net in
      try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      try net.serverWithEstablished(Endpoint("::1", 8081), reuseAddress: false)
      _ = try net.listen(.loopback(8082), .init())
      // The twins: either option set, or a port that the kernel assigned.
      try net.serverWithTimeWait(.loopback(8083), reuseAddress: true)
      var reusePort = LabSocket.Options()
      reusePort.reusePort = true
      _ = try net.listen(.loopback(8084), reusePort)
      let assigned = try net.socket()
      try assigned.bind(.loopback(0))
      try assigned.listen()
      try net.serverThatResets(.loopback(8085))
      return try AuditResult.current()
    }
    #expect(
      audit.findings == [
        "listener-without-reuseaddr high listener:tcp:127.0.0.1:8080",
        "listener-without-reuseaddr high listener:tcp:[::1]:8081",
        "listener-without-reuseaddr medium listener:tcp:127.0.0.1:8082",
        "listener-without-reuseaddr medium listener:tcp:127.0.0.1:8085",
      ])
    let messages = audit.report.findings.map(\.message)
    // How long TIME_WAIT lasts is known; how long peers stay is not.
    #expect(messages.contains { $0.contains("EADDRINUSE for about ") && $0.contains("port 8080") })
    #expect(messages.contains { $0.contains("until 62 s after the last peer has closed, because") })
    #expect(messages.allSatisfy { $0.contains("(pid ") })
  }

  @Test func aProcessWithoutAName() async throws {
    let audit = try await ScratchNamespace.run { _ in
      try AuditResult.inside(
        python: """
          name("\\0")
          s = listen("127.0.0.1", 8080, reuse=False)
          """)
    }
    #expect(audit.findings == ["listener-without-reuseaddr medium listener:tcp:127.0.0.1:8080"])
    #expect(audit.report.findings.first?.message.hasPrefix("(unnamed) (pid ") == true)
  }

  @Test func twReuseOnPureServer() async throws {
    let pure = try await ScratchNamespace.run { net in
      try net.pureServer()
      return try AuditResult.current()
    }
    #expect(pure.findings == ["tw-reuse-on-pure-server low sysctl:net.ipv4.tcp_tw_reuse"])
    #expect(pure.report.findings.first?.remediation.map(\.kind) == ["note"])
    // Active opens without a passive one in this namespace: it has connected elsewhere.
    let former = try await ScratchNamespace.run { net in
      try net.pureServer()
      let bystander = try net.socket()
      try bystander.bind(.loopback(9))
      for _ in 0..<10 { try? net.socket().connect(.loopback(9)) }
      return try AuditResult.current()
    }
    #expect(former.findings.isEmpty)
    let client = try await ScratchNamespace.run(addresses: ["192.168.1.100"]) { net in
      try net.pureServer()
      try net.outgoingConnection()
      return try AuditResult.current()
    }
    #expect(client.findings.isEmpty)
  }

  @Test func timestamps() async throws {
    for (reuse, timestamps, expected) in [
      ("1", "0", ["tw-reuse-without-timestamps medium sysctl:net.ipv4.tcp_timestamps"]),
      ("2", "0", ["timestamps-disabled low sysctl:net.ipv4.tcp_timestamps"]), ("1", "1", []),
      ("2", "2", []),
    ] {
      let audit = try await ScratchNamespace.run(sysctls: [
        "net.ipv4.tcp_tw_reuse": reuse, "net.ipv4.tcp_timestamps": timestamps,
      ]) { _ in try AuditResult.current() }
      #expect(audit.findings == expected, "tcp_tw_reuse \(reuse), tcp_timestamps \(timestamps)")
    }
  }

  @Test func timeWaitOverflow() async throws {
    for (limit, expected) in [
      (10, ["time-wait-overflow low sysctl:net.ipv4.tcp_max_tw_buckets"]), (1000, []),
    ] {
      let audit = try await ScratchNamespace.run { net in
        try net.timeWaitOverflow(limit: limit)
        return try AuditResult.current()
      }
      #expect(audit.findings == expected, "tcp_max_tw_buckets = \(limit)")
      guard let finding = audit.report.findings.first else { continue }
      #expect(finding.message.hasSuffix("the limit is reached; 40 have skipped it so far"))
      #expect(finding.evidence.contains { $0.fact == "netstat.TcpExt.TCPTimeWaitOverflow" })
    }
  }

  @Test func timeWaitSwitchedOff() async throws {
    let audit = try await ScratchNamespace.run { net in
      try net.timeWaitOverflow(limit: 0)
      return try AuditResult.current()
    }
    #expect(audit.findings == ["time-wait-overflow low sysctl:net.ipv4.tcp_max_tw_buckets"])
    #expect(
      audit.report.findings.first?.message == """
        net.ipv4.tcp_max_tw_buckets = 0: TIME_WAIT is switched off, closed connections skip it; \
        50 have skipped it so far
        """)
  }

  /// Whatever is out of sight is unknown: no rule fails, and none passes for it.
  @Test(arguments: [
    "mount -t tmpfs none /proc/sys/net/ipv4", "mount -t tmpfs none /proc/sys",
    "mount -t proc -o subset=pid proc /proc",
  ])
  func whereParametersAreHidden(mounts: String) async throws {
    let audit = try await ScratchNamespace.run { net in
      _ = try net.demonstration()
      return try AuditResult.inside(mounts: mounts)
    }
    #expect(!audit.report.unknown.isEmpty)
    #expect(audit.report.unknown.filter { $0.kind == "error" }.map(\.rule) == [])
    let reasons = Set(audit.report.unknown.flatMap(\.missing).map(\.reason))
    #expect(reasons.contains { $0.contains(" is not there: hidden or not mounted") }, "\(reasons)")
    #expect(audit.status == 0)
  }

  /// A note is reassurance: it stands among the notices and is not counted.
  @Test func timeWaitOnServerHarmless() async throws {
    for (connections, isNoted) in [(1000, true), (900, false)] {
      let audit = try await ScratchNamespace.run { net in
        try net.serverWithTimeWait(
          .loopback(8080), reuseAddress: true, connections: connections)
        return try AuditResult.current()
      }
      #expect(
        audit.report.notices.contains {
          $0.message.contains("\(connections) accepted connections are in TIME_WAIT")
        } == isNoted)
      #expect(audit.findings.isEmpty)
      #expect(audit.status == 0)
    }
  }
}
