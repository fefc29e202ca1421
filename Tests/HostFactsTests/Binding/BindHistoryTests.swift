import CEL
import Glibc
import Testing

@testable import HostFacts
@testable import TestSupport

/// The model against ports that have a history: a socket that was bound beside what is there now,
/// before or after it, and is gone or not. The kernel's short cut for SO_REUSEPORT
/// (sk_reuseport_match) rests on it, and nothing shows it.
@Suite(.needsNamespaces, .enabled(if: geteuid() == 0, "binds as other users"))
struct BindHistoryTests {
  /// Numbers that look random and are the same in each run (Knuth's linear congruential generator).
  private struct Draw {
    var state: UInt64

    mutating func one<Element>(of choices: [Element]) -> Element {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return choices[Int((state >> 33) % UInt64(choices.count))]
    }
  }

  /// The socket that made history.
  private struct Former: Sendable, CustomStringConvertible {
    var socket: BindMatrix.New
    var comesFirst: Bool
    var listens: Bool
    var stays: Bool

    var description: String {
      "\(comesFirst ? "before" : "after") it \(socket)\(listens ? ", listening" : "")"
        + (stays ? "" : ", gone")
    }
  }

  private struct Cell: Sendable, CustomStringConvertible {
    var old: BindMatrix.Old
    var former: Former
    var new: BindMatrix.New

    var description: String { "\(old), \(former) × \(new)" }
  }

  private static let other = "aside"

  private static let cells: [Cell] = {
    var draw = Draw(state: 6)
    let places = BindMatrix.Place.all.filter { $0.address != "::ffff:0.0.0.0" }
    let states: [BindMatrix.State] = [
      .bound, .listening, .established, .establishedBesideListener, .ofWorker,
      .ofWorkerBesideListener, .timeWait, .client, .boundClient,
    ]
    let uids = [geteuid(), geteuid(), BindMatrix.otherUser]
    // Mostly none: beside a socket of a device little is certain.
    let devices: [String?] = [nil, nil, nil, nil, nil, "lo"]
    func flags(_ draw: inout Draw, _ devices: [String?]) -> BindMatrix.Flags {
      .init(
        reuseAddress: draw.one(of: [false, true]), reusePort: draw.one(of: [false, true, true]),
        device: draw.one(of: devices))
    }
    return (0..<2000).map { index in
      let state = draw.one(of: states)
      let place = draw.one(of: state.places.filter(places.contains))
      let old = BindMatrix.Old(
        state: state, place: place, flags: flags(&draw, devices), via: draw.one(of: place.clients),
        port: 1024 + index)
      let comesFirst = draw.one(of: [false, true])
      let former = Former(
        socket: .init(
          place: draw.one(of: places), flags: flags(&draw, devices + [other]),
          uid: draw.one(of: uids)),
        // A first one that listens would take connections from the other.
        comesFirst: comesFirst, listens: !comesFirst && draw.one(of: [false, true]),
        stays: draw.one(of: [false, true]))
      let new = BindMatrix.New(
        place: draw.one(of: places), flags: flags(&draw, devices + [other]),
        uid: draw.one(of: uids))
      return Cell(old: old, former: former, new: new)
    }
  }()

  /// Makes it as far as the kernel allows: what there is then is read.
  private static func make(_ cell: Cell, in net: ScratchNamespace, source: Int) throws {
    let former = cell.former
    func come() throws -> LabSocket? {
      let socket = try asFileUser(former.socket.uid) {
        try net.socket(
          ipv6: former.socket.place.isIPv6, former.socket.flags.options(former.socket.place))
      }
      do throws(SystemCallError) {
        try socket.bind(Endpoint(former.socket.place.address, cell.old.port))
        if former.listens { try socket.listen() }
      } catch {
        socket.close()
        return nil
      }
      return socket
    }
    var socket = former.comesFirst ? try come() : nil
    try? cell.old.make(in: net, source: source)
    if !former.comesFirst { socket = try come() }
    if !former.stays { socket?.close() }
  }

  private struct Outcome: Sendable {
    var wrong: [String] = []
    var verdicts: [BindAnswer.Verdict: Int] = [:]
    /// Only the history of the port leaves it open; and the kernel lets it in.
    var ofHistory = (all: 0, letIn: 0)
  }

  private static func run(_ net: ScratchNamespace) throws -> Outcome {
    try raiseDescriptorLimit()
    try net.addDevice(other, kind: "bridge")
    for (index, cell) in cells.enumerated() {
      try net.checkTime()
      try make(cell, in: net, source: 10_000 + index)
    }
    while try KernelSockets.tcp().contains(where: { $0.state == .finWait1 }) {
      try net.checkTime()
      usleep(2000)
    }
    let ports = cells.map { (SocketRow.Transport.tcp, $0.old.port) }
    var holders = try BindMatrixTests.holders(cells[0].new, ports)
    // On a busy machine the search for owners may take more than the time that it has.
    while holders.joined().contains(where: { $0.whyNoOptions?.reason.contains("time") == true }) {
      try net.checkTime()
      holders = try BindMatrixTests.holders(cells[0].new, ports)
    }
    let attempts = try onOwnThread {
      Result {
        try takeOwnDescriptors()
        return try cells.map { try $0.new.attempt(.tcp, port: $0.old.port) }
      }
    }?.get()
    var outcome = Outcome()
    for ((cell, holders), failure) in zip(zip(cells, holders), attempts ?? []) {
      let request = try cell.new.request(.tcp, port: cell.old.port)
      let answer = BindAnswer(
        BindFacts(
          request, address: request.address, probe: .accepted, holders: holders,
          uid: cell.new.uid, settings: ProcSys([:])))
      outcome.verdicts[answer.bind, default: 0] += 1
      // Of addresses the probe tells: ::1 is of no other device than `lo`.
      if failure?.code == EADDRNOTAVAIL { continue }
      switch answer.bind {
      case .unknown:
        guard answer.missing == [BindConflict.hiddenHistory] else { break }
        outcome.ofHistory.all += 1
        if failure == nil { outcome.ofHistory.letIn += 1 }
      case .yes where failure == nil: break
      case .no where failure?.call == "bind" && failure?.code == EADDRINUSE: break
      default:
        let fact = failure.map { "\($0.call)() gives \($0.code)" } ?? "both calls succeed"
        outcome.wrong.append("\(cell): \(answer.bind), and \(fact)")
      }
    }
    return outcome
  }

  @Test func `no cell is wrong whatever was there before`() async throws {
    let outcome = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_local_port_range": "50000 60999"],
      // Under a sanitizer on a busy machine.
      timeLimit: 1800
    ) { try Self.run($0) }
    #expect(outcome.wrong == [])
    // Chance decides nothing, but which cells can be made differs by kernel.
    #expect(outcome.verdicts[.yes, default: 0] > 900)
    #expect(outcome.verdicts[.no, default: 0] > 400)
    #expect(outcome.ofHistory.letIn > 20)
    #expect(outcome.ofHistory.all < 300)
  }
}
