internal import CEL

/// What `Host.read` asks, one closure a source. Each runs on a thread of its own, so one that
/// stalls is left behind; tests put such a one in.
struct HostSources: Sendable {
  var identity: @Sendable (HostRoot) -> HostIdentity = { .read($0) }

  /// Entries, kernel version, whether the calling thread is in the initial namespace; both nil where
  /// that is not known.
  var sysctl: @Sendable (HostRoot, [SysctlEntry], KernelVersion?, Bool?) -> ProcSys = {
    root, entries, version, inInitialNamespace in
    .read(entries, from: root, version: version, inInitialNamespace: inInitialNamespace)
  }
  var rawSysctls: @Sendable (HostRoot, [String]) -> RawSysctls = { .read($1, from: $0) }
  /// The kernels that names and values are judged for, and units whose commands may set some.
  var sysctlConfiguration: @Sendable (HostRoot, [KernelVersion], [Unit]) -> SysctlConfiguration = {
    .read($0, kernels: $1, units: $2)
  }
  var netstat: @Sendable (HostRoot) -> NetstatReading = { Netstat.read($0) }
  var sockstat: @Sendable (HostRoot) -> Sockstat = { .read($0) }
  var namespaces: @Sendable (HostRoot, Deadline) -> NamespaceSurvey = {
    .read($0, deadline: $1)
  }
  var sockets: @Sendable (HostRoot, Deadline, SocketsReading.Context) -> SocketsReading = {
    .read($0, deadline: $1, context: $2)
  }
  /// Connections on ports that socket units want and do not have.
  var portRows: @Sendable (HostRoot, [UInt16], Deadline) -> PortRows = {
    PortTakers.rows($0, $1, deadline: $2)
  }
  /// At the second sample.
  var udpDrops: @Sendable (HostRoot, Deadline) -> Reading<UDPDrops> = {
    UDPDrops.read($0, deadline: $1)
  }
  var units: @Sendable (HostRoot, Deadline) -> Reading<PartialList<Unit>> = {
    HostUnits.read($0, deadline: $1)
  }
  var owners: @Sendable (HostRoot, Deadline, Sockets) -> Sockets = { root, deadline, sockets in
    var sockets = sockets
    sockets.attachOwners(root, deadline: deadline)
    return sockets
  }
  /// Of the sockets on the port that somebody wants to bind.
  var portHolders:
    @Sendable (HostRoot, Deadline, Sockets, WatchedPort, BindRequest) -> [PortHolder] =
      { .read($2, $3, for: $4, $0, deadline: $1) }
  var bindAddress: @Sendable (HostRoot, BindRequest) -> AddressProbe.Outcome = {
    AddressProbe.run($0, $1.address, v6Only: $1.v6Only)
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
