/// Outbound TCP connections from one local address to one remote address and port.
///
/// connect() may use each local port once in such a group, so this is where ports run out. Groups
/// that hold less than 1 % of the range are counted in ``Sockets``, not kept.
struct Destination: Sendable {
  var localAddress: InetAddress
  var address: InetAddress
  var port: Int
  /// Interface of link-local addresses.
  var device: Reading<String>
  var rows: Int
  var portsUsed: Reading<Int>
  var portsReusable: Reading<Int>
  var portsHeld: Reading<Int>
  var portsTotal: Reading<Int>
  var portsBlockedByOthers: Reading<Int>
  var portsAvailable: Reading<Int>
  var portsFree: Reading<Int>
  var percentUsed: Reading<Double>
  var preferredTotal: Reading<Int>
  var preferredHeld: Reading<Int>
  var states: Tally
  var closesPerSecond5s: Reading<Double>
  var closesPerSecond15s: Reading<Double>
  var closesPerSecond60s: Reading<Double>
  var closesPerSecondLeast5s: Reading<Double>
  var reuseApplies: Reading<Bool>
  var forecast: Reading<PortForecast>

  /// Rows by state.
  struct Tally: Hashable, Sendable {
    var established = 0
    var synSent = 0
    var synReceived = 0
    var finWait1 = 0
    var finWait2 = 0
    var timeWait = 0
    var closeWait = 0
    var lastAck = 0
    var closing = 0

    init() {}

    mutating func count(_ state: SocketState) {
      switch state {
      case .established: established += 1
      case .synSent: synSent += 1
      case .synReceived, .newSynReceived: synReceived += 1
      case .finWait1: finWait1 += 1
      case .finWait2: finWait2 += 1
      case .timeWait: timeWait += 1
      case .closeWait: closeWait += 1
      case .lastAck: lastAck += 1
      case .closing: closing += 1
      // Not states of a connection.
      case .close, .listen, .boundInactive: break
      }
    }
  }
}

extension Destination: FactObject {
  static let typeName = "Destination"
  static let documentation = """
    Outbound TCP connections from one local address to one remote address and port. connect() may
    use each local port once in such a group, so this is where ports run out. Groups below 1 % of
    the range are counted, not kept.
    """

  var localAddressText: String { localAddress.description }
  var addressText: String { address.description }
  var family: String { address.family }
  var isLoopback: Bool { localAddress.isLoopback || address.isLoopback }

  static let fields: FactFields<Destination> = [
    .init("local_address", \.localAddressText, "Local address.", key: true),
    .init("address", \.addressText, "Remote address; v4-mapped ones are IPv4.", key: true),
    .init("port", \.port, "Remote port.", key: true),
    .init(
      "device", \.device, "Interface of link-local addresses.", optional: true, key: true),
    .init("family", \.family, "`ipv4` or `ipv6`."),
    .init("loopback", \.isLoopback, "Either address is in 127.0.0.0/8 or ::1."),
    .init("rows", \.rows, "Connections, on any local port and in any state."),
    .init(
      "ports_used", \.portsUsed,
      "U: distinct local ports within the range, reserved ones excepted."),
    .init(
      "ports_reusable", \.portsReusable,
      "R: those of U that connect() may take again: in TIME_WAIT for longer than"
        + " tcp_tw_reuse_delay, where reuse applies."),
    .init("ports_held", \.portsHeld, "E: U less R."),
    .init("ports_total", \.portsTotal, "Ports of the range that are not reserved."),
    .init(
      "ports_blocked_by_others", \.portsBlockedByOthers,
      "Ports of the total that an explicit bind() outside this group takes from every connect();"
        + " a lower bound."),
    .init(
      "ports_available", \.portsAvailable,
      "What is held and what could be: the total less what others block and this group does not"
        + " hold."),
    .init(
      "ports_free", \.portsFree,
      "Ports of the total neither blocked nor held; an upper bound."),
    .init(
      "percent_used", \.percentUsed, "100 x (1 - free / total), in percent; 100 for no total."),
    .init(
      "preferred_total", \.preferredTotal,
      "Ports of the total with the parity of the low bound, which connect() tries first."),
    .init("preferred_held", \.preferredHeld, "Those of them that are held."),
    .init("established", \.states.established, "In ESTABLISHED."),
    .init("syn_sent", \.states.synSent, "In SYN_SENT."),
    .init("syn_recv", \.states.synReceived, "In SYN_RECV."),
    .init("fin_wait1", \.states.finWait1, "In FIN_WAIT1."),
    .init("fin_wait2", \.states.finWait2, "In FIN_WAIT2."),
    .init("time_wait", \.states.timeWait, "In TIME_WAIT: this side closed first."),
    .init("close_wait", \.states.closeWait, "In CLOSE_WAIT: the peer closed, this side did not."),
    .init("last_ack", \.states.lastAck, "In LAST_ACK."),
    .init("closing", \.states.closing, "In CLOSING."),
    .init(
      "closes_per_second_5s", \.closesPerSecond5s,
      "Connections that entered TIME_WAIT in the last 5 s and still are in it, per second."),
    .init("closes_per_second_15s", \.closesPerSecond15s, "The same over 15 s."),
    .init("closes_per_second_60s", \.closesPerSecond60s, "The same over 60 s."),
    .init(
      "closes_per_second_least_5s", \.closesPerSecondLeast5s,
      "The least of the last three windows of 5 s, per second: a rate that lasts."),
    .init(
      "reuse_applies", \.reuseApplies,
      "connect() may take ports in TIME_WAIT again: tcp_timestamps is not 0, and tcp_tw_reuse is"
        + " 1, or 2 and the connection is loopback. The peer's timestamps are not known."),
    .init("forecast", \.forecast, "What becomes of its ports at the present rate."),
  ]
}
