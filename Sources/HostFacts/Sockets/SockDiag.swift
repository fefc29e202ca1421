internal import CLinuxShims
internal import Glibc

/// Dumps of the socket tables of the calling thread's network namespace, by sock_diag(7).
///
/// They need no privilege. Against `/proc/net/tcp` they cost half as much, never loop while the
/// tables grow, and show listen backlogs, devices, cookies, cgroups and bound sockets.
public enum SockDiag {
  /// Fills `table`: listeners, bound sockets, connections, UDP, in this order.
  ///
  /// Returns why sock_diag cannot be used at all, and then nothing was read: read ``ProcNet``.
  /// Otherwise the table knows which transport was refused (each has a kernel module of its own),
  /// and what each part lacks; what was read before the deadline counts.
  /// - Parameters:
  ///   - kernel: Says whether no bound sockets means none, or a kernel before 6.8 without that
  ///     dump. Rows of a kernel with the dump backported are believed.
  ///   - multipath: Also asks for MPTCP listeners, whose inode older kernels do not show as TCP.
  ///     Like any first dump of a protocol it may make the kernel load a module, mptcp_diag.
  ///   - replies: Sees each datagram, for a recorded host.
  public static func read(
    into table: inout SocketTable, kernel: KernelVersion?, deadline: Deadline,
    multipath: Bool = true, replies: ((SocketPart, Span<UInt8>) -> Void)? = nil
  ) -> Obstacle? {
    var failure: Int32 = 0
    guard let socket = NetlinkSocket(failure: &failure) else { return obstacle(failure) }
    var session = Session(socket: socket, deadline: deadline, replies: replies)

    let listeners = session.dump(.tcp(states: listening), .listeners, into: &table)
    if let why = refusal(listeners) {
      table.refuse(.tcp, why)
    } else {
      table.cover(.listeners, listeners.coverage)
      readRestOfTCP(&session, into: &table, kernel, multipath: multipath && listeners.rows > 0)
    }

    let ipv4 = session.dump(.udp(UInt8(AF_INET)), .udp, into: &table)
    if let why = refusal(ipv4) {
      table.refuse(.udp, why)
      return table.refusals[.tcp]
    }
    let ipv6 = session.dump(.udp(UInt8(AF_INET6)), .udp, into: &table).coverage
    if case .incomplete = ipv6 { table.cover(.udp, ipv6) } else { table.cover(.udp, ipv4.coverage) }
    return nil
  }

  /// Why a first dump gave nothing; nil where it did, and where there was only no time.
  static func refusal(_ dump: Dump) -> Obstacle? {
    guard dump.rows == 0, case .incomplete(let why) = dump.coverage, why != timedOut else {
      return nil
    }
    return why
  }

  private static func readRestOfTCP(
    _ session: inout Session, into table: inout SocketTable, _ kernel: KernelVersion?,
    multipath: Bool
  ) {
    if multipath {
      // Refused where the kernel has no MPTCP: then no listener needs it.
      var found = MultipathListeners()
      for family in families {
        _ = session.dump(.multipath(family, states: listening), .listeners, into: &found)
      }
      for row in found.rows { table.addMultipathListener(row) }
    }

    let idle = session.dump(.tcp(states: boundInactive), .boundInactive, into: &table)
    table.cover(.boundInactive, coverage(ofBoundInactive: idle, kernel: kernel))

    table.cover(
      .connections, session.dump(.tcp(states: connected), .connections, into: &table).coverage)
  }

  private static let listening: UInt32 = 1 << 10
  private static let boundInactive: UInt32 = 1 << 13
  /// TCP_ESTABLISHED to TCP_NEW_SYN_RECV without LISTEN.
  private static let connected: UInt32 = 0x1ffe & ~listening
  private static let families = [UInt8(AF_INET), UInt8(AF_INET6)]

  /// An empty answer is also what a kernel gives that does not know the state.
  static func coverage(
    ofBoundInactive dump: Dump, kernel: KernelVersion?
  ) -> SocketCoverage {
    guard dump.rows == 0, case .complete = dump.coverage else { return dump.coverage }
    guard let kernel else {
      return .incomplete(.init("the kernel's version is not known, and before 6.8 it shows none"))
    }
    if kernel >= KernelVersion(6, 8) { return .complete }
    return .absent("added in Linux 6.8; this kernel is \(kernel.major).\(kernel.minor)")
  }

  static func obstacle(_ number: Int32) -> Obstacle {
    let text = "sock_diag: \(textOfErrno(number))"
    return switch number {
    // EAFNOSUPPORT is what RestrictAddressFamilies= of a unit answers.
    case EAFNOSUPPORT, EACCES, EPERM: Obstacle(text, grant: "AF_NETLINK sockets")
    case ENOENT: Obstacle("sock_diag: this kernel has no such dump (ENOENT)")
    default: Obstacle(text)
    }
  }

  /// How a dump ended.
  struct Dump {
    var rows = 0
    var coverage = SocketCoverage.complete
  }

  private struct MultipathListeners: SocketRowSink {
    var rows: [SocketRow] = []

    mutating func add(_ row: SocketRow) { if row.state == .listen { rows.append(row) } }
  }

  /// Dumps over one netlink socket, one after the other.
  private struct Session: ~Copyable {
    private let socket: NetlinkSocket
    private let deadline: Deadline
    private let replies: ((SocketPart, Span<UInt8>) -> Void)?
    private var sequence: UInt32 = 0
    /// Where a dump was given up, the rest of it would come before the next one.
    private var given: SocketCoverage?
    /// The kernel fills at most 32 KiB.
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(
      socket: consuming NetlinkSocket, deadline: Deadline,
      replies: ((SocketPart, Span<UInt8>) -> Void)?
    ) {
      self.socket = socket
      self.deadline = deadline
      self.replies = replies
    }

    mutating func dump<Sink: SocketRowSink>(
      _ request: SockDiagRequest, _ part: SocketPart, into sink: inout Sink
    ) -> Dump {
      if let given { return Dump(rows: 0, coverage: given) }
      if deadline.hasPassed { return Dump(rows: 0, coverage: .incomplete(timedOut)) }
      sequence += 1
      let status = socket.send(request.bytes(sequence: sequence))
      if status != 0 { return Dump(rows: 0, coverage: .incomplete(obstacle(status))) }
      var dump = Dump()
      var malformed = 0
      var isInterrupted = false
      while true {
        let count: Int
        switch socket.receive(into: &buffer, timeout: timeout) {
        case .datagram(let size): count = size
        case .truncated(let size):
          return giveUp(dump, .init("sock_diag: a reply of \(size) bytes did not fit"))
        case .timedOut: return giveUp(dump, timedOut)
        case .failed(let number): return giveUp(dump, obstacle(number))
        }
        let result = reply(count, request.transport, part, into: &sink)
        dump.rows += result.rows
        malformed += result.malformedRows
        isInterrupted = isInterrupted || result.isInterrupted
        switch result.outcome {
        case .more: break
        case .done:
          if malformed > 0 {
            dump.coverage = .incomplete(.init("sock_diag: \(malformed) rows are malformed"))
          } else if isInterrupted {
            dump.coverage = .incomplete(.init("sock_diag: the tables changed during the dump"))
          }
          return dump
        case .failed(let number):
          dump.coverage = .incomplete(obstacle(number))
          return dump
        case .malformed(let why): return giveUp(dump, .init("sock_diag: \(why)"))
        }
        if deadline.hasPassed { return giveUp(dump, timedOut) }
      }
    }

    private func reply<Sink: SocketRowSink>(
      _ count: Int, _ transport: SocketRow.Transport, _ part: SocketPart, into sink: inout Sink
    ) -> SockDiagReply.Result {
      let datagram = buffer.span.extracting(0..<count)
      replies?(part, datagram)
      return SockDiagReply.parse(
        datagram, transport: transport, sequence: sequence,
        state: part == .boundInactive ? .boundInactive : nil, into: &sink)
    }

    /// Microseconds: what the deadline leaves, and never more than 5 s, which the kernel never
    /// takes for one datagram.
    private var timeout: Int {
      guard let left = deadline.remaining, left < .seconds(5) else { return 5_000_000 }
      // Zero would wait for ever.
      return max(
        1,
        Int(left.components.attoseconds / 1_000_000_000_000)
          + Int(left.components.seconds) * 1_000_000)
    }

    private mutating func giveUp(_ dump: Dump, _ why: Obstacle) -> Dump {
      given = .incomplete(why)
      return Dump(rows: dump.rows, coverage: .incomplete(why))
    }
  }
}

private let timedOut = Obstacle("sock_diag: not finished in the time given")
