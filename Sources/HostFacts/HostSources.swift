internal import CEL

/// What `Host.read` asks, one closure a source. Each runs on a thread of its own, so one that
/// stalls is left behind; tests put such a one in.
struct HostSources: Sendable {
  var identity: @Sendable (HostRoot) -> HostIdentity = { .read($0) }

  /// Entries, kernel version, whether the calling thread is in the initial namespace.
  var sysctl: @Sendable (HostRoot, [SysctlEntry], KernelVersion?, Bool) -> ProcSys = {
    root, entries, version, inInitialNamespace in
    .read(entries, from: root, version: version, inInitialNamespace: inInitialNamespace)
  }
  var rawSysctls: @Sendable (HostRoot, [String]) -> RawSysctls = { .read($1, from: $0) }
  var netstat: @Sendable (HostRoot) -> NetstatReading = { Netstat.read($0) }
  var sockstat: @Sendable (HostRoot) -> Sockstat = { .read($0) }
  var namespaces: @Sendable (HostRoot, Deadline) -> NamespaceSurvey = {
    .read($0, deadline: $1)
  }
  /// The last argument gives the settings that the sockets' meaning depends on.
  var sockets: @Sendable (HostRoot, Deadline, () -> SocketSettings) -> SocketsReading = {
    .read($0, deadline: $1, settings: $2)
  }
  var owners: @Sendable (HostRoot, Deadline, Sockets) -> Sockets = { root, deadline, sockets in
    var sockets = sockets
    sockets.attachOwners(root, deadline: deadline)
    return sockets
  }
}

/// The sockets of the calling thread's network namespace, and how they were had.
struct SocketsReading: Sendable {
  var sockets: Reading<Sockets>
  /// What the user should know, such as that sock_diag was refused.
  var notices: [String] = []
  /// The dumps, as the snapshot lists them.
  var sources: [Host.Source] = []

  init(sockets: Reading<Sockets>, notices: [String] = [], sources: [Host.Source] = []) {
    self.sockets = sockets
    self.notices = notices
    self.sources = sources
  }

  /// Nothing was read.
  init(_ why: Unreadable) { self.init(sockets: .unavailable(why)) }

  static func read(
    _ root: HostRoot, deadline: Deadline, settings: () -> SocketSettings
  ) -> SocketsReading {
    SocketsReading(.init("not read"))
  }
}

extension SocketSettings {
  /// The settings among the parameters of a namespace.
  init(_ settings: ProcSys) {
    self.init(
      portRange: settings.portRange("net.ipv4.ip_local_port_range"),
      reservedPorts: settings.portSet("net.ipv4.ip_local_reserved_ports"),
      twReuse: settings.integer("net.ipv4.tcp_tw_reuse"),
      twReuseDelay: settings.integer("net.ipv4.tcp_tw_reuse_delay"),
      timestamps: settings.integer("net.ipv4.tcp_timestamps"),
      timeWaitTimeout: settings.integer("net.ipv4.tcp_tw_timeout"))
  }
}
