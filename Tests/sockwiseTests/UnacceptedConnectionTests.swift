import Glibc
import TestSupport
import Testing

/// The rule `connections-not-accepted` on the real kernel.
@Suite(.needsNamespaces, .serialized)
struct UnacceptedConnectionTests {
  /// A server that hangs, one that is slow at the moment, one with an empty queue and one whose clients
  /// go on sending, each with its connections for 5 s.
  private static func situation(_ net: ScratchNamespace) throws {
    func queue(_ endpoint: Endpoint, _ count: Int) throws -> (LabSocket, [LabSocket]) {
      let listener = try net.listen(endpoint)
      return (
        listener,
        try (0..<count).map { _ in
          let client = try net.socket(ipv6: endpoint.isIPv6)
          try client.connect(endpoint)
          return client
        }
      )
    }
    _ = try queue(.loopback(8080), 10)
    _ = try queue(Endpoint("::1", 8080), 12)
    _ = try queue(.loopback(8081), 9)
    _ = try net.serverWithEstablished(.loopback(8082), reuseAddress: true, connections: 10)
    let (_, sending) = try queue(.loopback(8083), 10)
    // One that closed waits too.
    let (_, closed) = try queue(.loopback(8084), 10)
    for client in closed { client.close() }
    usleep(5_200_000)
    for client in sending { try client.send("x") }
  }

  private static let only = ["--only", "connections-not-accepted"]
  private static let expected = [
    "connections-not-accepted medium listener:tcp:127.0.0.1:8080",
    "connections-not-accepted medium listener:tcp:127.0.0.1:8084",
    "connections-not-accepted medium listener:tcp:[::1]:8080",
  ]

  @Test func connectionsNotAccepted() async throws {
    let directory = try TemporaryDirectory()
    let host = directory.path("host")
    let (audit, replayed, proc) = try await ScratchNamespace.run { net in
      try Self.situation(net)
      let audit = try AuditResult.current(Self.only + ["--record", host])
      let replayed = try AuditResult.current(Self.only + ["--root", host])
      try net.deny(.netlink)
      return (audit, replayed, try AuditResult.current(Self.only))
    }
    #expect(audit.findings == Self.expected)
    #expect(audit.report.unknown.isEmpty)
    // More where the machine is busy.
    for message in audit.report.findings.map(\.message) {
      let longest = message.wholeMatch(of: /.*the longest for at least (\d+) s/)
      #expect(longest.flatMap { Int($0.1) } ?? 0 >= 5, "\(message)")
    }
    #expect(replayed.findings == Self.expected)
    #expect(replayed.report.unknown.isEmpty)
    // Where the times are not shown it is not known, but for queues that are empty.
    #expect(proc.findings.isEmpty)
    #expect(
      proc.report.unknown.map(\.subject).sorted() == [
        "listener:tcp:127.0.0.1:8080", "listener:tcp:127.0.0.1:8081",
        "listener:tcp:127.0.0.1:8083", "listener:tcp:127.0.0.1:8084", "listener:tcp:[::1]:8080",
      ])
    #expect(
      proc.report.unknown.flatMap(\.missing).allSatisfy { $0.grant == "AF_NETLINK sockets" })
    // A recording of before they were asked for.
    let sockets = try TextFile.read("\(host)/sockets.json")
    try TextFile.write(
      sockets.replacing("\"idle_seconds\"", with: "\"other\"").replacing(
        "\"queue\"", with: "\"q\""),
      to: "\(host)/sockets.json")
    let older = try AuditResult(
      BuiltBinary.run(["audit", "--format", "json", "--root", host] + Self.only))
    #expect(older.findings.isEmpty)
    #expect(older.report.unknown.count == 5)
  }

  /// More than are looked at one by one.
  @Test func aLongQueue() async throws {
    let audit = try await ScratchNamespace.run { net in
      let listener = try net.listen(.loopback(8080))
      for _ in 0..<300 { try net.socket().connect(.loopback(8080)) }
      let early = try AuditResult.current(Self.only)
      withExtendedLifetime(listener) {}
      return early
    }
    #expect(audit.findings.isEmpty)
    #expect(
      audit.report.unknown.flatMap(\.missing).map(\.reason)
        == ["only 256 of 300 connections in the queue were looked at"])
  }
}
