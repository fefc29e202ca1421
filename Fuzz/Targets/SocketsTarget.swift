import CEL

@testable import HostFacts

/// What a datagram of sock_diag(7) shows becomes facts, which must be as the schema says, and counts
/// that must add up.
enum SocketsTarget {
  static func run(_ bytes: [UInt8]) {
    let shown = SockDiagTarget.rows(bytes, .tcp)
    guard !shown.isEmpty else { return }
    var table = SocketTable(source: .sockDiag)
    // Listeners first, as the reader asks for them.
    let ordered = shown.filter { $0.state == .listen } + shown.filter { $0.state != .listen }
    let tcp = addEach(ordered, to: &table)
    let udp = addEach(SockDiagTarget.rows(bytes, .udp), to: &table)
    for part in SocketPart.allCases { table.cover(part, .complete) }

    let sockets = table.sockets(settings: settings, interfaceName: { _ in nil })
    let check = TypeCheck(schema: Host.schema)
    if let problem = check.problem(sockets.factValue, Sockets.factType, at: "sockets") {
      require(false, problem)
    }
    require(sockets.udp.value == udp.count, "\(udp.count) UDP sockets")
    let idle = tcp.count { $0.state == .close || $0.state == .boundInactive }
    let listeners = tcp.count { $0.state == .listen }
    require(sockets.tcp.value == tcp.count - idle, "\(tcp.count) TCP sockets, \(idle) idle")
    let connections = (sockets.inbound.value ?? 0) + (sockets.outbound.value ?? 0)
    require(
      connections == tcp.count - idle - listeners,
      "\(connections) connections of \(tcp.count), \(idle) idle, \(listeners) listeners")
  }

  /// Those that are no repetition.
  private static func addEach(_ rows: [SocketRow], to table: inout SocketTable) -> [SocketRow] {
    for row in rows { table.add(row) }
    var cookies: Set<UInt64> = []
    return rows.filter {
      !$0.isToldByItself || $0.identity == 0 || cookies.insert($0.identity).inserted
    }
  }

  /// A narrow range, around the ports of the corpus: a wide one takes most of the time.
  private static let settings = SocketSettings(
    portRange: .value(PortRange(first: 54200, last: 54399), .dump("fuzz")),
    reservedPorts: .value(IntegerSet([54330...54335]), .dump("fuzz")),
    twReuse: .value(2, .dump("fuzz")), timestamps: .value(1, .dump("fuzz")))
}
