internal import CEL
internal import Glibc

/// Makes facts of what a ``SocketTable`` counted.
struct SocketAssembly {
  let table: SocketTable
  let settings: SocketSettings
  let interfaceName: (UInt32) -> String?
  let origin: Origin
  /// Of connections in accept queues, by the number of the listener.
  let unacceptedByListener: [Int: [ConnectionSample.Member]]

  init(
    _ table: SocketTable, _ settings: SocketSettings, _ interfaceName: @escaping (UInt32) -> String?
  ) {
    self.table = table
    self.settings = settings
    self.interfaceName = interfaceName
    origin = table.origin(of: .tcp)
    unacceptedByListener = Dictionary(
      grouping: zip(table.listenersOfUnaccepted, table.unaccepted.members), by: { $0.0 }
    ).mapValues { $0.map { $0.1 } }
  }

  /// A value that all these parts had to be read for.
  func reading<Value>(_ value: Value, needs parts: SocketPart...) -> Reading<Value> {
    for part in parts {
      if let problem = table.problem(part) { return .lacking(problem) }
    }
    return .value(value, parts == [.udp] ? table.origin(of: .udp) : origin)
  }

  /// A count of bound, inactive sockets, which older kernels cannot tell.
  func boundInactive<Value>(_ value: Value) -> Reading<Value> {
    if case .absent(let why) = table.coverage(.boundInactive) { return .absent(why) }
    return reading(value, needs: .boundInactive)
  }

  /// What follows from a setting. Without the setting it still exists, but cannot be told.
  func derived<Setting, Value>(
    _ setting: Reading<Setting>, _ transform: (Setting) -> Value
  ) -> Reading<Value> {
    setting.problem.map { .lacking($0) } ?? setting.map(transform)
  }

  func device(
    _ interface: UInt32, _ transport: SocketRow.Transport, whereNone: String
  ) -> Reading<String> {
    if interface != 0 {
      return .value(interfaceName(interface) ?? "if\(interface)", table.origin(of: transport))
    }
    if table.source(of: transport) == .proc { return .lacking(.init("/proc/net does not show it")) }
    return .absent(whereNone)
  }
}

extension SocketTable {
  /// Where the sockets of a transport were read; in `/proc/net`, those of one address or of all.
  func origin(of transport: SocketRow.Transport, _ address: InetAddress? = nil) -> Origin {
    guard source(of: transport) == .proc else { return .dump("sock_diag") }
    let name = transport == .tcp ? "tcp" : "udp"
    let files = ["/proc/net/\(name)", "/proc/net/\(name)6"].map { path in
      Origin.file(SourceLocation(path: path))
    }
    return address.map { $0.isIPv4 ? files[0] : files[1] } ?? .derived(files)
  }

  /// The facts, in the order of their identities.
  ///
  /// `interfaceName` names an interface of this network namespace by its index; call this on the
  /// thread that read the sockets.
  func sockets(
    settings: SocketSettings, interfaceName: @escaping (UInt32) -> String? = nameOfInterface
  ) -> Sockets {
    let assembly = SocketAssembly(self, settings, interfaceName)
    let connections = Connections(self)
    let groups = assembly.destinations(connections)
    let beyondLoopback = connections.outbound.count { row in
      !table.place(of: row.group).address.isLoopback
        && !table.groups[row.group].remoteAddress.isLoopback
    }
    let rest = problem(.connections) ?? groupLimitProblem
    let restOfUDP = problem(.udp) ?? udp.limitProblem("bound UDP sockets")
    return Sockets(
      listeners: PartialList(
        assembly.listeners(connections.inbound),
        rest: problem(.listeners) ?? listeners.limitProblem("listeners")),
      boundUDP: PartialList(assembly.udpSockets(), rest: restOfUDP),
      boundIdle: assembly.boundIdle(),
      destinations: groups.list, smallDestinations: groups.small,
      selfConnections: PartialList(
        selfConnections.sorted { ($0.address, $0.port) < ($1.address, $1.port) },
        rest: problem(.connections) ?? selfConnectionProblem),
      tcp: assembly.reading(stateCounts.reduce(0, +) - idleCount, needs: .listeners, .connections),
      udp: assembly.reading(udpRows, needs: .udp),
      states: assembly.reading(
        TCPStates(counts: stateCounts, boundInactive: assembly.boundInactive(idleCount)),
        needs: .listeners, .connections),
      inbound: assembly.reading(connections.inboundCount, needs: .listeners, .connections),
      outbound: assembly.reading(
        connections.outbound.count + ungrouped, needs: .listeners, .connections),
      outboundNonLoopback: rest.map { .lacking($0) }
        ?? assembly.reading(beyondLoopback, needs: .listeners, .connections),
      inboundTimeWait: assembly.reading(
        connections.inboundTimeWait, needs: .listeners, .connections),
      role: rest.map { .lacking($0) }
        ?? assembly.reading(
          Self.role(inbound: connections.inboundCount, outbound: beyondLoopback), needs: .listeners,
          .connections),
      closeWaits: closeWaits, portPool: groups.pool, udpPorts: assembly.udpPorts(rest: restOfUDP),
      source: source(of: .tcp).rawValue)
  }

  private static func role(inbound: Int, outbound: Int) -> String {
    switch (inbound > 0, outbound > 0) {
    case (true, true): "both"
    case (true, false): "server"
    case (false, true): "client"
    case (false, false): "idle"
    }
  }

  var idleCount: Int {
    stateCounts[Int(SocketState.boundInactive.rawValue)]
      + stateCounts[Int(SocketState.close.rawValue)]
  }

  /// Why a part is not complete; nil where it is.
  func problem(_ part: SocketPart) -> Obstacle? {
    switch coverage(part) {
    case .complete: nil
    case .absent(let why): .init(why)
    case .incomplete(let why): why
    }
  }

  private var selfConnectionProblem: Obstacle? {
    selfConnectionsLeftOut == 0
      ? nil
      : .init(
        "there are more than \(BoundGroups.limit) self-connections, and those beyond are not "
          + "looked at (\(selfConnectionsLeftOut))"
      )
  }

  var groupLimitProblem: Obstacle? {
    ungrouped == 0
      ? nil
      : .init(
        "there are more than \(ConnectionRow.groupLimit) destinations, and \(ungrouped) connections are of others"
      )
  }
}

/// if_indextoname(3), in the calling thread's network namespace.
func nameOfInterface(_ index: UInt32) -> String? {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IF_NAMESIZE)) { buffer in
    guard let name = unsafe if_indextoname(index, buffer.baseAddress) else { return nil }
    return unsafe String(cString: name)
  }
}
