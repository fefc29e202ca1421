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
    /// Unknown because the history of the port decides.
    var ofHistory = 0
    var verdicts: [BindAnswer.Verdict: Int] = [:]
  }

  /// What is on each port, as an audit reads it, with one look at all processes.
  static func holders(_ request: BindMatrix.New, _ ports: [(SocketRow.Transport, Int)]) throws
    -> [[PortHolder]]
  {
    var list = RowList()
    var table = SocketTable(source: .sockDiag)
    _ = SockDiag.read(
      into: &table, kernel: nil, deadline: .after(.seconds(20)), multipath: false
    ) { dump, datagram in
      _ = dump.parse(datagram, into: &list)
    }
    var watched: [UInt16: WatchedPort] = [:]
    for row in list.rows
    where row.transport == .tcp && row.state != .listen && row.state != .boundInactive {
      watched[row.localPort, default: WatchedPort(port: row.localPort)].add(row)
    }
    for port in watched.keys { watched[port]?.nameDevices(nameOfInterface) }
    var sockets = table.sockets(settings: .test())
    sockets.attachOwners(HostRoot(), deadline: .after(.seconds(20)))
    let owners = SocketOwnerLookup(
      inodes: Set(list.rows.map(\.inode)), cgroupIDs: [], root: HostRoot(),
      deadline: .after(.seconds(20)))
    return try ports.map { transport, number in
      let port = UInt16(number)
      return [PortHolder].read(
        sockets, watched[port] ?? WatchedPort(port: port),
        for: try request.request(transport, port: number), owners: owners)
    }
  }

  /// What the kernel says of each, in this network namespace.
  private static func attempts(_ news: [BindMatrix.New]) throws -> [[BindMatrix.Failure?]] {
    let result = onOwnThread {
      Result {
        try takeOwnDescriptors()
        return try BindMatrix.olds.map { old in
          try news.map { try $0.attempt(old.state.transport, port: old.port) }
        }
      }
    }
    return try result?.get() ?? []
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
    let news = BindMatrix.New.all([geteuid(), BindMatrix.otherUser])
    let ports = BindMatrix.olds.map { ($0.state.transport, $0.port) }
    var holders = try holders(news[0], ports)
    // On a busy machine the search for owners may take more than the time that it has.
    while holders.joined().contains(where: { $0.isHeld && $0.reuseAddress == nil }) {
      try net.checkTime()
      holders = try self.holders(news[0], ports)
    }
    var outcome = Outcome()
    for ((old, holders), failures) in zip(zip(BindMatrix.olds, holders), try attempts(news)) {
      let transport = old.state.transport
      for (new, failure) in zip(news, failures) {
        let request = try new.request(transport, port: old.port)
        let answer = BindAnswer(
          BindFacts(
            request, address: request.address, probe: .accepted, holders: holders, uid: new.uid,
            settings: ProcSys([:])))
        outcome.cells += 1
        outcome.verdicts[answer.bind, default: 0] += 1
        switch answer.bind {
        case .unknown where answer.missing == [BindConflict.hiddenHistory] && new.flags.reusePort:
          outcome.ofHistory += 1
        case .unknown:
          let user = new.uid == geteuid() ? "" : ", other user"
          outcome.unknown["\(old.state.rawValue) × \(new.flags)\(user)", default: 0] += 1
        case .yes where failure == nil: break
        case .no where failure?.call == "bind" && failure?.code == EADDRINUSE: break
        default:
          let fact = failure.map { "\($0.call)() gives \($0.code)" } ?? "both calls succeed"
          outcome.wrong.append("\(old) × \(new): \(answer.bind), and \(fact)")
        }
      }
    }
    return outcome
  }

  /// Where nobody can say it: no process holds a connection any more, so that its options cannot be
  /// read. Without options of the new socket only an IPv6 address in TIME_WAIT leaves it open, against 0.0.0.0:
  /// it depends on the IPV6_V6ONLY that it had.
  private static let unknown: [String: Int] = {
    // Both hide something: the options of these, and the history of the port.
    var unknown = [
      "not accepted × both": 4, "not accepted × both, other user": 8,
      "TIME_WAIT beside its listener × both": 12,
      "TIME_WAIT beside its listener × both, other user": 12,
    ]
    for (state, withOptions, without) in [
      ("TIME_WAIT", 148, 12), ("FIN_WAIT2 of an orphan", 76, 4), ("TIME_WAIT of a client", 36, 4),
    ] {
      for user in ["", ", other user"] {
        unknown["\(state) × neither\(user)"] = without
        for flags in ["SO_REUSEADDR", "SO_REUSEPORT", "both"] {
          unknown["\(state) × \(flags)\(user)"] = withOptions
        }
      }
    }
    return unknown
  }()

  @Test func `no cell is wrong`() async throws {
    let outcome = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_local_port_range": "50000 60999"]
    ) { try Self.run($0) }
    #expect(outcome.cells == 18_144)
    #expect(outcome.wrong == [])
    #expect(outcome.unknown == Self.unknown)
    // The port may have had a socket with SO_REUSEPORT that is gone (BindHistoryTests).
    #expect(outcome.ofHistory == 950)
    #expect(outcome.verdicts == [.yes: 8034, .no: 7524, .unknown: 2586])
  }
}
