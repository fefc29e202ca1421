/// Sockets that share protocol, local address, port, device and user: what becomes one
/// ``Listener``, ``UDPSocket`` or ``BoundSocket``.
struct BoundGroup: Sendable {
  /// Ordered as facts are: address, port, device, user.
  struct Key: Hashable, Comparable, Sendable {
    var address: InetAddress
    var port: UInt16
    var interface: UInt32
    var uid: UInt32

    init(_ row: SocketRow) {
      address = row.localAddress
      port = row.localPort
      interface = row.interface
      uid = row.uid
    }

    static func < (left: Key, right: Key) -> Bool {
      if left.address != right.address { return left.address < right.address }
      return (left.port, left.interface, left.uid) < (right.port, right.interface, right.uid)
    }
  }

  /// What one bit of the members says.
  enum Agreement: Sendable {
    case notShown
    case all(Bool)
    case mixed

    mutating func add(_ value: Bool?) {
      guard let value else { return }
      switch self {
      case .notShown: self = .all(value)
      case .all(let earlier): if earlier != value { self = .mixed }
      case .mixed: break
      }
    }
  }

  /// The accept queue of one listening member.
  struct Queue: Sendable {
    var inode: UInt64
    var length: UInt32
    var limit: UInt32
  }

  let key: Key
  private(set) var members = 0
  private(set) var inodes: [UInt64] = []
  private(set) var cookies: [UInt64] = []
  private(set) var cgroupIDs: Set<UInt64> = []
  private(set) var v6Only = Agreement.notShown
  private(set) var bindAddressNoPort = Agreement.notShown
  /// Of listeners only.
  private(set) var queues: [Queue] = []
  /// Sum of the receive queues.
  private(set) var queued = 0
  /// Sum of the drops; nil where one member does not show them.
  private(set) var drops: UInt64? = 0
  /// Of members that have dropped any, by ``SocketRow/identity``.
  private(set) var dropsByMember: [UInt64: UInt64] = [:]
  private(set) var isConnected = true

  init(key: Key) { self.key = key }

  mutating func add(_ row: SocketRow) {
    members += 1
    if row.inode != 0 { inodes.append(row.inode) }
    if let cookie = row.cookie { cookies.append(cookie) }
    if let cgroup = row.cgroupID { cgroupIDs.insert(cgroup) }
    v6Only.add(row.v6Only)
    bindAddressNoPort.add(row.bindAddressNoPort)
    queued += Int(row.receiveQueue)
    drops = drops.flatMap { sum in row.drops.map { sum &+ $0 } }
    if let dropped = row.drops, dropped > 0 { dropsByMember[row.identity] = dropped }
    if row.remotePort == 0 { isConnected = false }
    if row.state == .listen {
      queues.append(Queue(inode: row.inode, length: row.receiveQueue, limit: row.sendQueue))
    }
  }

  /// Other inodes through which the same sockets are held; there may be as many as somebody likes.
  mutating func alsoHeld(by others: [UInt64]) {
    var known = Set(inodes)
    for inode in others where inode != 0 && known.insert(inode).inserted { inodes.append(inode) }
  }
}

/// Groups of bound sockets in the order of their first members.
struct BoundGroups: Sendable {
  /// How many are kept. Whoever may open sockets may open very many; a group takes some 12 KB
  /// by the time that rules see it.
  static let limit = 10_000

  private(set) var groups: [BoundGroup] = []
  /// Rows of groups beyond the limit.
  private(set) var leftOut = 0
  /// The ports of all rows, those left out included.
  private(set) var ports = PortSet()
  private var numbers: [BoundGroup.Key: Int] = [:]

  /// The number of the group that took the row; nil for one beyond the limit.
  @discardableResult
  mutating func add(_ row: SocketRow) -> Int? {
    ports.insert(row.localPort)
    let key = BoundGroup.Key(row)
    let number = numbers[key] ?? groups.count
    if number == groups.count {
      guard number < Self.limit else {
        leftOut += 1
        return nil
      }
      groups.append(BoundGroup(key: key))
      numbers[key] = number
    }
    groups[number].add(row)
    return number
  }

  /// Adds inodes to the group of that key, where there is one.
  mutating func alsoHeld(_ key: BoundGroup.Key, by inodes: [UInt64]) {
    if let number = numbers[key] { groups[number].alsoHeld(by: inodes) }
  }

  /// Numbers of the groups in the order of their keys.
  var sorted: [Int] { groups.indices.sorted { groups[$0].key < groups[$1].key } }

  /// Why there are more sockets than those in groups; nil where there are not.
  func limitProblem(_ plural: String) -> Obstacle? {
    leftOut == 0
      ? nil
      : .init(
        "there are more than \(Self.limit) \(plural), and those beyond are not looked at "
          + "(\(leftOut) sockets)"
      )
  }
}
