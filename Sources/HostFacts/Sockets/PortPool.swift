/// The local ports that connect() may choose from in one network namespace, IPv4 and IPv6.
struct PortPool: Sendable {
  var first: Reading<Int>
  var last: Reading<Int>
  var size: Reading<Int>
  var total: Reading<Int>
  var reserved: Reading<Int>
  var blocked: Reading<Int>
  var blockedByListeners: Reading<Int>
  var blockedByInbound: Reading<Int>
  var blockedByBind: Reading<Int>
  var blockedByBindBeforeConnect: Reading<Int>
  var lowParity: Reading<Int>
}

extension PortPool: FactObject {
  static let typeName = "PortPool"
  static let documentation = """
    The local ports that connect() may choose from: net.ipv4.ip_local_port_range, which IPv6 uses
    too, less net.ipv4.ip_local_reserved_ports, less what an explicit bind() blocks for every
    destination. A port may be blocked in several ways; `blocked` counts it once.
    """
  static let fields: FactFields<PortPool> = [
    .init("first", \.first, "Lowest port of the range."),
    .init("last", \.last, "Highest port of the range."),
    .init("size", \.size, "Ports of the range, reserved ones included."),
    .init("total", \.total, "Ports of the range that are not reserved."),
    .init("reserved", \.reserved, "Ports of the range that are reserved."),
    .init(
      "blocked", \.blocked,
      "Ports of the total that every connect() skips; a lower bound, because a bind() before"
        + " connect() shows in no flag."),
    .init(
      "blocked_by_listeners", \.blockedByListeners,
      "Ports of the total on which something listens, whatever its address."),
    .init(
      "blocked_by_inbound", \.blockedByInbound,
      "Ports of the total with accepted connections, TIME_WAIT included."),
    .init(
      "blocked_by_bind", \.blockedByBind,
      "Ports of the total with bound sockets that neither listen nor are connected; sock_diag"
        + " since Linux 6.8.", optional: true),
    .init(
      "blocked_by_bind_before_connect", \.blockedByBindBeforeConnect,
      "Ports of the total with open outbound connections on the parity that bind() to port 0"
        + " takes, in groups that have hardly any on the other; a lower bound."),
    .init(
      "low_parity", \.lowParity, "Parity of the low bound, 0 or 1: what connect() tries first."),
  ]
}
