internal import CEL

/// TCP sockets that listen on one address, port and device for one effective user.
///
/// Several members are one SO_REUSEPORT group.
struct Listener: Sendable, OwnedSocket {
  var address: InetAddress
  var port: Int
  var device: Reading<String>
  var uid: Int
  var backlog: Reading<Int>
  var queue: Int
  /// Queue lengths of the members, in the order of their inodes.
  var memberQueues: [Int]
  var v6Only: Reading<Bool>
  var reuseAddress: Reading<Bool>
  var reusePort: Reading<Bool>
  var bindAddressNoPort: Reading<Bool>
  var lingerSeconds: Reading<Int> = .lacking(ownerNotLookedUp)
  var ownership = SocketOwnership.notLookedUp
  var members: Int
  /// Of several members, each with its owners, in the order of their inodes.
  var sharers = PartialList<SocketMember>([])
  var inEphemeralRange: Reading<Bool>
  var reserved: Reading<Bool>
  var fixed: Reading<Bool> = .lacking(ownerNotLookedUp)
  var likelyFixed: Reading<Bool>
  var inbound: Reading<InboundConnections>
  /// Of connections in its accept queue, the seconds since data last came; longest first.
  var unacceptedIdle = PartialList<Double>([])
  var accepted = AcceptedSample()
  var connectionOwners: Reading<PartialList<SocketOwner>> = .absent("no process has one")
  var leak: Reading<ListenerLeak> = .lacking(ownerNotLookedUp)
  var inodes: [UInt64]
  var cgroupIDs: [UInt64]
  /// Socket cookies of the members, ascending; empty where not shown.
  var cookies: [UInt64]
  /// Where it was read.
  var origin: Origin
}

extension Listener: FactObject {
  static let typeName = "Listener"
  static let documentation = """
    TCP sockets that listen on one address, port and device for one user; several members are a
    SO_REUSEPORT group.
    """

  mutating func take(_ queue: RecordedQueue) {
    unacceptedIdle = PartialList(queue.idle, rest: queue.gap?.unreadable)
  }

  /// Where a recording does not tell who holds which member: nothing is missed where all owners are of
  /// one unit.
  var sharersUntold: PartialList<SocketMember> {
    hasSeveralUnits
      ? PartialList([], rest: .init("the recording does not tell who holds which socket"))
      : PartialList([])
  }

  /// Where a recording does not tell who serves it.
  var leakUntold: Reading<ListenerLeak> {
    if let why = ownership.owners.rest { return .unavailable(why) }
    return hasSeveralUnits
      ? .unavailable(.init("the recording does not tell who waits for its connections"))
      : .absent("no process outside its unit holds it")
  }

  private var hasSeveralUnits: Bool {
    Set(ownership.owners.elements.map(\.unit.value)).count > 1
  }

  /// Whether its sockets are of several units, or may be.
  var isShared: Bool {
    members > 1 && (ownership.owners.rest != nil || hasSeveralUnits)
  }

  /// Whether who holds its connections decides whether it can be restarted: not where connections do
  /// not block that, nor where there are none.
  var needsConnectionOwners: Reading<Bool> {
    if accepted.inodes.isEmpty { return .absent("no process has one") }
    return ownership.socketActivated.flatMap { activated, _ in
      if activated { return .absent("systemd holds it over a restart") }
      return reuseAddress.flatMap { address, origin in
        reusePort.flatMap { port, _ in
          address || port
            ? .absent("it has SO_REUSEADDR or SO_REUSEPORT") : .value(true, origin)
        }
      }
    }
  }

  var factOrigin: Origin? { origin }

  var transport: String { "tcp" }
  var addressText: String { address.description }
  var family: String { address.family }
  var isLoopback: Bool { address.isLoopback }
  var isWildcard: Bool { address.isWildcard }
  var maybeAssigned: Bool { inEphemeralRange.value == true && fixed.value == false }

  static let fields: FactFields<Listener> = [
    .init("protocol", \.transport, "Always `tcp`.", key: true),
    .init("address", \.addressText, "Local address; v4-mapped ones are IPv4.", key: true),
    .init("port", \.port, "Local port.", key: true),
    .init(
      "device", \.device, "Interface that it is bound to, SO_BINDTODEVICE. Only sock_diag tells.",
      optional: true, key: true),
    .init("uid", \.uid, "Effective user id at creation.", key: true),
    .init("family", \.family, "`ipv4` or `ipv6`; `::` is ipv6 even when it takes IPv4 too."),
    .init("loopback", \.isLoopback, "The address is in 127.0.0.0/8 or ::1."),
    .init("wildcard", \.isWildcard, "The address is 0.0.0.0 or ::."),
    .init(
      "backlog", \.backlog,
      "Limit of the accept queue of the member with the fullest one: min(listen()'s argument,"
        + " somaxconn) when it was called. The queue admits one more. Only sock_diag tells.",
      optional: true),
    .init("queue", \.queue, "Connections that wait for accept() on the fullest member."),
    .init("member_queues", \.memberQueues, "Connections that wait, for each member."),
    .init(
      "v6only", \.v6Only, "IPV6_V6ONLY; absent for IPv4. From sock_diag or pidfd_getfd.",
      optional: true),
    .init(
      "reuse_address", \.reuseAddress,
      "SO_REUSEADDR. pidfd_getfd; needs CAP_SYS_PTRACE. Absent for the kernel's own sockets.",
      optional: true),
    .init(
      "reuse_port", \.reusePort,
      "SO_REUSEPORT. pidfd_getfd; needs CAP_SYS_PTRACE. Absent for the kernel's own sockets.",
      optional: true),
    .init(
      "bind_address_no_port", \.bindAddressNoPort,
      "IP_BIND_ADDRESS_NO_PORT. From sock_diag since Linux 5.10, or pidfd_getfd.",
      optional: true),
    .init(
      "linger_seconds", \.lingerSeconds,
      "SO_LINGER, which accepted connections inherit: how long close() waits for what was sent to"
        + " arrive; 0 resets the connection. Absent where it is off. pidfd_getfd.",
      optional: true),
    .init(
      "process", \.ownership.process,
      "Name of the first process that holds it; absent for the kernel's own sockets.",
      optional: true),
    .init("pid", \.ownership.pid, "Process id of that process.", optional: true),
    .init("unit", \.ownership.unit, "systemd unit that owns it.", optional: true),
    .init(
      "socket_activated", \.ownership.socketActivated,
      "Held by PID 1, which is systemd: a restart of the service does not bind() again."),
    .init("members", \.members, "How many sockets listen here."),
    .init("owners", \.ownership.owners, "Every process that holds a member."),
    .init(
      "sharers", \.sharers,
      "Of several members of several units, each with its owners; 32 at most. Empty for others."),
    .init(
      "in_ephemeral_range", \.inEphemeralRange,
      "The port is in net.ipv4.ip_local_port_range of this namespace."),
    .init("reserved", \.reserved, "The port is in net.ipv4.ip_local_reserved_ports."),
    .init("fixed", \.fixed, "There is hard evidence that the port is configured, not picked."),
    .init(
      "likely_fixed", \.likelyFixed,
      "Weak evidence of the same: in the range with the parity of its low bound, where bind()"
        + " to port 0 takes the other. Not of a container's port helper, nor where processes of"
        + " this name hold 3 or more ports of the other parity: these pick ports themselves."),
    .init(
      "maybe_assigned", \.maybeAssigned,
      "The port is in the ephemeral range without hard evidence that it is configured: the kernel"
        + " may have picked it. False where either is not known."),
    .init("inbound", \.inbound, "Connections that came in through it."),
    .init(
      "connection_owners", \.connectionOwners,
      "Where it has neither SO_REUSEADDR nor SO_REUSEPORT: every process that holds one of the first"
        + " 64 connections that were accepted from it, as far as the first 256 descriptors of each"
        + " tell.", optional: true),
    .init(
      "leak", \.leak,
      "Processes that hold it without belonging to its unit or waiting for its connections; absent"
        + " where there are none, and where systemd holds it. As far as the first 256 descriptors of"
        + " each process tell.", optional: true),
    .init(
      "unaccepted_idle", \.unacceptedIdle,
      "Of the first 256 connections in its accept queue, the seconds since each last received data"
        + " or was established, the longest first. tcp_info, which only sock_diag tells."),
  ]
}
