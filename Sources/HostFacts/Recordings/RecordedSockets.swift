/// `sockets.json`: who held the sockets, with which options.
struct RecordedSockets: Sendable {
  var sockets: [RecordedSocket]

  /// Listeners, bound UDP sockets and idle bound sockets.
  init(_ sockets: Sockets) {
    self.sockets = sockets.listeners.elements.map { listener in
      var recorded = RecordedSocket(listener)
      recorded.lingerSeconds = .init(listener.lingerSeconds)
      recorded.queue = RecordedQueue(listener)
      recorded.connections = listener.connectionOwners.value.map {
        RecordedMember(SocketMember(owners: $0))
      }
      recorded.leak = .init(
        listener.leak.flatMap { leak, origin in .value(RecordedLeak(leak), origin) })
      if listener.members > 1 {
        recorded.members = listener.sharers.elements.map(RecordedMember.init)
      }
      return recorded
    }
    self.sockets += sockets.boundUDP.elements.map { RecordedSocket($0) }
    self.sockets += (sockets.boundIdle.value?.elements ?? []).map { RecordedSocket($0) }
  }
}

/// One listener, or what else is bound, by the inodes of its members.
struct RecordedSocket: Sendable {
  var inodes: [UInt64]
  var cgroupIDs: [UInt64]
  var owners: [RecordedOwner]
  /// Why there may be more owners.
  var ownersGap: RecordedReason?
  var process: RecordedReading<String>
  var pid: RecordedReading<Int>
  var unit: RecordedReading<String>
  var socketActivated: RecordedReading<Bool>
  var reuseAddress: RecordedReading<Bool>
  var reusePort: RecordedReading<Bool>
  var v6Only: RecordedReading<Bool>
  var bindAddressNoPort: RecordedReading<Bool>
  /// Of listeners.
  var lingerSeconds: RecordedReading<Int>?
  /// Of listeners with connections in their accept queues.
  var queue: RecordedQueue?
  /// Of listeners without the options that help, who held their connections.
  var connections: RecordedMember?
  /// Of listeners, who held them without serving them.
  var leak: RecordedReading<RecordedLeak>?
  /// Of listeners with several members.
  var members: [RecordedMember]?

  init(_ socket: some OwnedSocket) {
    inodes = socket.inodes
    cgroupIDs = socket.cgroupIDs
    let ownership = socket.ownership
    owners = ownership.owners.elements.map(RecordedOwner.init)
    ownersGap = ownership.owners.rest.map(RecordedReason.init)
    process = .init(ownership.process)
    pid = .init(ownership.pid)
    unit = .init(ownership.unit)
    socketActivated = .init(ownership.socketActivated)
    reuseAddress = .init(socket.reuseAddress)
    reusePort = .init(socket.reusePort)
    v6Only = .init(socket.v6Only)
    bindAddressNoPort = .init(socket.bindAddressNoPort)
  }

  var ownership: SocketOwnership {
    SocketOwnership(
      owners: PartialList(
        owners.map(\.owner), rest: ownersGap?.unreadable),
      process: process.reading, pid: pid.reading, unit: unit.reading,
      socketActivated: socketActivated.reading)
  }

  /// As far as they are recorded.
  var options: SocketOptions {
    var options = SocketOptions.unavailable(.init("the recording does not tell"))
    options.reuseAddress = reuseAddress.reading
    options.reusePort = reusePort.reading
    options.v6Only = v6Only.reading
    options.bindAddressNoPort = bindAddressNoPort.reading
    if let lingerSeconds { options.lingerSeconds = lingerSeconds.reading }
    return options
  }
}

/// Processes that held very many connections in CLOSE_WAIT.
struct RecordedCloseWaits: Sendable {
  struct Owner: Sendable {
    var owner: RecordedOwner
    var sockets: Int
    var idle: Int
    var descriptorLimit: RecordedReading<Int>
  }

  var owners: [Owner]
  /// Why there may be more.
  var gap: RecordedReason?

  /// Nil where nobody looked, as there were few.
  init?(_ sockets: Sockets) {
    guard sockets.closeWaits.isWorthAsking else { return nil }
    owners = sockets.closeWaitOwners.elements.map {
      Owner(
        owner: RecordedOwner($0.owner), sockets: $0.sockets, idle: $0.idle,
        descriptorLimit: .init($0.descriptorLimit))
    }
    gap = sockets.closeWaitOwners.rest.map(RecordedReason.init)
  }

  var facts: PartialList<CloseWaitOwner> {
    PartialList(
      owners.map {
        CloseWaitOwner(
          owner: $0.owner.owner, sockets: $0.sockets, idle: $0.idle,
          descriptorLimit: $0.descriptorLimit.reading)
      }, rest: gap?.unreadable)
  }
}

/// What was asked of connections in an accept queue.
struct RecordedQueue: Sendable {
  /// Seconds since data last came.
  var idle: [Double]
  /// Why there may be more.
  var gap: RecordedReason?

  /// Nil where the queue is empty.
  init?(_ listener: Listener) {
    guard listener.inbound.value?.unaccepted ?? 0 > 0 else { return nil }
    idle = listener.unacceptedIdle.elements
    gap = listener.unacceptedIdle.rest.map(RecordedReason.init)
  }
}

/// A process that held a socket.
struct RecordedOwner: Sendable {
  var pid: Int
  var process: RecordedReading<String>
  var unit: RecordedReading<String>
  /// Nil in recordings of before it was read.
  var started: RecordedReading<Double>?

  init(_ owner: SocketOwner) {
    pid = owner.pid
    process = .init(owner.process)
    unit = .init(owner.unit)
    started = .init(owner.started)
  }

  var owner: SocketOwner {
    SocketOwner(
      pid: pid, process: process.reading, unit: unit.reading,
      started: started?.reading ?? .unavailable(.init("the recording does not tell")))
  }
}

/// Who held one of several sockets that shared a port, or some connections.
struct RecordedMember: Sendable {
  var owners: [RecordedOwner]
  /// Why there may be more of them.
  var gap: RecordedReason?

  init(_ member: SocketMember) {
    owners = member.owners.elements.map(RecordedOwner.init)
    gap = member.owners.rest.map(RecordedReason.init)
  }

  var member: SocketMember {
    SocketMember(owners: PartialList(owners.map(\.owner), rest: gap?.unreadable))
  }
}

/// Who held a listener without serving it.
struct RecordedLeak: Sendable {
  var holders: [RecordedOwner]
  var unit: RecordedReading<String>
  var isOrphan: RecordedReading<Bool>
  var age: RecordedReading<Double>

  init(_ leak: ListenerLeak) {
    holders = leak.holders.map(RecordedOwner.init)
    unit = .init(leak.unit)
    isOrphan = .init(leak.isOrphan)
    age = .init(leak.age)
  }

  var leak: ListenerLeak {
    ListenerLeak(
      holders: holders.map(\.owner), unit: unit.reading, isOrphan: isOrphan.reading,
      age: age.reading)
  }
}

/// Tells owners and options from `sockets.json`.
struct RecordedOwners: SocketOwnerSource {
  private var sockets: [Key: Known] = [:]
  /// Of listeners with several.
  private var membersByInodes: [[UInt64]: [SocketMember]] = [:]
  private let closeWaits: RecordedCloseWaits?
  /// Of listeners without the options that help.
  private var connectionsByInodes: [[UInt64]: SocketMember] = [:]
  private var leaksByInodes: [[UInt64]: Reading<ListenerLeak>] = [:]
  private var gap: Unreadable?

  /// Inodes are the kernel's own, and the kernel's sockets without one have a group at most.
  private struct Key: Hashable {
    var inodes: [UInt64]
    var cgroupIDs: [UInt64]
  }

  /// What is told of one socket: a third of what its `RecordedSocket` takes.
  private struct Known {
    var ownership: SocketOwnership
    var options: SocketOptions
    var queue: RecordedQueue?
  }

  static let path = "/sockets.json"
  /// Some 500 bytes a socket, and a host with 100,000 UDP sockets is a large one.
  static let limit = 64 << 20

  init(_ root: HostRoot) {
    closeWaits = root.recording?.file.closeWaits
    switch root.bytes(Self.path, limit: Self.limit) {
    case .value(let bytes, _):
      do throws(RecordingFailure) {
        try RecordingJSON.forEachElement(of: "sockets", bytes, "'sockets.json'") { add($0) }
      } catch {
        (sockets, gap) = ([:], .init(error.description))
      }
    case .absent(let why): gap = .init(why)
    case .unavailable(let why): gap = why
    }
  }

  /// Of two with one key the first counts.
  private mutating func add(_ socket: RecordedSocket) {
    let key = Key(inodes: socket.inodes, cgroupIDs: socket.cgroupIDs)
    guard sockets[key] == nil else { return }
    sockets[key] = Known(ownership: socket.ownership, options: socket.options, queue: socket.queue)
    if let connections = socket.connections {
      connectionsByInodes[socket.inodes] = connections.member
    }
    if let leak = socket.leak {
      leaksByInodes[socket.inodes] = leak.reading.flatMap { .value($0.leak, $1) }
    }
    if let members = socket.members { membersByInodes[socket.inodes] = members.map(\.member) }
  }

  func closeWaitOwners(of sample: ConnectionSample) -> PartialList<CloseWaitOwner>? {
    closeWaits?.facts
  }

  func connectionOwners(of listeners: [Listener]) -> [PartialList<SocketOwner>?] {
    listeners.map { connectionsByInodes[$0.inodes]?.owners }
  }

  func members(_ inodes: [UInt64]) -> PartialList<SocketMember>? {
    membersByInodes[inodes].map { SocketMember.list($0, of: inodes) }
  }

  func leaks(of listeners: [Listener]) -> [Reading<ListenerLeak>?] {
    listeners.map { leaksByInodes[$0.inodes] }
  }

  mutating func attach(to socket: inout some OwnedSocket) -> [SocketOptions] {
    if let known = sockets[Key(inodes: socket.inodes, cgroupIDs: socket.cgroupIDs)] {
      socket.ownership = known.ownership
      socket.reuseAddress = known.options.reuseAddress
      socket.reusePort = known.options.reusePort
      socket.v6Only = known.options.v6Only
      socket.bindAddressNoPort = known.options.bindAddressNoPort
      if let queue = known.queue { socket.take(queue) }
      return [known.options]
    }
    let why = gap ?? Unreadable("'sockets.json' does not tell of this socket")
    let none = SocketOptions.unavailable(why)
    socket.ownership = .unavailable(why)
    socket.fillOptions(from: [none])
    return [none]
  }
}
