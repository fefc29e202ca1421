/// TCP sockets that are bound, and neither listen nor are connected, on one address, port and
/// device for one effective user. They hold the port; `/proc/net/tcp` does not show them.
struct BoundSocket: Sendable, OwnedSocket {
  var address: InetAddress
  var port: Int
  var device: Reading<String>
  var uid: Int
  var v6Only: Reading<Bool>
  var reuseAddress: Reading<Bool>
  var reusePort: Reading<Bool>
  var bindAddressNoPort: Reading<Bool>
  var ownership = SocketOwnership.notLookedUp
  var members: Int
  var inEphemeralRange: Reading<Bool>
  var reserved: Reading<Bool>
  var inodes: [UInt64]
  var cgroupIDs: [UInt64]
  /// Socket cookies of the members, ascending.
  var cookies: [UInt64]
}

extension BoundSocket: FactObject {
  static let typeName = "BoundSocket"
  static let documentation = """
    TCP sockets that are bound, and neither listen nor are connected. They hold the port, and
    /proc/net/tcp does not show them. From sock_diag since Linux 6.8.
    """

  var transport: String { "tcp" }
  var addressText: String { address.description }
  var family: String { address.family }
  var isLoopback: Bool { address.isLoopback }
  var isWildcard: Bool { address.isWildcard }

  static let fields: FactFields<BoundSocket> = [
    .init("protocol", \.transport, "Always `tcp`.", key: true),
    .init("address", \.addressText, "Local address; v4-mapped ones are IPv4.", key: true),
    .init("port", \.port, "Local port.", key: true),
    .init(
      "device", \.device, "Interface that it is bound to, SO_BINDTODEVICE.", optional: true,
      key: true),
    .init("uid", \.uid, "Effective user id at creation.", key: true),
    .init("family", \.family, "`ipv4` or `ipv6`."),
    .init("loopback", \.isLoopback, "The address is in 127.0.0.0/8 or ::1."),
    .init("wildcard", \.isWildcard, "The address is 0.0.0.0 or ::."),
    .init("v6only", \.v6Only, "IPV6_V6ONLY; absent for IPv4.", optional: true),
    .init(
      "reuse_address", \.reuseAddress,
      "SO_REUSEADDR. pidfd_getfd; needs CAP_SYS_PTRACE. Absent for the kernel's own sockets.",
      optional: true),
    .init(
      "reuse_port", \.reusePort,
      "SO_REUSEPORT. pidfd_getfd; needs CAP_SYS_PTRACE. Absent for the kernel's own sockets.",
      optional: true),
    .init(
      "bind_address_no_port", \.bindAddressNoPort, "IP_BIND_ADDRESS_NO_PORT.", optional: true),
    .init("process", \.ownership.process, "Name of the first process that holds it."),
    .init("pid", \.ownership.pid, "Process id of that process."),
    .init("unit", \.ownership.unit, "systemd unit that owns it.", optional: true),
    .init("socket_activated", \.ownership.socketActivated, "Held by PID 1, which is systemd."),
    .init("members", \.members, "How many sockets are bound here."),
    .init("owners", \.ownership.owners, "Every process that holds a member."),
    .init(
      "in_ephemeral_range", \.inEphemeralRange,
      "The port is in net.ipv4.ip_local_port_range of this namespace."),
    .init("reserved", \.reserved, "The port is in net.ipv4.ip_local_reserved_ports."),
  ]
}
