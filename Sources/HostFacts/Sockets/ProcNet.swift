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
    for transport in [SocketRow.Transport.tcp, .udp] where transports.contains(transport) {
      let coverage = Self.read(transport, into: &table, live: live, deadline, from: read)
      switch transport {
      case .udp: table.cover(.udp, coverage)
      case .tcp:
        table.cover(.listeners, coverage)
        table.cover(.connections, coverage)
        table.cover(
          .boundInactive, .incomplete(.init("/proc/net/tcp does not show bound sockets")))
      }
    }
  }

  private static func read(
    _ transport: SocketRow.Transport, into table: inout SocketTable, live: Bool,
    _ deadline: Deadline, from read: Reader
  ) -> SocketCoverage {
    var whole = SocketCoverage.complete
    for isIPv6 in [false, true] {
      let name = transport.recordedName + (isIPv6 ? "6" : "")
      var parser = ProcNetTable(transport, isIPv6: isIPv6, live: live, deadline: deadline)
      let outcome = read(name) { parser.consume($0, into: &table) }
      let part = coverage(name, outcome, parser.finish())
      if case .complete = whole { whole = part }
    }
    return whole
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
}
