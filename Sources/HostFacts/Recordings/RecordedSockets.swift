/// `sockets.json`: who held the sockets, with which options.
struct RecordedSockets: Sendable {
  var sockets: [RecordedSocket]

  /// Listeners, bound UDP sockets and idle bound sockets.
  init(_ sockets: Sockets) {
    self.sockets = sockets.listeners.elements.map { listener in
      var recorded = RecordedSocket(listener)
      recorded.lingerSeconds = .init(listener.lingerSeconds)
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

  init(_ socket: some OwnedSocket) {
    inodes = socket.inodes
    cgroupIDs = socket.cgroupIDs
    let ownership = socket.ownership
    owners = ownership.owners.elements.map {
      RecordedOwner(pid: $0.pid, process: .init($0.process), unit: .init($0.unit))
    }
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

  /// Fills a socket with the same inodes.
  func fill(_ socket: inout some OwnedSocket) {
    socket.ownership = SocketOwnership(
      owners: PartialList(
        owners.map { SocketOwner(pid: $0.pid, process: $0.process.reading, unit: $0.unit.reading) },
        rest: ownersGap?.unreadable),
      process: process.reading, pid: pid.reading, unit: unit.reading,
      socketActivated: socketActivated.reading)
    socket.reuseAddress = reuseAddress.reading
    socket.reusePort = reusePort.reading
    socket.v6Only = v6Only.reading
    socket.bindAddressNoPort = bindAddressNoPort.reading
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

/// A process that held a socket.
struct RecordedOwner: Sendable {
  var pid: Int
  var process: RecordedReading<String>
  var unit: RecordedReading<String>
}

/// Tells owners and options from `sockets.json`.
struct RecordedOwners: SocketOwnerSource {
  private let sockets: [Key: RecordedSocket]
  private let gap: Unreadable?

  /// Inodes are the kernel's own, and the kernel's sockets without one have a group at most.
  private struct Key: Hashable {
    var inodes: [UInt64]
    var cgroupIDs: [UInt64]
  }

  static let path = "/sockets.json"
  /// Some 500 bytes a socket, and a host with 100,000 UDP sockets is a large one.
  static let limit = 64 << 20

  init(_ root: HostRoot) {
    switch root.bytes(Self.path, limit: Self.limit) {
    case .value(let bytes, _):
      do throws(RecordingFailure) {
        let file = try RecordingJSON.decode(RecordedSockets.self, bytes, "'sockets.json'")
        sockets = Dictionary(
          file.sockets.map { (Key(inodes: $0.inodes, cgroupIDs: $0.cgroupIDs), $0) },
          uniquingKeysWith: { first, _ in first })
        gap = nil
      } catch {
        (sockets, gap) = ([:], .init(error.description))
      }
    case .absent(let why): (sockets, gap) = ([:], .init(why))
    case .unavailable(let why): (sockets, gap) = ([:], why)
    }
  }

  mutating func attach(to socket: inout some OwnedSocket) -> [SocketOptions] {
    if let known = sockets[Key(inodes: socket.inodes, cgroupIDs: socket.cgroupIDs)] {
      known.fill(&socket)
      return [known.options]
    }
    let why = gap ?? Unreadable("'sockets.json' does not tell of this socket")
    let none = SocketOptions.unavailable(why)
    socket.ownership = .unavailable(why)
    socket.fillOptions(from: [none])
    return [none]
  }
}
