internal import CEL
internal import Glibc

/// What was read of a host to tell whether a socket can be bound there.
struct BindFacts: Sendable {
  var request: BindRequest
  /// The address, with the family that a bare port comes to.
  var address: BindAddress
  var probe: AddressProbe.Answer
  var holders: [PortHolder]
  /// What may hide further holders.
  var gaps: [Unreadable]
  /// Connections on the port beyond those that are kept.
  var leftOut = 0
  /// The user of the server's socket.
  var uid: UInt32
  /// Whether it may bind privileged ports.
  var mayBindAnyPort: Bool
  var kernel: KernelVersion?
  /// `net.ipv4.ip_unprivileged_port_start`, for both families.
  var firstUnprivilegedPort: Reading<Int>
  /// `net.ipv6.bindv6only`.
  var bindV6Only: Reading<Int>
  var portRange: Reading<PortRange>
  var reservedPorts: Reading<IntegerSet>
  /// `net.ipv4.ip_autobind_reuse`.
  var autobindReuse: Reading<Int>
  /// The ports that are taken, where the kernel is to pick one.
  var taken: TakenPorts?
  /// What may hide further ones, sockets that are only bound left aside.
  var gapsOfTaken: [Unreadable] = []
  /// How many sockets that are only bound there may be, where the kernel does not show them: TCP
  /// sockets of the whole host.
  var hiddenIdle: Reading<Int>?
  var vrfs = VRFDevices.named([])
  /// Who may be the server's user, and may be another.
  var lookalike: UInt32?

  init(
    _ request: BindRequest, address: BindAddress, probe: AddressProbe.Answer,
    holders: [PortHolder], gaps: [Unreadable] = [], uid: UInt32 = 0, mayBindAnyPort: Bool = true,
    settings: ProcSys
  ) {
    self.request = request
    self.address = address
    self.probe = probe
    self.holders = holders
    self.gaps = gaps
    self.uid = uid
    self.mayBindAnyPort = mayBindAnyPort
    firstUnprivilegedPort = settings.integer("net.ipv4.ip_unprivileged_port_start")
    bindV6Only = settings.integer("net.ipv6.bindv6only")
    portRange = settings.portRange("net.ipv4.ip_local_port_range")
    reservedPorts = settings.portSet("net.ipv4.ip_local_reserved_ports")
    autobindReuse = settings.integer("net.ipv4.ip_autobind_reuse")
  }
}

extension BindFacts {
  /// A socket beside those on the port.
  func conflict(_ socket: BindConflict.Socket) -> BindConflict {
    BindConflict(
      socket: socket, holders: holders, kernel: kernel, vrfs: vrfs, lookalike: lookalike)
  }

  /// Who the server is, and what he may: as asked for, or as this process is.
  ///
  /// - Parameter capabilitiesCount: whether this process's do in that namespace; nil for probably.
  static func user(_ request: BindRequest, _ root: HostRoot, capabilitiesCount: Bool?) -> (
    uid: UInt32, mayBind: Bool
  ) {
    let own = geteuid()
    guard root.isLive, request.user == nil || request.user == own else {
      let uid = request.user ?? 0
      return (uid, uid == 0 && (!root.isLive || capabilitiesCount != false))
    }
    let isCapable = Capabilities.effective(root)?.includesBindingPorts ?? (own == 0)
    return (own, isCapable && capabilitiesCount != false)
  }

  /// What may hide sockets on a port.
  static func gaps(
    _ transport: SocketRow.Transport, _ reading: Reading<Sockets>, _ watched: WatchedPort
  ) -> [Unreadable] {
    guard let sockets = reading.value else {
      return [reading.problem].compactMap { $0 }
    }
    if transport == .udp { return [sockets.boundUDP.rest].compactMap { $0 } }
    var gaps = [sockets.listeners.rest, sockets.tcp.problem].compactMap { $0 }
    if watched.leftOut > 0 {
      gaps.append(
        .init(
          "of the connections on the port only \(WatchedPort.limit) were looked at"))
    }
    switch sockets.boundIdle {
    case .value(let list, _): if let rest = list.rest { gaps.append(rest) }
    case .absent(let why):
      gaps.append(.init("sockets that are bound and do not listen are not shown: \(why)"))
    case .unavailable(let why): gaps.append(why)
    }
    // Two parts may lack for one reason.
    return gaps.enumerated().filter { gaps.firstIndex(of: $1) == $0 }.map(\.element)
  }

  /// What is known of the ports that the kernel may pick.
  mutating func addTaken(_ reading: SocketsReading, _ allocated: Reading<Int>) {
    guard let found = reading.watched.taken else { return }
    taken = found
    guard let sockets = reading.sockets.value else {
      gapsOfTaken = [reading.sockets.problem].compactMap { $0 }
      return
    }
    let isTCP = request.transport == .tcp
    gapsOfTaken = [(isTCP ? sockets.tcp : sockets.udp).problem].compactMap { $0 }
    if found.leftOut > 0 {
      gapsOfTaken.append(
        .init("sockets are bound to more than \(TakenPorts.limit) devices; not all were looked at"))
    }
    guard isTCP else { return }
    switch sockets.boundIdle {
    case .value: break
    case .absent: hiddenIdle = allocated
    case .unavailable(let why): if !gapsOfTaken.contains(why) { gapsOfTaken.append(why) }
    }
  }
}
