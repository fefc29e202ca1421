/// `/proc/net/tcp`, `tcp6`, `udp` or `udp6`: the TCP sockets or the bound UDP sockets of a network
/// namespace, as the pieces of the file come.
///
/// Read `/proc/thread-self/net/tcp`: `/proc/self/net` is the main thread's namespace. Documented
/// in Documentation/networking/proc_net_tcp.rst, which calls it deprecated in favour of tcp_diag:
/// ``SockDiag`` is better where it is allowed. Not shown are listen backlogs, devices, cookies,
/// cgroups, IPV6_V6ONLY and TCP sockets that are only bound; and of UDP the kernel begins its walk
/// anew at every read(2), which costs three times a dump; and ``ProcNet`` reads long ones twice at least.
public struct ProcNetTable: Sendable {
  private var text: ProcNetText
  private var end: ProcNetEnd

  /// - Parameter live: Whether it is the kernel's table, not a recorded one.
  public init(
    _ transport: SocketRow.Transport, isIPv6: Bool, live: Bool, deadline: Deadline = .never
  ) {
    text = ProcNetText(transport: transport, isIPv6: isIPv6)
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
  public mutating func finish() -> ProcNetSummary {
    text.finish()
    return ProcNetSummary(
      rows: text.rows, malformed: text.malformed, isCutShort: end.isCutShort)
  }
}

/// How reading one table ended.
public struct ProcNetSummary: Hashable, Sendable {
  public var rows: Int
  /// Lines that are no socket.
  public var malformed: Int
  /// The deadline passed before the end of the table.
  public var isCutShort: Bool
}
