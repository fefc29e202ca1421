extension [PortHolder] {
  /// The sockets on the port of the request, those that listen first.
  static func read(
    _ sockets: Sockets, _ watched: WatchedPort, for request: BindRequest, _ root: HostRoot,
    deadline: Deadline
  ) -> [PortHolder] {
    let port = request.address.port
    guard port != 0 else { return [] }
    guard request.transport == .tcp else {
      let udp = sockets.boundUDP.elements.filter { $0.port == Int(port) }
      var found = udp.map { PortSocket($0, state: $0.connected ? .established : .close) }
      // An audit does not look at the options of clients.
      found.lookUp(where: { $0.holder.state == .established }, root, deadline: deadline)
      return found.map(\.holder)
    }
    let listeners = sockets.listeners.elements.filter { $0.port == Int(port) }
    let idle = (sockets.boundIdle.value?.elements ?? []).filter { $0.port == Int(port) }
    var connections = watched.rows.map { PortSocket($0, device: watched.devices[$0.interface]) }
    connections.lookUp(where: { !$0.inodes.isEmpty }, root, deadline: deadline)
    let all =
      listeners.map { PortSocket($0, state: .listen).holder }
      + idle.map { PortSocket($0, state: .boundInactive).holder }
      + connections.map(\.holder)
    return all.inheriting
  }
}

extension [PortSocket] {
  /// Fills in owners and options of some.
  fileprivate mutating func lookUp(
    where isWanted: (PortSocket) -> Bool, _ root: HostRoot, deadline: Deadline
  ) {
    let wanted = indices.filter { isWanted(self[$0]) }
    guard !wanted.isEmpty else { return }
    if root.recording != nil {
      attach(wanted, RecordedOwners(root))
    } else if root.isLive {
      attach(
        wanted,
        SocketOwnerLookup(
          inodes: Set(wanted.flatMap { self[$0].inodes }),
          cgroupIDs: Set(wanted.flatMap { self[$0].cgroupIDs }), root: root, deadline: deadline))
    }
  }

  private mutating func attach(_ wanted: [Int], _ source: some SocketOwnerSource) {
    var source = source
    for index in wanted { source.attach(to: &self[index]) }
  }
}

/// A socket of any kind whose owner and options can be looked up.
private struct PortSocket: OwnedSocket {
  private var base: PortHolder
  var inodes: [UInt64]
  var cgroupIDs: [UInt64]
  var ownership: SocketOwnership
  var reuseAddress: Reading<Bool>
  var reusePort: Reading<Bool>
  var v6Only: Reading<Bool>
  var bindAddressNoPort: Reading<Bool>

  /// A listener, or what else is bound.
  init(_ socket: some BoundPort, state: SocketState) {
    base = PortHolder(
      state: state, address: socket.address, port: UInt16(truncatingIfNeeded: socket.port),
      uid: UInt32(truncatingIfNeeded: socket.uid), members: socket.members,
      ownership: socket.ownership)
    switch socket.device {
    case .value(let name, _): base.device = .named(name)
    case .absent: base.device = .none
    case .unavailable: base.device = .notShown
    }
    inodes = socket.inodes
    cgroupIDs = socket.cgroupIDs
    ownership = socket.ownership
    reuseAddress = socket.reuseAddress
    reusePort = socket.reusePort
    v6Only = socket.v6Only
    bindAddressNoPort = socket.bindAddressNoPort
    // A client of UDP: what an audit said of its options is that it did not look.
    if state == .established { forgetOptions(Self.notLookedAt) }
  }

  /// A connection.
  init(_ row: SocketRow, device: String?) {
    let none = Unreadable(
      "the kernel does not show the options of a connection that no process holds"
        + " (SO_REUSEADDR, SO_REUSEPORT, IPV6_V6ONLY)")
    base = PortHolder(
      state: row.state, isRemnant: row.timer == 3, isHeld: row.inode != 0,
      address: row.localAddress,
      port: row.localPort, remote: (row.remoteAddress, row.remotePort), uid: row.uid,
      secondsLeft: row.timer == 3 ? Double(row.remaining) / 1000 : nil,
      ownership: .unavailable(none))
    // A request for a connection, which is shown as SYN_RECV and is in no table of ports.
    if row.state == .synReceived && row.inode == 0 { base.state = .newSynReceived }
    if let device {
      base.device = .named(device)
    } else if row.cookie == nil {
      base.device = .notShown
    }
    inodes = row.inode == 0 ? [] : [row.inode]
    cgroupIDs = row.cgroupID.map { [$0] } ?? []
    ownership = base.ownership
    (reuseAddress, reusePort) = (.unavailable(none), .unavailable(none))
    (v6Only, bindAddressNoPort) = (.unavailable(none), .unavailable(none))
    if row.inode != 0 { forgetOptions(Self.notLookedAt) }
  }

  private static let notLookedAt = Unreadable("options of connections are not in what was read")

  private mutating func forgetOptions(_ why: Unreadable) {
    (reuseAddress, reusePort) = (.unavailable(why), .unavailable(why))
    if v6Only.value == nil { v6Only = .unavailable(why) }
  }

  var holder: PortHolder {
    var holder = base
    holder.ownership = ownership
    holder.reuseAddress = reuseAddress.value
    holder.reusePort = reusePort.value
    holder.whyNoOptions = reuseAddress.problem ?? reusePort.problem ?? v6Only.problem
    // bind() sets it where the address is IPv6, and not the wildcard.
    let isBound = base.isExplicit || base.state == .close
    holder.v6Only =
      isBound && !base.address.isIPv4 && !base.address.isWildcard ? true : v6Only.value
    return holder
  }
}

/// What the facts about bound sockets have in common.
private protocol BoundPort: OwnedSocket {
  var address: InetAddress { get }
  var port: Int { get }
  var device: Reading<String> { get }
  var uid: Int { get }
  var members: Int { get }
}

extension Listener: BoundPort {}
extension BoundSocket: BoundPort {}
extension UDPSocket: BoundPort {}
