internal import CLinuxShims
internal import Glibc

/// Dumps of the socket tables of the calling thread's network namespace, by sock_diag(7).
///
/// They need no privilege. Against `/proc/net/tcp` they cost half as much, never loop while the
/// tables grow, and show listen backlogs, devices, cookies, cgroups and bound sockets.
enum SockDiag {
  /// Fills `table`: listeners, bound sockets and connections, UDP, in this order.
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
  static func read(
    into table: inout SocketTable, kernel: KernelVersion?, deadline: Deadline,
    multipath: Bool = true, replies: ((SockDiagDump, Span<UInt8>) -> Void)? = nil
  ) -> Obstacle? {
    var failure: Int32 = 0
    guard let socket = NetlinkSocket(failure: &failure) else { return obstacle(failure) }
    var session = Session(socket: socket, deadline: deadline, replies: replies)
    let refusal = read(into: &table, kernel: kernel, multipath: multipath, from: &session)
    if refusal == nil { table.askConnections { session.connection($0, number: $1) } }
    return refusal
  }

  /// The same from whoever answers.
  static func read<Source: SockDiagSource & ~Copyable>(
    into table: inout SocketTable, kernel: KernelVersion?, multipath: Bool = true,
    from source: inout Source
  ) -> Obstacle? {
    let listeners = source.dump(.tcpListeners, into: &table)
    if let why = refusal(listeners) {
      table.refuse(.tcp, why)
    } else {
      table.cover(.listeners, listeners.coverage)
      readRestOfTCP(&source, into: &table, kernel, multipath: multipath && listeners.rows > 0)
    }

    return readUDP(into: &table, from: &source) == nil ? nil : table.refusals[.tcp]
  }

  /// The UDP sockets alone; why they are refused.
  static func readUDP<Source: SockDiagSource & ~Copyable>(
    into table: inout SocketTable, from source: inout Source
  ) -> Obstacle? {
    let ipv4 = source.dump(.udpIPv4, into: &table)
    if let why = refusal(ipv4) {
      table.refuse(.udp, why)
      return why
    }
    let ipv6 = source.dump(.udpIPv6, into: &table).coverage
    if case .incomplete = ipv6 { table.cover(.udp, ipv6) } else { table.cover(.udp, ipv4.coverage) }
    return nil
  }

  /// The same from the kernel.
  static func readUDP(
    into table: inout SocketTable, deadline: Deadline,
    replies: ((SockDiagDump, Span<UInt8>) -> Void)? = nil
  ) -> Obstacle? {
    var failure: Int32 = 0
    guard let socket = NetlinkSocket(failure: &failure) else { return obstacle(failure) }
    var session = Session(socket: socket, deadline: deadline, replies: replies)
    return readUDP(into: &table, from: &session)
  }

  /// Why a first dump gave nothing; nil where it did, and where there was only no time or the
  /// recording of it is damaged.
  static func refusal(_ dump: Dump) -> Obstacle? {
    guard dump.rows == 0, !dump.isDamaged, case .incomplete(let why) = dump.coverage,
      why != timedOut
    else { return nil }
    return why
  }

  private static func readRestOfTCP<Source: SockDiagSource & ~Copyable>(
    _ source: inout Source, into table: inout SocketTable, _ kernel: KernelVersion?,
    multipath: Bool
  ) {
    if multipath {
      // Refused where the kernel has no MPTCP: then no listener needs it.
      var found = MultipathListeners()
      _ = source.dump(.multipathListenersIPv4, into: &found)
      _ = source.dump(.multipathListenersIPv6, into: &found)
      for (key, inodes) in found.inodes { table.addMultipathListeners(key, inodes: inodes) }
    }

    let connections = source.dump(.tcpConnections, into: &table).coverage
    table.cover(.connections, connections)
    table.cover(
      .boundInactive,
      coverage(ofBoundInactive: table.idleCount, among: connections, kernel: kernel))
  }

  /// No such sockets are also what a kernel shows that does not know the state.
  static func coverage(
    ofBoundInactive count: Int, among dump: SocketCoverage, kernel: KernelVersion?
  ) -> SocketCoverage {
    guard count == 0, case .complete = dump else { return dump }
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
    /// Not what the kernel sent: a recording that something happened to.
    var isDamaged = false
    private var malformed = 0
    private var isInterrupted = false

    init(rows: Int = 0, coverage: SocketCoverage = .complete) {
      self.rows = rows
      self.coverage = coverage
    }

    /// Counts what one datagram said.
    mutating func add(_ reply: SockDiagReply.Result) {
      rows += reply.rows
      malformed += reply.malformedRows
      isInterrupted = isInterrupted || reply.isInterrupted
    }

    /// The kernel said that this is all.
    mutating func end() {
      if malformed > 0 {
        coverage = .incomplete(.init("sock_diag: \(malformed) rows are malformed"))
      } else if isInterrupted {
        coverage = .incomplete(.init("sock_diag: the tables changed during the dump"))
      }
    }
  }

  /// TCP sockets on these local ports that are no listeners, bound ones excepted.
  static func connections(
    on ports: [UInt16], into rows: inout some SocketRowSink, deadline: Deadline
  ) -> Dump {
    var failure: Int32 = 0
    guard let socket = NetlinkSocket(failure: &failure) else {
      return Dump(coverage: .incomplete(obstacle(failure)))
    }
    var session = Session(socket: socket, deadline: deadline, replies: nil)
    // TCP_ESTABLISHED to TCP_NEW_SYN_RECV without LISTEN.
    return session.dump(.tcp(states: 0x1bfe, ports: ports), sequence: 1, into: &rows)
  }

  private struct OneConnection: SocketRowSink {
    var row: SocketRow?

    mutating func add(_ row: SocketRow) { self.row = row }
  }

  private struct MultipathListeners: SocketRowSink {
    var inodes: [BoundGroup.Key: [UInt64]] = [:]

    mutating func add(_ row: SocketRow) {
      if row.state == .listen { inodes[BoundGroup.Key(row), default: []].append(row.inode) }
    }
  }

  /// Dumps over one netlink socket, one after the other.
  private struct Session: ~Copyable, SockDiagSource {
    private let socket: NetlinkSocket
    private let deadline: Deadline
    private let replies: ((SockDiagDump, Span<UInt8>) -> Void)?
    /// Where a dump was given up, the rest of it would come before the next one.
    private var given: SocketCoverage?
    private var buffer = [UInt8](repeating: 0, count: NetlinkSocket.mostBytes)

    init(
      socket: consuming NetlinkSocket, deadline: Deadline,
      replies: ((SockDiagDump, Span<UInt8>) -> Void)?
    ) {
      self.socket = socket
      self.deadline = deadline
      self.replies = replies
    }

    mutating func dump<Sink: SocketRowSink>(_ dump: SockDiagDump, into sink: inout Sink) -> Dump {
      let replies = replies
      return self.dump(dump.request, sequence: dump.rawValue, into: &sink) { replies?(dump, $0) }
    }

    /// - Parameter each: sees each datagram.
    mutating func dump<Sink: SocketRowSink>(
      _ request: SockDiagRequest, sequence: UInt32, into sink: inout Sink,
      _ each: (Span<UInt8>) -> Void = { _ in }
    ) -> Dump {
      if let given { return Dump(coverage: given) }
      if deadline.hasPassed { return Dump(coverage: .incomplete(timedOut)) }
      let status = socket.send(request.bytes(sequence: sequence))
      if status != 0 { return Dump(coverage: .incomplete(obstacle(status))) }
      var result = Dump()
      var datagrams = 0
      while true {
        let received = socket.receive(into: &buffer, timeout: timeout)
        if let end = take(received, buffer, request, sequence, &result, into: &sink, each) {
          return end
        }
        datagrams += 1
        if datagrams == Self.fewDatagrams,
          let end = takeAhead(request, sequence, &result, into: &sink, each)
        {
          return end
        }
      }
    }

    /// A dump of more is worth a thread: 5,000 rows.
    private static let fewDatagrams = 16

    /// Takes what the kernel has ready, while another thread receives more; nil where that is not all.
    private mutating func takeAhead<Sink: SocketRowSink>(
      _ request: SockDiagRequest, _ sequence: UInt32, _ result: inout Dump, into sink: inout Sink,
      _ each: (Span<UInt8>) -> Void
    ) -> Dump? {
      guard sockwise_usable_processors() > 1, var ahead = ReceiveAhead(socket.receiver) else {
        return nil
      }
      while let batch = ahead.next() {
        for (received, bytes) in zip(batch.received, batch.buffers) {
          if case .timedOut = received { return nil }
          if let end = take(received, bytes, request, sequence, &result, into: &sink, each) {
            return end
          }
        }
      }
      return nil
    }

    /// Takes one datagram; how the dump ended, where it did.
    private mutating func take<Sink: SocketRowSink>(
      _ received: NetlinkSocket.Received, _ bytes: [UInt8], _ request: SockDiagRequest,
      _ sequence: UInt32, _ result: inout Dump, into sink: inout Sink,
      _ each: (Span<UInt8>) -> Void
    ) -> Dump? {
      let count: Int
      switch received {
      case .datagram(let size): count = size
      case .truncated(let size):
        return giveUp(result, .init("sock_diag: a reply of \(size) bytes did not fit"))
      case .timedOut: return giveUp(result, timedOut)
      case .failed(let number): return giveUp(result, obstacle(number))
      }
      let datagram = bytes.span.extracting(0..<count)
      each(datagram)
      let reply = SockDiagReply.parse(
        datagram, transport: request.transport, sequence: sequence, into: &sink)
      result.add(reply)
      switch reply.outcome {
      case .more: break
      case .done:
        result.end()
        return result
      case .failed(let number):
        result.coverage = .incomplete(obstacle(number))
        return result
      case .malformed(let why): return giveUp(result, .init("sock_diag: \(why)"))
      }
      return deadline.hasPassed ? giveUp(result, timedOut) : nil
    }

    /// One connection again, with its times; nil where there is none any more. `.none` of the outer
    /// kind is no answer at all.
    mutating func connection(_ row: SocketRow, number: Int) -> SocketRow?? {
      if given != nil || deadline.hasPassed { return .none }
      // Beyond the numbers of dumps.
      let sequence = UInt32(truncatingIfNeeded: 1000 + number)
      guard socket.send(SockDiagRequest.connection(row).bytes(sequence: sequence)) == 0,
        case .datagram(let count) = socket.receive(into: &buffer, timeout: timeout)
      else { return .none }
      var found = OneConnection()
      let reply = SockDiagReply.parse(
        buffer.span.extracting(0..<count), transport: .tcp, sequence: sequence, into: &found)
      return switch reply.outcome {
      case .failed(ENOENT), .failed(ESTALE): .some(nil)
      case .more where found.row != nil: .some(found.row)
      default: .none
      }
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
