internal import CEL

/// The settings of a network namespace that say what its sockets mean.
///
/// One that could not be read makes what derives from it unavailable, for the same reason.
struct SocketSettings: Sendable {
  /// `net.ipv4.ip_local_port_range`; IPv6 uses it too.
  var portRange: Reading<PortRange>
  /// `net.ipv4.ip_local_reserved_ports`.
  var reservedPorts: Reading<IntegerSet>
  /// `net.ipv4.tcp_tw_reuse`: 0, 1, or 2 for loopback only.
  var twReuse: Reading<Int>
  /// `net.ipv4.tcp_tw_reuse_delay` in milliseconds; absent before Linux 6.14, where it is 1000.
  var twReuseDelay: Reading<Int>
  /// `net.ipv4.tcp_timestamps`.
  var timestamps: Reading<Int>
  /// `net.ipv4.tcp_tw_timeout` in seconds, which a few vendors' kernels have; elsewhere absent,
  /// and TIME_WAIT lasts 60 s (TCP_TIMEWAIT_LEN).
  var timeWaitTimeout: Reading<Int>

  init(
    portRange: Reading<PortRange>, reservedPorts: Reading<IntegerSet>, twReuse: Reading<Int>,
    twReuseDelay: Reading<Int> = .absent("added in Linux 6.14"), timestamps: Reading<Int>,
    timeWaitTimeout: Reading<Int> = .absent("only some vendors' kernels have it")
  ) {
    self.portRange = portRange
    self.reservedPorts = reservedPorts
    self.twReuse = twReuse
    self.twReuseDelay = twReuseDelay
    self.timestamps = timestamps
    self.timeWaitTimeout = timeWaitTimeout
  }
}

/// Why something could not be read, whatever its type.
typealias Obstacle = Reading<Never>.Unreadable

extension Reading {
  /// Unavailable for a reason that another reading gave.
  static func lacking(_ why: Obstacle) -> Reading {
    .unavailable(.init(why.reason, grant: why.grant))
  }

  /// Why there is no value. Absence counts: what derives from an absent setting exists, but
  /// cannot be told.
  var problem: Obstacle? {
    switch self {
    case .value: nil
    case .absent(let why): .init(why)
    case .unavailable(let why): .init(why.reason, grant: why.grant)
    }
  }
}
