/// Whether a socket can be bound beside those that are on its port already: the kernel's check, as
/// a pure function.
///
/// After net/ipv4/inet_connection_sock.c (inet_csk_get_port, inet_bind_conflict,
/// inet_rcv_saddr_equal, sk_reuseport_match) and net/ipv4/udp.c (udp_lib_lport_inuse) of Linux 6.12
/// and 6.1. Linux 6.18.44 and 6.12.117 gave the same for 15,456 pairs of sockets, and 6.1.192 for all
/// but those that `beforeMapped` is about. What differs between 4.18 and 6.18:
/// - bhash2 (6.1, 28044fc1d495) looks at two addresses of a port only, with the same answers but
///   for its regressions: it missed TIME_WAIT (mended in 6.2 and 6.1.y, 936a192f9740), and a
///   wildcard of one family beside an address of the other (6.5 to 6.9, c48ef9c4aed3, aa99e5f87bd5,
///   d91ef1e1b55f). Kernels without these mends answer otherwise; this one answers as the rest do.
/// - A VRF may have buckets of its own: what is in the way of its devices' sockets is not known.
///
/// listen() repeats the check (inet_csk_listen_start), and comes to the same answer while nobody else
/// begins to listen in between.
struct BindConflict: Sendable {
  /// The server's socket, with all that the request leaves open filled in.
  struct Socket: Sendable {
    var transport: SocketRow.Transport
    var family: BindAddress.Family
    var address: InetAddress
    var device: String?
    var reuseAddress: Bool
    var reusePort: Bool
    /// Of a socket on `::`; an address of IPv6 makes it so, whatever was asked for.
    var v6Only: Bool
    var uid: UInt32
  }

  enum Verdict: Hashable, Sendable {
    /// They do not meet, or both want to share.
    case none
    case conflict
    /// It depends on what cannot be seen.
    case undecided(Unreadable)
  }

  let socket: Socket
  let holders: [PortHolder]
  /// Nil where it is not known.
  var kernel: KernelVersion?
  var vrfs = VRFDevices.named([])
  /// Who may be the socket's user, and may be another (``UserMap``).
  var lookalike: UInt32?

  /// One for each holder.
  var verdicts: [Verdict] {
    socket.transport == .udp ? verdictsOfUDP : verdictsOfTCP
  }

  // MARK: TCP

  private var verdictsOfTCP: [Verdict] {
    holders.map { holder in
      let verdict = meets(holder).and { sharesOfTCP(with: holder) }
      guard verdict == .conflict else { return verdict }
      if let why = obstacle(holder) { return .undecided(why) }
      return mayBeLetIn(beside: holder) ? .undecided(Self.hiddenHistory) : verdict
    }
  }

  /// inet_bind_conflict().
  private func sharesOfTCP(with holder: PortHolder) -> Verdict {
    if holder.state == .listen || !socket.reuseAddress || holder.reuseAddress == false {
      return sharesPort(with: holder, userCounts: !holder.isRemnant)
    }
    if holder.reuseAddress == true { return .none }
    return sharesPort(with: holder, userCounts: !holder.isRemnant) == .none
      ? .none : .undecided(holder.whyNotKnown)
  }

  private func sharesPort(with holder: PortHolder, userCounts: Bool) -> Verdict {
    guard socket.reusePort, holder.reusePort != false else { return .conflict }
    if userCounts {
      if holder.uid == lookalike { return .undecided(Self.hiddenUser) }
      if holder.uid != socket.uid { return .conflict }
    }
    return holder.reusePort == true ? .none : .undecided(holder.whyNotKnown)
  }

  private static let hiddenUser = Unreadable(
    "this user namespace does not tell the user of the socket on the port from the server's",
    grant: "the host's user namespace")

  /// Whether the kernel may let the socket in without a look at the holder, although they conflict.
  ///
  /// It does where the last that was bound to the port had SO_REUSEPORT too, for the same user and the
  /// same address or the wildcard (sk_reuseport_match); where the first had, for any address
  /// (FASTREUSEPORT_ANY). That one may be gone: the port remembers it while anything is on it, and
  /// nothing shows it. So the answer is open wherever such a socket can have been there beside the
  /// holder, or before it.
  private func mayBeLetIn(beside holder: PortHolder) -> Bool {
    guard socket.reusePort else { return false }
    // The holder came in through it, as the connections of a worker that is another user by now.
    if !holder.isExplicit && holder.reusePort != false { return true }
    // Both had SO_REUSEADDR, and this socket lacks it or the kernel has closed the short cut.
    if holder.state != .listen && holder.reuseAddress != false { return true }
    // It was of another device: the short cut does not compare devices.
    if holder.device != .none { return true }
    // It had only one family: `::` with IPV6_V6ONLY, and 0.0.0.0, count as the same as `::`.
    let isDual = socket.address == .anyIPv6 && !socket.v6Only
    return isDual && !(holder.address == .anyIPv6 && holder.v6Only == false)
  }

  static let hiddenHistory = Unreadable(
    "the kernel lets a socket with SO_REUSEPORT in beside others where the last on the port was like "
      + "it, and nothing shows which was")

  // MARK: Devices of a VRF

  private func obstacle(_ holder: PortHolder) -> Unreadable? {
    if let why = socket.device.flatMap(vrfs.obstacle(_:)) { return why }
    return switch holder.device {
    case .none: nil
    case .named(let name): vrfs.obstacle(name)
    case .notShown: vrfs.obstacleOfAny
    }
  }

  // MARK: UDP

  private var verdictsOfUDP: [Verdict] {
    let shared = holders.map { holder in
      let verdict = meets(holder).and { sharesOfUDP(with: holder) }
      return verdict == .conflict ? obstacle(holder).map { .undecided($0) } ?? verdict : verdict
    }
    // udp_lib_lport_inuse() ends at the first socket that shares by SO_REUSEPORT or is in the way.
    let joins = zip(holders, shared).contains { holder, verdict in
      verdict == .none && meets(holder) != .none && !bothReuseAddress(holder)
    }
    if joins { return shared.map { $0 == .conflict ? .undecided(Self.hiddenOrder) : $0 } }
    guard isBesideMany else { return shared }
    return zip(holders, shared).map { holder, verdict in
      verdict == .conflict && !holder.address.isWildcard ? .undecided(Self.beforeMend) : verdict
    }
  }

  /// Where a port has more than ten sockets, kernels before "udp: Fix wildcard bind conflict check
  /// when using hash2" (Linux 7.0, and 6.1.y to 6.19.y of April 2026) let a wildcard in without a look
  /// at those that are bound to an address (udp_lib_lport_inuse2).
  private var isBesideMany: Bool {
    socket.address.isWildcard && holders.reduce(0) { $0 + $1.members } > 10
  }

  private static let beforeMend = Unreadable(
    "beside more than 10 UDP sockets, kernels before April 2026 do not compare a wildcard with "
      + "specific addresses")

  private static let hiddenOrder = Unreadable(
    "the kernel ends its check at the first socket that it meets, and another shares the port")

  private func bothReuseAddress(_ holder: PortHolder) -> Bool {
    socket.reuseAddress && holder.reuseAddress == true
  }

  private func sharesOfUDP(with holder: PortHolder) -> Verdict {
    if bothReuseAddress(holder) { return .none }
    let verdict = sharesPort(with: holder, userCounts: true)
    guard socket.reuseAddress, holder.reuseAddress == nil else { return verdict }
    return verdict == .none ? .none : .undecided(holder.whyNotKnown)
  }

  // MARK: Addresses

  /// Whether both take packets of one address: `conflict` where they do.
  private func meets(_ holder: PortHolder) -> Verdict {
    // A request for a connection is in no table of ports.
    if holder.state == .newSynReceived { return .none }
    return sameDevice(holder).and { sameAddress(holder) }
  }

  private func sameDevice(_ holder: PortHolder) -> Verdict {
    guard let device = socket.device else { return .conflict }
    return switch holder.device {
    case .none: .conflict
    case .named(let name): name == device ? .conflict : .none
    case .notShown: .undecided(.init("/proc/net does not show which device a socket is bound to"))
    }
  }

  /// inet_rcv_saddr_equal() with wildcards.
  func sameAddress(_ holder: PortHolder) -> Verdict {
    if socket.address == holder.address { return .conflict }
    switch (socket.address.isWildcard, holder.address.isWildcard) {
    case (false, false): return .none
    case (_, true): return isTaken(by: holder)
    case (true, false): break
    }
    if socket.address == .anyIPv6 {
      return socket.v6Only && holder.isIPv4 ? .none : .conflict
    }
    if holder.isIPv4 { return .conflict }
    // An IPv6 address without IPV6_V6ONLY, which connections have, counts as some IPv4 address for
    // a socket of AF_INET (LOOPBACK4_IPV6), and not for `::ffff:0.0.0.0`.
    guard socket.family == .ipv4 else { return .none }
    return Self.unlessV6Only(holder)
  }

  /// Whether a wildcard on the port includes the socket's address.
  private func isTaken(by holder: PortHolder) -> Verdict {
    if holder.isIPv4 {
      if socket.address == .anyIPv6 { return socket.v6Only ? .none : .conflict }
      guard socket.address.isIPv4 else { return .none }
      return missesMapped ? .undecided(Self.beforeMapped) : .conflict
    }
    return socket.address.isIPv4 ? Self.unlessV6Only(holder) : .conflict
  }

  /// From 6.1 to 6.7 a v4-mapped address is not compared with a socket on `::ffff:0.0.0.0`, which
  /// looks like one on 0.0.0.0 here (inet_bind2_bucket_match_addr_any).
  private var missesMapped: Bool {
    guard socket.transport == .tcp, socket.family == .ipv6, !socket.address.isWildcard, let kernel
    else { return false }
    return kernel >= KernelVersion(6, 1) && kernel < KernelVersion(6, 8)
  }

  private static let beforeMapped = Unreadable(
    "Linux 6.1 to 6.7 does not compare a v4-mapped address with a socket on ::ffff:0.0.0.0")

  private static func unlessV6Only(_ holder: PortHolder) -> Verdict {
    switch holder.v6Only {
    case true: .none
    case false: .conflict
    case nil: .undecided(holder.whyNotKnown)
    }
  }
}

extension BindConflict.Verdict {
  /// `conflict` only where both are; `none` where either is, which `undecided` cannot change.
  fileprivate func and(_ other: () -> Self) -> Self {
    switch self {
    case .none: .none
    case .conflict: other()
    case .undecided: other() == .none ? .none : self
    }
  }
}

extension PortHolder {
  fileprivate var whyNotKnown: Unreadable {
    whyNoOptions ?? Unreadable("its options were not looked at")
  }
}
