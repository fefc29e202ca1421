import CEL

/// The ports that connect() may choose from, as sets.
struct EphemeralPorts: Sendable {
  let range: PortRange
  /// The range without reserved ports.
  let usable: PortSet
  /// Those of them with the parity of the low bound. connect() tries these first, since Linux 4.2;
  /// bind() to port 0 takes the others first.
  let preferred: PortSet
  let reservedCount: Int

  /// Nil unless it is a range of ports.
  init?(range: PortRange, reserved: IntegerSet) {
    guard range.first >= 0, range.last <= 65535, range.first <= range.last else { return nil }
    self.range = range
    var usable = PortSet()
    for port in range.first...range.last { usable.insert(UInt16(port)) }
    var taken = PortSet()
    for part in reserved.ranges {
      let part = part.clamped(to: Int64(range.first)...Int64(range.last))
      // Clamping an apart range leaves one of the bounds, which the set itself tells apart.
      for port in part where reserved.contains(port) { taken.insert(UInt16(port)) }
    }
    usable = usable.subtracting(taken)
    self.usable = usable
    preferred = usable.ofParity(range.first & 1)
    reservedCount = range.size - usable.count
  }

  /// Whether a set leaves so little of the preferred half that connect() goes on to the other.
  func preferredHalfIsFull(of taken: PortSet) -> Bool {
    // Ports come free and are taken again between two looks, so 97 % is full.
    preferred.subtracting(taken).count * 100 <= 3 * preferred.count
  }
}

/// When connect() may take a local port that is in TIME_WAIT.
///
/// tcp_twsk_unique() in net/ipv4/tcp_ipv4.c. That the peer sends timestamps too is assumed: the
/// tables do not show it.
struct TimeWaitReuse: Sendable {
  /// 0, 1, or 2 for loopback only; 0 where timestamps are off.
  let mode: Int
  /// Milliseconds.
  let delay: Int
  /// How long TIME_WAIT lasts, in milliseconds.
  let length: Int
  /// Whether connections have timestamps, as far as this end decides.
  let hasTimestamps: Bool

  func applies(local: InetAddress, remote: InetAddress, onLoopbackDevice: Bool) -> Bool {
    switch mode {
    case 1: true
    case 2: local.isLoopback || remote.isLoopback || onLoopbackDevice
    default: false
    }
  }

  /// Milliseconds since a connection entered TIME_WAIT.
  func age(_ row: ConnectionRow) -> Int { max(0, length - row.remaining) }
}

extension SocketSettings {
  var reuse: Reading<TimeWaitReuse> {
    guard case .value(let mode, let modeOrigin) = twReuse else {
      return .lacking(twReuse.problem ?? .init("tcp_tw_reuse not read"))
    }
    guard case .value(let stamps, let stampsOrigin) = timestamps else {
      return .lacking(timestamps.problem ?? .init("tcp_timestamps not read"))
    }
    let delay: Int
    switch twReuseDelay {
    case .value(let value, _): delay = value
    // Before the key there was, it was a constant: 1 s.
    case .absent: delay = 1000
    case .unavailable(let why): return .unavailable(.init(why.reason, grant: why.grant))
    }
    let length: Int
    switch timeWaitTimeout {
    case .value(let seconds, _): length = min(max(seconds, 0), 86_400) * 1000
    // TCP_TIMEWAIT_LEN.
    case .absent: length = 60_000
    case .unavailable(let why): return .unavailable(.init(why.reason, grant: why.grant))
    }
    return .value(
      TimeWaitReuse(
        mode: stamps == 0 ? 0 : mode, delay: delay, length: length, hasTimestamps: stamps != 0),
      .derived([modeOrigin, stampsOrigin]))
  }
}
