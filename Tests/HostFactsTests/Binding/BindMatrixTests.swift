import CEL
import Glibc
import Testing

@testable import HostFacts
@testable import TestSupport

/// The model of the kernel's check against the kernel: every kind of socket on a port, and every
/// kind that wants it too.
@Suite(.needsNamespaces, .enabled(if: geteuid() == 0, "binds as other users"))
struct BindMatrixTests {
  private struct Outcome: Sendable {
    var cells = 0
    var wrong: [String] = []
    var unknown: [String: Int] = [:]
    var verdicts: [BindAnswer.Verdict: Int] = [:]
  }

  /// All that is on a port, as an audit reads it.
  private static func holders() -> (Sockets, [UInt16: WatchedPort]) {
    var list = RowList()
    var table = SocketTable(source: .sockDiag)
    _ = SockDiag.read(
      into: &table, kernel: KernelVersion(6, 8), deadline: .after(.seconds(20)), multipath: false
    ) { dump, datagram in
      _ = dump.parse(datagram, into: &list)
    }
    var watched: [UInt16: WatchedPort] = [:]
    for row in list.rows
    where row.transport == .tcp && row.state != .listen && row.state != .boundInactive {
      watched[row.localPort, default: WatchedPort(port: row.localPort)].add(row)
    }
    var sockets = table.sockets(settings: .test())
    sockets.attachOwners(HostRoot(), deadline: .after(.seconds(20)))
    return (sockets, watched)
  }

  private static func run(_ net: ScratchNamespace) throws -> Outcome {
    try raiseDescriptorLimit()
    for (index, old) in BindMatrix.olds.enumerated() {
      try old.make(in: net, source: 30_000 + index)
    }
    // The ACK of a FIN may be delayed, in FIN_WAIT1; then it becomes another kind of socket.
    while try KernelSockets.tcp().contains(where: { $0.state == .finWait1 }) {
      try net.checkTime()
      usleep(2000)
    }
    let (sockets, watched) = holders()
    var outcome = Outcome()
    let news = BindMatrix.New.all([geteuid(), 1000])
    for old in BindMatrix.olds {
      let port = UInt16(old.port)
      let request = try news[0].request(old.state.transport, port: old.port)
      let holders = [PortHolder].read(
        sockets, watched[port] ?? WatchedPort(port: port), for: request, HostRoot(),
        deadline: .after(.seconds(20)))
      for new in news {
        let request = try new.request(old.state.transport, port: old.port)
        let answer = BindAnswer(
          BindFacts(
            request, address: request.address, probe: .accepted, holders: holders,
            uid: new.uid, settings: ProcSys([:]), sockets: .value(0, .dump("test"))))
        let failure = try new.attempt(old.state.transport, port: old.port)
        outcome.cells += 1
        outcome.verdicts[answer.bind, default: 0] += 1
        switch answer.bind {
        case .unknown:
          let user = new.uid == geteuid() ? "" : ", other user"
          outcome.unknown[
            "\(old.state.rawValue), \(new.flags)\(user)", default: 0] += 1
        case .yes where failure == nil: break
        case .no where failure?.call == "bind" && failure?.code == EADDRINUSE: break
        default:
          outcome.wrong.append(
            "\(old) × \(new): \(answer.bind), but "
              + (failure.map { "\($0.call) \($0.code)" } ?? "it can"))
        }
      }
    }
    return outcome
  }

  @Test func noCellIsWrong() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_local_port_range": "50000 60999"]
    ) { try Self.run($0) }
    print(clock.now - start, outcome.cells, outcome.verdicts)
    for (k, v) in outcome.unknown.sorted(by: { $0.key < $1.key }) { print(v, k) }
    #expect(outcome.wrong.isEmpty, "\(outcome.wrong.count): \(outcome.wrong.prefix(40))")
  }
}
