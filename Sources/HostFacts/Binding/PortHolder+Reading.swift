extension [PortHolder] {
  /// The sockets on the port of the request, those that listen first.
  static func read(
    _ sockets: Sockets, _ watched: WatchedPort, for request: BindRequest, _ root: HostRoot,
    deadline: Deadline
  ) -> [PortHolder] {
    if root.recording != nil {
      return read(sockets, watched, for: request, owners: RecordedOwners(root))
    }
    let wanted = PortSocket.all(sockets, watched, request).filter(\.lacksOwner)
    guard root.isLive, !wanted.isEmpty else {
      return read(sockets, watched, for: request, owners: nil as RecordedOwners?)
    }
    let owners = SocketOwnerLookup(
      inodes: Set(wanted.flatMap(\.inodes)), cgroupIDs: Set(wanted.flatMap(\.cgroupIDs)),
      root: root, deadline: deadline)
    return read(sockets, watched, for: request, owners: owners)
  }

  /// - Parameter owners: tells of connections; of what is bound the sockets tell themselves.
  static func read(
    _ sockets: Sockets, _ watched: WatchedPort, for request: BindRequest,
    owners: (some SocketOwnerSource)?
  ) -> [PortHolder] {
    var found = PortSocket.all(sockets, watched, request)
    if var owners {
      for index in found.indices where found[index].lacksOwner {
        owners.attach(to: &found[index])
      }
    }
    return found.map(\.holder).inheriting
  }
}

/// A socket of any kind whose owner and options can be looked up.
private struct PortSocket: OwnedSocket {
  private var base: PortHolder
  /// Nobody has looked yet for its owner and options, and there may be some.
  let lacksOwner: Bool
  var inodes: [UInt64]
  var cgroupIDs: [UInt64]
  var ownership: SocketOwnership
  var reuseAddress: Reading<Bool>
  var reusePort: Reading<Bool>
  var v6Only: Reading<Bool>
  var bindAddressNoPort: Reading<Bool>

  /// Those on the port of the request.
  static func all(
    _ sockets: Sockets, _ watched: WatchedPort, _ request: BindRequest
  ) -> [PortSocket] {
    let port = Int(request.address.port)
    guard port != 0 else { return [] }
    if request.transport == .udp {
      return sockets.boundUDP.elements.filter { $0.port == port }.map {
        PortSocket($0, state: $0.connected ? .established : .close)
      }
    }
    let listeners = sockets.listeners.elements.filter { $0.port == port }
    let idle = (sockets.boundIdle.value?.elements ?? []).filter { $0.port == port }
    return listeners.map { PortSocket($0, state: .listen) }
      + idle.map { PortSocket($0, state: .boundInactive) }
      + watched.rows.map { PortSocket($0, device: watched.devices[$0.interface]) }
  }

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
    lacksOwner = state == .established
    if lacksOwner { forgetOptions(Self.notLookedAt) }
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
    lacksOwner = row.inode != 0
    inodes = lacksOwner ? [row.inode] : []
    cgroupIDs = row.cgroupID.map { [$0] } ?? []
    ownership = base.ownership
    (reuseAddress, reusePort) = (.unavailable(none), .unavailable(none))
    (v6Only, bindAddressNoPort) = (.unavailable(none), .unavailable(none))
    if lacksOwner { forgetOptions(Self.notLookedAt) }
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
    holder.v6Only =
      base.isBound && !base.address.isIPv4 && !base.address.isWildcard ? true : v6Only.value
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
