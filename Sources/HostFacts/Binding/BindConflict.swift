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
/// - Sockets of a VRF have buckets of their own, and are taken for other sockets here.
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

  /// One for each holder.
  var verdicts: [Verdict] {
    socket.transport == .udp ? verdictsOfUDP : verdictsOfTCP
  }

  // MARK: TCP

  private var verdictsOfTCP: [Verdict] {
    let mayBeLetIn = mayBeLetIn
    return holders.map { holder in
      let verdict = meets(holder).and { sharesOfTCP(with: holder) }
      return verdict == .conflict && mayBeLetIn && holder.reusePort != false
        ? .undecided(Self.hiddenShortcut) : verdict
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
    guard socket.reusePort, !userCounts || holder.uid == socket.uid else { return .conflict }
    return switch holder.reusePort {
    case true: .none
    case false: .conflict
    case nil: .undecided(holder.whyNotKnown)
    }
  }

  /// Whether the kernel may not look at connections at all: it lets a socket with SO_REUSEPORT in where
  /// the last one that was bound to the port had it too, for the same user and the same address or
  /// the wildcard (sk_reuseport_match). Thus a server that listens as root is joined by another
  /// although its workers have accepted connections as somebody else. Which socket was the last is
  /// not shown, and it may be gone.
  private var mayBeLetIn: Bool {
    guard socket.reusePort else { return false }
    let bound = holders.filter(\.isExplicit)
    // Root, because who accepts as somebody else than he was at bind() has given up being root.
    guard !bound.isEmpty else { return socket.uid == 0 }
    return bound.contains { holder in
      holder.reusePort == true && holder.uid == socket.uid && covers(holder)
    }
  }

  private static let hiddenShortcut = Unreadable(
    "whether the kernel compares the users of connections depends on who bound the port last")

  /// sk_reuseport_match(): a wildcard of the holder counts as any address, one of the socket does
  /// not.
  private func covers(_ holder: PortHolder) -> Bool {
    if holder.address == socket.address { return true }
    guard holder.address.isWildcard else { return false }
    if holder.isIPv4 {
      return socket.address.isIPv4 || socket.address == .anyIPv6 && !socket.v6Only
    }
    return holder.v6Only == false || !socket.address.isIPv4
  }

  // MARK: UDP

  private var verdictsOfUDP: [Verdict] {
    let shared = holders.map { holder in meets(holder).and { sharesOfUDP(with: holder) } }
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
  private func sameAddress(_ holder: PortHolder) -> Verdict {
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
