internal import Glibc

/// `/proc/net/tcp` and `tcp6`: the TCP sockets of a network namespace.
///
/// Read `/proc/thread-self/net/tcp`: `/proc/self/net` is the main thread's namespace. Documented
/// in Documentation/networking/proc_net_tcp.rst, which calls it deprecated in favour of tcp_diag:
/// ``SockDiag`` is better where it is allowed. Not shown are listen backlogs, devices, cookies,
/// cgroups, IPV6_V6ONLY and sockets that are only bound.
public struct ProcNetTCP: Sendable {
  private var text: ProcNetText
  private var end: ProcNetEnd

  /// - Parameter live: Whether it is the kernel's table, not a recorded one.
  public init(isIPv6: Bool, live: Bool, deadline: Deadline = .never) {
    text = ProcNetText(transport: .tcp, isIPv6: isIPv6)
    end = ProcNetEnd(live: live, deadline: deadline)
  }

  /// Takes what one read(2) gave; false where no more is wanted.
  public mutating func consume<Sink: SocketRowSink>(
    _ chunk: Span<UInt8>, into sink: inout Sink
  ) -> Bool {
    text.consume(chunk, into: &sink)
    return end.wantsMore(after: chunk.count)
  }

  /// What was read, once there is no more.
  public mutating func finish() -> ProcNetSummary { end.summary(&text) }
}

/// `/proc/net/udp` and `udp6`: the bound UDP sockets of a network namespace.
///
/// The kernel begins its walk anew at every read(2), so this costs three times a dump.
public struct ProcNetUDP: Sendable {
  private var text: ProcNetText
  private var end: ProcNetEnd

  /// - Parameter live: Whether it is the kernel's table, not a recorded one.
  public init(isIPv6: Bool, live: Bool, deadline: Deadline = .never) {
    text = ProcNetText(transport: .udp, isIPv6: isIPv6)
    end = ProcNetEnd(live: live, deadline: deadline)
  }

  /// Takes what one read(2) gave; false where no more is wanted.
  public mutating func consume<Sink: SocketRowSink>(
    _ chunk: Span<UInt8>, into sink: inout Sink
  ) -> Bool {
    text.consume(chunk, into: &sink)
    return end.wantsMore(after: chunk.count)
  }

  /// What was read, once there is no more.
  public mutating func finish() -> ProcNetSummary { end.summary(&text) }
}

/// How reading one table ended.
public struct ProcNetSummary: Hashable, Sendable {
  public var rows: Int
  /// Lines that are no socket.
  public var malformed: Int
  /// The deadline passed before the end of the table.
  public var isCutShort: Bool
}

/// Where a table ends.
struct ProcNetEnd: Sendable {
  private let live: Bool
  private let deadline: Deadline
  private var isCutShort = false
  /// One page less more than any row takes: 150 bytes for tcp, up to 180 for tcp6.
  private let fullRead = sysconf(Int32(_SC_PAGESIZE)) - 256

  init(live: Bool, deadline: Deadline) {
    self.live = live
    self.deadline = deadline
  }

  /// read(2) gives whole rows of at most one page. At the end of a table that grows the kernel
  /// falls back to a walk by index, tcp_seek_last_pos(), repeats rows, and may never give 0: a read
  /// with room left for another row is the end.
  mutating func wantsMore(after count: Int) -> Bool {
    if live && count < fullRead { return false }
    isCutShort = deadline.hasPassed
    return !isCutShort
  }

  func summary(_ text: inout ProcNetText) -> ProcNetSummary {
    text.finish()
    return ProcNetSummary(rows: text.rows, malformed: text.malformed, isCutShort: isCutShort)
  }
}

/// Reads the four tables of one network namespace.
enum ProcNet {
  /// Reads a file of this name ("tcp6") in pieces, as one read(2) each gives them, until the
  /// closure answers false; how many bytes that were.
  public typealias Reader = (String, (Span<UInt8>) -> Bool) -> Reading<Int>

  /// Fills `table`. Without IPv6 there is no `tcp6`, which is no problem.
  static func read(
    into table: inout SocketTable, live: Bool, deadline: Deadline,
    _ transports: Set<SocketRow.Transport> = [.tcp, .udp], from read: Reader
  ) {
    if transports.contains(.tcp) { readTCP(into: &table, live: live, deadline, read) }
    if transports.contains(.udp) { readUDP(into: &table, live: live, deadline, read) }
  }

  private static func readTCP(
    into table: inout SocketTable, live: Bool, _ deadline: Deadline, _ read: Reader
  ) {
    var tcp = SocketCoverage.complete
    for isIPv6 in [false, true] {
      let name = isIPv6 ? "tcp6" : "tcp"
      var parser = ProcNetTCP(isIPv6: isIPv6, live: live, deadline: deadline)
      let outcome = read(name) { parser.consume($0, into: &table) }
      merge(coverage(name, outcome, parser.finish()), into: &tcp)
    }
    table.cover(.listeners, tcp)
    table.cover(.connections, tcp)
    table.cover(.boundInactive, .incomplete(.init("/proc/net/tcp does not show bound sockets")))
  }

  private static func readUDP(
    into table: inout SocketTable, live: Bool, _ deadline: Deadline, _ read: Reader
  ) {
    var udp = SocketCoverage.complete
    for isIPv6 in [false, true] {
      let name = isIPv6 ? "udp6" : "udp"
      var parser = ProcNetUDP(isIPv6: isIPv6, live: live, deadline: deadline)
      let outcome = read(name) { parser.consume($0, into: &table) }
      merge(coverage(name, outcome, parser.finish()), into: &udp)
    }
    table.cover(.udp, udp)
  }

  private static func coverage(
    _ name: String, _ outcome: Reading<Int>, _ summary: ProcNetSummary
  ) -> SocketCoverage {
    switch outcome {
    case .absent(let why):
      return name.hasSuffix("6") ? .complete : .incomplete(.init(why))
    case .unavailable(let why): return .incomplete(.init(why.reason, grant: why.grant))
    case .value: break
    }
    if summary.isCutShort {
      return .incomplete(.init("/proc/net/\(name): not finished in the time given"))
    }
    if summary.malformed > 0 {
      return .incomplete(.init("/proc/net/\(name): \(summary.malformed) rows are malformed"))
    }
    return .complete
  }

  private static func merge(_ part: SocketCoverage, into whole: inout SocketCoverage) {
    if case .complete = whole { whole = part }
  }
}
