internal import CEL

/// UDP sockets bound to one address, port and device for one effective user.
struct UDPSocket: Sendable, OwnedSocket {
  var address: InetAddress
  var port: Int
  var device: Reading<String>
  var uid: Int
  var connected: Bool
  var queue: Int
  var drops: Reading<Int>
  /// Drops of members that had any, by their cookies, or their inodes where those are not shown.
  var dropsByMember: [UInt64: UInt64] = [:]
  var dropsGrowth: Reading<Int> = .absent("no second sample: use --sample")
  var v6Only: Reading<Bool>
  var reuseAddress: Reading<Bool>
  var reusePort: Reading<Bool>
  var bindAddressNoPort: Reading<Bool>
  var ownership = SocketOwnership.notLookedUp
  var members: Int
  var inEphemeralRange: Reading<Bool>
  var reserved: Reading<Bool>
  var fixed: Reading<Bool> = .lacking(ownerNotLookedUp)
  var likelyFixed: Reading<Bool>
  var inodes: [UInt64]
  var cgroupIDs: [UInt64]
  /// Socket cookies of the members, ascending; empty where not shown.
  var cookies: [UInt64]
  /// Where it was read.
  var origin: Origin
}

extension UDPSocket: FactObject {
  static let typeName = "UDPSocket"
  static let documentation =
    "UDP sockets bound to one address, port and device for one user."

  /// A client's socket is none that others wait for, and a resolver has thousands.
  var isWorthOptions: Bool { !connected }

  var factOrigin: Origin? { origin }

  var transport: String { "udp" }
  var addressText: String { address.description }
  var family: String { address.family }
  var isLoopback: Bool { address.isLoopback }
  var isWildcard: Bool { address.isWildcard }

  static let fields: FactFields<UDPSocket> = [
    .init("protocol", \.transport, "Always `udp`.", key: true),
    .init("address", \.addressText, "Local address; v4-mapped ones are IPv4.", key: true),
    .init("port", \.port, "Local port.", key: true),
    .init(
      "device", \.device, "Interface that it is bound to, SO_BINDTODEVICE. Only sock_diag tells.",
      optional: true, key: true),
    .init("uid", \.uid, "Effective user id at creation.", key: true),
    .init("family", \.family, "`ipv4` or `ipv6`; `::` is ipv6 even when it takes IPv4 too."),
    .init("loopback", \.isLoopback, "The address is in 127.0.0.0/8 or ::1."),
    .init("wildcard", \.isWildcard, "The address is 0.0.0.0 or ::."),
    .init("connected", \.connected, "Every member has a peer: a client's socket."),
    .init("queue", \.queue, "Bytes that wait to be received, of all members."),
    .init(
      "drops", \.drops, "Datagrams dropped since the sockets were made, of all members.",
      optional: true),
    .init(
      "drops_growth", \.dropsGrowth,
      "How many of them between two samples (`--sample`), of members that were there both times; or"
        + " since the last run (`--state`), of all that are there.",
      optional: true),
    .init(
      "v6only", \.v6Only, "IPV6_V6ONLY; absent for IPv4. From sock_diag or pidfd_getfd.",
      optional: true),
    .init(
      "reuse_address", \.reuseAddress,
      "SO_REUSEADDR. pidfd_getfd; needs CAP_SYS_PTRACE. Absent for the kernel's own sockets; not"
        + " looked at where connected.",
      optional: true),
    .init(
      "reuse_port", \.reusePort,
      "SO_REUSEPORT. pidfd_getfd; needs CAP_SYS_PTRACE. Absent for the kernel's own sockets; not"
        + " looked at where connected.",
      optional: true),
    .init(
      "bind_address_no_port", \.bindAddressNoPort,
      "IP_BIND_ADDRESS_NO_PORT. From sock_diag since Linux 5.10, or pidfd_getfd.",
      optional: true),
    .init(
      "process", \.ownership.process,
      "Name of the first process that holds it; absent for the kernel's own sockets.",
      optional: true),
    .init("pid", \.ownership.pid, "Process id of that process.", optional: true),
    .init("unit", \.ownership.unit, "systemd unit that owns it.", optional: true),
    .init("socket_activated", \.ownership.socketActivated, "Held by PID 1, which is systemd."),
    .init("members", \.members, "How many sockets are bound here."),
    .init("owners", \.ownership.owners, "Every process that holds a member."),
    .init(
      "in_ephemeral_range", \.inEphemeralRange,
      "The port is in net.ipv4.ip_local_port_range of this namespace."),
    .init("reserved", \.reserved, "The port is in net.ipv4.ip_local_reserved_ports."),
    .init("fixed", \.fixed, "There is hard evidence that the port is configured, not picked."),
    .init(
      "likely_fixed", \.likelyFixed,
      "Weak evidence of the same; never for UDP, whose automatic ports have either parity."),
  ]
}
