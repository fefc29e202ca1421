import Glibc
import TestSupport
import Testing

/// The situations are what they say, by the kernel's own account.
@Suite(.needsNamespaces)
struct SituationsTests {
  @Test func anExhaustedDestinationHasNoPortAndAnotherHas() async throws {
    let seen = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      let made = try net.exhaustedDestination()
      try net.healthyDestination()
      return (
        made, try KernelSockets.count(.timeWait, remotePort: 7000),
        try KernelSockets.count(.timeWait, remotePort: 7001),
        errorName { try net.socket().connect(.loopback(7000)) },
        errorName { try net.socket().connect(.loopback(7001)) }
      )
    }
    #expect(seen.0 == 200)
    #expect(seen.1 == 200)
    #expect(seen.2 == 10)
    #expect(seen.3 == "EADDRNOTAVAIL")
    #expect(seen.4 == nil)
  }

  @Test(arguments: [Leftover.established, .closeWait])
  func aDestinationCanBeExhaustedByOpenConnections(_ leftover: Leftover) async throws {
    let seen = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      let made = try net.exhaustedDestination(leaving: leftover)
      let state = leftover == .established ? KernelSockets.State.established : .closeWait
      return (made, try KernelSockets.count(state, remotePort: 7000))
    }
    #expect(seen.0 == 200)
    #expect(seen.1 == 200)
  }

  @Test func reuseOnTheLANAddressNeedsTheValueOne() async throws {
    for (reuse, expected) in [("2", "EADDRNOTAVAIL"), ("1", nil)] {
      let seen = try await ScratchNamespace.run(
        addresses: ["192.168.1.100"],
        sysctls: [
          "net.ipv4.ip_local_port_range": "32768 32967", "net.ipv4.tcp_tw_reuse": "0",
        ]
      ) { net in
        let destination = Endpoint("192.168.1.100", 7000)
        let made = try net.exhaustedDestination(destination)
        try net.setSysctl("net.ipv4.tcp_tw_reuse", reuse)
        // tcp_tw_reuse_delay is one second, counted from the close.
        usleep(1_300_000)
        return (made, errorName { try net.socket().connect(destination) })
      }
      #expect(seen.0 == 200)
      #expect(seen.1 == expected, "tcp_tw_reuse = \(reuse)")
    }
  }

  @Test func theKneeIsWhereThePreferredHalfIsFull() async throws {
    let ports = try await ScratchNamespace.run(sysctls: ScratchNamespace.mediumRange) { net in
      try net.destinationPastKnee()
      return try KernelSockets.tcp().filter { $0.state == .timeWait }.map(\.localPort)
    }
    #expect(Set(ports).count == 1200)
    #expect(ports.allSatisfy { $0 % 2 == 0 })
  }

  @Test func timeWaitOnTheServerBlocksItsRestartUnlessReuseAddressIsSet() async throws {
    let seen = try await ScratchNamespace.run { net in
      let fragile = try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      let sound = try net.serverWithTimeWait(.loopback(8081), reuseAddress: true)
      let counts = (
        try KernelSockets.count(.timeWait, localPort: 8080),
        try KernelSockets.count(.timeWait, localPort: 8081), try KernelSockets.count(.timeWait)
      )
      fragile.close()
      sound.close()
      // Swift Testing starts programs too, without our lock: until its exec(2) one has a copy.
      for _ in 0..<500 where try KernelSockets.tcp().contains(where: { $0.state == .listen }) {
        usleep(10_000)
      }
      return (
        counts, errorName { _ = try net.listen(.loopback(8080)) },
        errorName { _ = try net.listen(.loopback(8081)) }
      )
    }
    #expect(seen.0 == (3, 3, 6))
    // The new socket has the option, the connections have not.
    #expect(seen.1 == "EADDRINUSE")
    #expect(seen.2 == nil)
  }

  @Test func establishedConnectionsBlockItToo() async throws {
    let seen = try await ScratchNamespace.run { net in
      let fragile = try net.serverWithEstablished(.loopback(8080), reuseAddress: false)
      let count = try KernelSockets.count(.established, localPort: 8080)
      fragile.close()
      return (count, errorName { _ = try net.listen(.loopback(8080)) })
    }
    #expect(seen.0 == 3)
    #expect(seen.1 == "EADDRINUSE")
  }

  /// SO_LINGER of the listener, not of the connections: these have it from there.
  @Test func connectionsThatAreResetBlockNothing() async throws {
    let seen = try await ScratchNamespace.run { net in
      let server = try net.serverThatResets(.loopback(8080))
      let count = try KernelSockets.count(.established, localPort: 8080)
      for accepted in server.accepted { accepted.close() }
      server.listener.close()
      // A program that another test is just starting holds descriptors until its exec().
      func left() throws -> Int { try KernelSockets.tcp().count { $0.localPort == 8080 } }
      for _ in 0..<100 where try left() > 0 { usleep(50_000) }
      return (count, try left(), errorName { _ = try net.listen(.loopback(8080), .init()) })
    }
    #expect(seen.0 == 3)
    #expect(seen.1 == 0)
    #expect(seen.2 == nil)
  }

  @Test func chosenAndAssignedPortsDifferInParity() async throws {
    let seen = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      let chosen = try net.chosenPortInsideRange().local().port
      let assigned = try (0..<20).map { _ in try net.assignedPortInsideRange() }
      return (chosen, assigned)
    }
    #expect(seen.0 == 32800)
    #expect(seen.1.allSatisfy { $0 % 2 == 1 && (32768...32967).contains($0) })
  }

  @Test func anOutgoingConnectionCanTakeAPortInsideTheRange() async throws {
    let seen = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_local_port_range": "32800 32800"]
    ) { net in
      let service = try net.chosenPortInsideRange()
      service.close()
      let connection = try net.connect(to: try net.listen(.loopback(7000)), at: .loopback(7000))
      return (
        try connection.client.local().port, errorName { _ = try net.listen(.loopback(32800)) }
      )
    }
    #expect(seen.0 == 32800)
    #expect(seen.1 == "EADDRINUSE")
  }

  @Test func aReservedPortIsNotGivenAway() async throws {
    let made = try await ScratchNamespace.run(sysctls: [
      "net.ipv4.ip_local_port_range": "32768 32967", "net.ipv4.ip_local_reserved_ports": "32800",
      "net.ipv4.tcp_tw_reuse": "0",
    ]) { net in
      _ = try net.chosenPortInsideRange()
      return try net.exhaustedDestination()
    }
    #expect(made == 199)
  }

  @Test func aBusyLoopbackClientReusesItsPorts() async throws {
    let seen = try await ScratchNamespace.run(sysctls: [
      "net.ipv4.ip_local_port_range": "32768 35167"
    ]) { net in
      let made = try net.busyLoopbackClient(perSecond: 1000, seconds: 4)
      return (
        try net.sysctl("net.ipv4.tcp_tw_reuse"), made,
        try KernelSockets.counter("TcpExt.TWRecycled")
      )
    }
    #expect(seen.0 == "2")
    // More than there are ports.
    #expect(seen.1 == 4000)
    #expect(try #require(seen.2) > 0)
  }

  @Test func aServersTimeWaitTakesNoPort() async throws {
    let seen = try await ScratchNamespace.run { net in
      try net.serverWithTimeWait(.loopback(8080), reuseAddress: true, connections: 1100)
      return (
        try KernelSockets.count(.timeWait, localPort: 8080), try KernelSockets.count(.timeWait)
      )
    }
    #expect(seen == (1100, 1100))
  }

  @Test func closesAboveTheLimitLeaveNoTimeWait() async throws {
    let seen = try await ScratchNamespace.run { net in
      try net.timeWaitOverflow()
      return (
        try KernelSockets.count(.timeWait),
        try KernelSockets.counter("TcpExt.TCPTimeWaitOverflow")
      )
    }
    #expect(seen.0 == 10)
    // On a busy machine a connection may end by a reset: it has no TIME_WAIT to lose.
    #expect((35...40).contains(seen.1 ?? 0))
  }

  @Test func aPureServerHasNoOutgoingRowsBesideLoopback() async throws {
    let seen = try await ScratchNamespace.run(addresses: ["192.168.1.100"]) { net in
      try net.pureServer()
      let pure = try KernelSockets.tcp().count { $0.state != .listen }
      try net.outgoingConnection()
      return (pure, try KernelSockets.count(.established, remotePort: 5432))
    }
    #expect(seen == (3, 1))
  }

  @Test func theDemonstrationHoldsEverySituation() async throws {
    let seen = try await ScratchNamespace.run(sysctls: ScratchNamespace.smallRange) { net in
      let situation = try net.demonstration()
      return [
        try KernelSockets.count(.timeWait, localPort: situation.fragileServer.port),
        try KernelSockets.count(.timeWait, localPort: situation.soundServer.port),
        try KernelSockets.count(.timeWait, remotePort: situation.exhausted.port),
        try KernelSockets.count(.timeWait, remotePort: situation.healthy.port),
        try KernelSockets.count(.listen),
      ]
    }
    // The listener inside the range takes its port from every destination.
    #expect(seen == [3, 3, 199, 10, 5])
  }
}

/// The name of the error that a step throws; nil where it succeeds.
private func errorName(_ step: () throws -> Void) -> String? {
  do {
    try step()
    return nil
  } catch {
    return (error as? SystemCallError)?.name ?? "\(error)"
  }
}
