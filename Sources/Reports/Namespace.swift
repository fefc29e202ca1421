/// A network namespace as the report lists it, audited or not.
public struct Namespace: Hashable, Sendable {
  public var name: NamespaceName
  public var audited: Bool
  /// Why it was not audited.
  public var reason: String?
  /// Whether it is PID 1's; nil where that could not be read.
  public var isPID1: Bool?
  /// Whether it is the one that the kernel began with, the host's; nil where that is not known.
  public var isInitial: Bool?
  /// Nil where sockets were not read.
  public var sockets: SocketCounts?
  /// "server", "client", "both" or "idle".
  public var role: String?

  public init(
    name: NamespaceName, audited: Bool, reason: String? = nil, isPID1: Bool? = nil,
    isInitial: Bool? = nil, sockets: SocketCounts? = nil, role: String? = nil
  ) {
    self.name = name
    self.audited = audited
    self.reason = reason
    self.isPID1 = isPID1
    self.isInitial = isInitial
    self.sockets = sockets
    self.role = role
  }

  /// How many sockets a namespace holds.
  public struct SocketCounts: Hashable, Sendable {
    public var tcp: Int
    public var udp: Int
    public var timeWait: Int
    public var listeners: Int

    public init(tcp: Int, udp: Int, timeWait: Int, listeners: Int) {
      self.tcp = tcp
      self.udp = udp
      self.timeWait = timeWait
      self.listeners = listeners
    }
  }

  var order: OrderKey { OrderKey(class: audited ? 0 : 1, texts: [name.order]) }
}

/// What a network namespace is called in a report.
public struct NamespaceName: Hashable, Sendable {
  /// Inode of the namespace; it changes when the namespace is made again.
  public var inode: UInt64
  /// Name, unit or container, where there is one.
  public var name: String?
  /// How it was reached: "own", "process" or "path".
  public var kind: String

  public init(inode: UInt64, name: String? = nil, kind: String) {
    self.inode = inode
    self.name = name
    self.kind = kind
  }

  /// The name, or else the inode, for people.
  var label: String { name.map { "\($0.shown) (\(inode))" } ?? "\(inode)" }

  var order: String { "\(kind == "own" ? 0 : 1)\(name ?? "") \(inode)" }
}
