/// The sockets of one network namespace, aggregated.
struct Sockets: Sendable {
  var listeners: PartialList<Listener>
  var boundUDP: PartialList<UDPSocket>
  var boundIdle: Reading<PartialList<BoundSocket>>
  var destinations: PartialList<Destination>
  var smallDestinations: Reading<Int>
  var selfConnections: PartialList<SelfConnection>
  var tcp: Reading<Int>
  var udp: Reading<Int>
  var states: Reading<TCPStates>
  var inbound: Reading<Int>
  var outbound: Reading<Int>
  var outboundNonLoopback: Reading<Int>
  var inboundTimeWait: Reading<Int>
  var role: Reading<String>
  /// Until somebody looks whose they are.
  var closeWaits = ConnectionSample()
  var closeWaitOwners = PartialList<CloseWaitOwner>([])
  var portPool: PortPool
  var udpPorts: PartialList<UDPPortUse>
  var source: String
}

extension Sockets: FactObject {
  static let typeName = "Sockets"
  static let documentation = """
    The sockets of one network namespace, aggregated; from sock_diag(7), or from /proc/net/tcp,
    tcp6, udp and udp6 where that is refused.
    """
  static let fields: FactFields<Sockets> = [
    .init("listeners", \.listeners, "TCP listeners."),
    .init("bound_udp", \.boundUDP, "Bound UDP sockets, connected ones included."),
    .init(
      "service_ports", \.servicePorts,
      "Ports of listeners and of unconnected UDP sockets, one element for each process."),
    .init(
      "bound_idle", \.boundIdle,
      "TCP sockets that are bound, and neither listen nor are connected; sock_diag since Linux"
        + " 6.8.", optional: true),
    .init(
      "destinations", \.destinations,
      "Groups of outbound TCP connections that hold at least 1 % of the range."),
    .init("small_destinations", \.smallDestinations, "Groups that hold less than that."),
    .init("self_connections", \.selfConnections, "TCP sockets connected to themselves."),
    .init("tcp", \.tcp, "TCP sockets in all states, LISTEN and TIME_WAIT included."),
    .init("udp", \.udp, "Bound UDP sockets."),
    .init("states", \.states, "TCP sockets by state."),
    .init(
      "inbound", \.inbound,
      "TCP connections whose local port is, or was, a listener's on that address."),
    .init("outbound", \.outbound, "All other TCP connections."),
    .init(
      "outbound_non_loopback", \.outboundNonLoopback,
      "Outbound connections with neither end in 127.0.0.0/8 or ::1."),
    .init("inbound_time_wait", \.inboundTimeWait, "Inbound connections in TIME_WAIT."),
    .init(
      "role", \.role,
      "`server` with inbound connections, `client` with outbound ones beyond loopback, `both`,"
        + " or `idle`."),
    .init(
      "close_wait_owners", \.closeWaitOwners,
      "Processes that hold 200 or more connections in CLOSE_WAIT, of the first 4,096 in all."),
    .init("port_pool", \.portPool, "Where connect() takes its ports from."),
    .init(
      "udp_ports", \.udpPorts, "Use of the range by UDP sockets, for each local address."),
    .init("source", \.source, "`sock_diag` or `proc`."),
  ]
}

/// A TCP socket connected to itself: a retry loop met its own port.
struct SelfConnection: Hashable, Sendable {
  var address: InetAddress
  var port: Int
  var inode: UInt64
}

extension SelfConnection: FactObject {
  static let typeName = "SelfConnection"
  static let documentation = """
    A TCP socket connected to itself, TIME_WAIT excepted: connect() to a port where nothing
    listened chose that same port.
    """

  var addressText: String { address.description }

  static let fields: FactFields<SelfConnection> = [
    .init("address", \.addressText, "Local and remote address.", key: true),
    .init("port", \.port, "Local and remote port.", key: true),
  ]
}

/// How many ports of the range the UDP sockets of one local address take.
struct UDPPortUse: Sendable {
  var address: InetAddress
  var portsUsed: Int
  var portsTotal: Reading<Int>
  var percentUsed: Reading<Double>
}

extension UDPPortUse: FactObject {
  static let typeName = "UDPPortUse"
  static let documentation = """
    Ports of the range that UDP sockets of one local address take, those of the wildcard address
    included. Unlike TCP's they are not shared between destinations.
    """

  var addressText: String { address.description }
  var family: String { address.family }

  static let fields: FactFields<UDPPortUse> = [
    .init("address", \.addressText, "Local address.", key: true),
    .init("family", \.family, "`ipv4` or `ipv6`."),
    .init("ports_used", \.portsUsed, "Distinct ports within the range, reserved ones excepted."),
    .init("ports_total", \.portsTotal, "Ports of the range that are not reserved."),
    .init("percent_used", \.percentUsed, "100 x used / total, in percent; 100 for no total."),
  ]
}
