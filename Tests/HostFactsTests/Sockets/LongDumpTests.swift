import Glibc
import Testing

@testable import HostFacts
@testable import TestSupport

/// Dumps of the kernel's that are so long that another thread receives them.
@Suite(.enabled(if: ScratchNamespace.isAvailable, ScratchNamespace.requirement))
struct LongDumpTests {
  private static let manyTimeWaits: KeyValuePairs = [
    "net.ipv4.ip_local_port_range": "10000 60000", "net.ipv4.tcp_tw_reuse": "0",
    "net.ipv4.tcp_max_tw_buckets": "65536",
  ]

  /// As many as take about sixty datagrams; gives how many.
  private static func leaveManyTimeWaits(_ namespace: ScratchNamespace) throws -> Int {
    try (1...7).reduce(0) { made, address in
      let endpoint = Endpoint("127.0.0.\(address)", 7000)
      return made
        + (try namespace.fillPorts(
          toward: try namespace.listen(endpoint), at: endpoint, limit: 3000))
    }
  }

  @Test func `a long dump has every row once`() async throws {
    let (made, datagrams, rows, table) = try await ScratchNamespace.run(
      sysctls: Self.manyTimeWaits
    ) { namespace in
      let made = try Self.leaveManyTimeWaits(namespace)
      var table = SocketTable(source: .sockDiag)
      var list = RowList()
      var datagrams = 0
      let obstacle = SockDiag.read(
        into: &table, kernel: nil, deadline: .after(.seconds(30)), multipath: false
      ) { dump, datagram in
        if dump == .tcpConnections { datagrams += 1 }
        _ = dump.parse(datagram, into: &list)
      }
      #expect(obstacle == nil)
      return (made, datagrams, list.rows, table)
    }
    #expect(made == 21_000)
    // More than are received before the thread is there, and than it receives without waiting.
    #expect(datagrams > 16 + 2 * 16)
    let waiting = rows.filter { $0.state == .timeWait }
    #expect(waiting.count == made)
    #expect(
      Set(waiting.map { "\($0.localAddress):\($0.localPort) \($0.remoteAddress)" }).count == made)
    #expect(table.stateCounts[Int(SocketState.timeWait.rawValue)] == made)
    #expect(table.rows.count == made)
    guard case .complete = table.coverage(.connections) else {
      Issue.record("\(table.coverage(.connections))")
      return
    }
  }

  @Test func `another thread receives a whole dump without waiting`() async throws {
    let (made, rows, batches, last) = try await ScratchNamespace.run(
      sysctls: Self.manyTimeWaits
    ) { namespace in
      let made = try Self.leaveManyTimeWaits(namespace)
      var failure: Int32 = 0
      var rows = 0
      var batches = 0
      var last: SockDiagReply.Outcome?
      guard let socket = NetlinkSocket(failure: &failure) else {
        throw SystemCallError("socket(AF_NETLINK)", code: failure)
      }
      let request = SockDiagRequest.tcp(states: 1 << SocketState.timeWait.rawValue)
      #expect(socket.send(request.bytes(sequence: 1)) == 0)
      guard var ahead = ReceiveAhead(socket.receiver) else { throw SystemCallError("a thread") }
      while let batch = ahead.next() {
        batches += 1
        for (received, bytes) in zip(batch.received, batch.buffers) {
          guard case .datagram(let count) = received else {
            guard case .timedOut = received else { throw SystemCallError("\(received)") }
            continue
          }
          var list = RowList()
          let reply = SockDiagReply.parse(
            bytes.span.extracting(0..<count), transport: .tcp, sequence: 1, into: &list)
          rows += list.rows.count
          last = reply.outcome
        }
      }
      return (made, rows, batches, last)
    }
    #expect(rows == made)
    #expect(batches >= 3)
    #expect(last == .done)
  }

  @Test func `a deadline in the middle of a long dump ends it, and what came counts`() async throws
  {
    let (table, datagrams) = try await ScratchNamespace.run(
      sysctls: Self.manyTimeWaits
    ) { namespace in
      _ = try Self.leaveManyTimeWaits(namespace)
      let deadline = Deadline.after(.seconds(2))
      var table = SocketTable(source: .sockDiag)
      var datagrams = 0
      _ = SockDiag.read(
        into: &table, kernel: nil, deadline: deadline, multipath: false
      ) { dump, _ in
        guard dump == .tcpConnections else { return }
        datagrams += 1
        // The first that the other thread received.
        if datagrams == 17 { while !deadline.hasPassed { usleep(1000) } }
      }
      return (table, datagrams)
    }
    #expect(datagrams == 17)
    #expect(table.rows.count > 16 * 100)
    guard case .incomplete(let why) = table.coverage(.connections) else {
      Issue.record("\(table.coverage(.connections))")
      return
    }
    #expect(why.reason == "sock_diag: not finished in the time given")
  }
}
