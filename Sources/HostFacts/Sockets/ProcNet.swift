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
      let part =
        transport == .udp
        ? readUDP(name, isIPv6: isIPv6, into: &table, live: live, deadline, from: read)
        : readOnce(transport, name, isIPv6: isIPv6, into: &table, live: live, deadline, from: read)
          .coverage
      if case .complete = whole { whole = part }
    }
    return whole
  }

  /// One pass; in how many pieces.
  private static func readOnce<Sink: SocketRowSink>(
    _ transport: SocketRow.Transport, _ name: String, isIPv6: Bool, into sink: inout Sink,
    live: Bool, _ deadline: Deadline, from read: Reader
  ) -> (coverage: SocketCoverage, pieces: Int) {
    var parser = ProcNetTable(transport, isIPv6: isIPv6, live: live, deadline: deadline)
    var pieces = 0
    let outcome = read(name) { piece in
      pieces += 1
      return parser.consume(piece, into: &sink)
    }
    return (coverage(name, outcome, parser.finish()), pieces)
  }

  /// The kernel goes on by index at every read(2) (net/ipv4/udp.c, udp_seq_start): where a socket
  /// closes in front, another is passed over. So the running system's table is read until everything
  /// of one pass is there in the next, which is when nothing had closed.
  private static func readUDP(
    _ name: String, isIPv6: Bool, into table: inout SocketTable, live: Bool,
    _ deadline: Deadline, from read: Reader
  ) -> SocketCoverage {
    var pass = UDPPass(table: SocketTable(source: .proc))
    swap(&pass.table, &table)
    defer { swap(&pass.table, &table) }
    var before: Set<UInt64>?
    for _ in 0..<mostPasses {
      pass.inodes.removeAll(keepingCapacity: true)
      let (coverage, pieces) = readOnce(
        .udp, name, isIPv6: isIPv6, into: &pass, live: live, deadline, from: read)
      guard live, pieces > 1, case .complete = coverage else { return coverage }
      if before?.isSubset(of: pass.inodes) == true { return .complete }
      before = pass.inodes
    }
    return .incomplete(
      .init(
        "/proc/net/\(name): sockets closed each time it was read, so that others may be missing"))
  }

  private static let mostPasses = 4

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

/// Hands rows on, and keeps which they were.
private struct UDPPass: SocketRowSink {
  var table: SocketTable
  var inodes: Set<UInt64> = []

  mutating func add(_ row: SocketRow) {
    inodes.insert(row.inode)
    table.add(row)
  }
}
