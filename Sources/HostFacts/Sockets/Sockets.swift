/// The sockets of one network namespace, aggregated.
public struct Sockets: Sendable {
  public var listeners: PartialList<Listener>
  public var boundUDP: PartialList<UDPSocket>
  public var boundIdle: Reading<PartialList<BoundSocket>>
  public var destinations: PartialList<Destination>
  public var smallDestinations: Reading<Int>
  public var selfConnections: PartialList<SelfConnection>
  public var tcp: Reading<Int>
  public var udp: Reading<Int>
  public var states: Reading<TCPStates>
  public var inbound: Reading<Int>
  public var outbound: Reading<Int>
  public var outboundNonLoopback: Reading<Int>
  public var inboundTimeWait: Reading<Int>
  public var role: Reading<String>
  public var portPool: PortPool
  public var udpPorts: PartialList<UDPPortUse>
  public var source: String
}

extension Sockets: FactObject {
  public static let typeName = "Sockets"
  public static let documentation = """
    The sockets of one network namespace, aggregated; from sock_diag(7), or from /proc/net/tcp,
    tcp6, udp and udp6 where that is refused.
    """
  public static var fields: [FactField<Sockets>] {
    [
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
      .init("port_pool", \.portPool, "Where connect() takes its ports from."),
      .init(
        "udp_ports", \.udpPorts, "Use of the range by UDP sockets, for each local address."),
      .init("source", \.source, "`sock_diag` or `proc`."),
    ]
  }
}

/// A TCP socket connected to itself: a retry loop met its own port.
public struct SelfConnection: Hashable, Sendable {
  public var address: InetAddress
  public var port: Int
  public var inode: UInt64
}

extension SelfConnection: FactObject {
  public static let typeName = "SelfConnection"
  public static let documentation = """
    A TCP socket connected to itself, TIME_WAIT excepted: connect() to a port where nothing
    listened chose that same port.
    """

  var addressText: String { address.description }

  public static var fields: [FactField<SelfConnection>] {
    [
      .init("address", \.addressText, "Local and remote address.", key: true),
      .init("port", \.port, "Local and remote port.", key: true),
    ]
  }
}

/// How many ports of the range the UDP sockets of one local address take.
public struct UDPPortUse: Sendable {
  public var address: InetAddress
  public var portsUsed: Int
  public var portsTotal: Reading<Int>
  public var percentUsed: Reading<Double>
}

extension UDPPortUse: FactObject {
  public static let typeName = "UDPPortUse"
  public static let documentation = """
    Ports of the range that UDP sockets of one local address take, those of the wildcard address
    included. Unlike TCP's they are not shared between destinations.
    """

  var addressText: String { address.description }
  var family: String { address.family }

  public static var fields: [FactField<UDPPortUse>] {
    [
      .init("address", \.addressText, "Local address.", key: true),
      .init("family", \.family, "`ipv4` or `ipv6`."),
      .init("ports_used", \.portsUsed, "Distinct ports within the range, reserved ones excepted."),
      .init("ports_total", \.portsTotal, "Ports of the range that are not reserved."),
      .init("percent_used", \.percentUsed, "100 x used / total, in percent; 100 for no total."),
    ]
  }
}
