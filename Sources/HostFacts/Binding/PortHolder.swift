/// A socket on a port, or several that bind() cannot tell apart, as the kernel's check sees it.
public struct PortHolder: Sendable {
  /// SO_BINDTODEVICE.
  enum Device: Hashable, Sendable {
    case none
    case named(String)
    /// `/proc/net` does not show it.
    case notShown
  }

  public var state: SocketState
  /// An orphan's TIME_WAIT or FIN_WAIT2, which is no whole socket any more: it keeps the options of
  /// the connection, and no user (net/ipv4/inet_timewait_sock.c, inet_twsk_alloc).
  var isRemnant = false
  /// Whether a descriptor leads to it: not to what is not accepted yet, nor to an orphan.
  var isHeld = true
  public var address: InetAddress
  public var port: UInt16
  /// The other end of a connection.
  public var remote: (address: InetAddress, port: UInt16)?
  var device = Device.none
  /// As the kernel compares it: of whoever made or accepted it.
  var uid: UInt32
  /// IPV6_V6ONLY, which bind() itself sets for a specific IPv6 address; nil where not known.
  var v6Only: Bool?
  /// Nil where not known, and `whyNoOptions` says why.
  var reuseAddress: Bool?
  var reusePort: Bool?
  var whyNoOptions: Unreadable?
  /// Of an orphan: until the kernel forgets it.
  public var secondsLeft: Double?
  /// How many sockets this stands for.
  public var members = 1
  var ownership: SocketOwnership

  /// Bound by bind(), or by listen() without it; not by connect() or accept().
  var isExplicit: Bool { state == .listen || state == .boundInactive }
  /// No connection: that, or of UDP.
  var isBound: Bool { isExplicit || state == .close }
  var isIPv4: Bool { address.isIPv4 }
}

extension PortHolder {
  public var process: String? { ownership.process.value }
  public var pid: Int? { ownership.pid.value }
  public var unit: String? { ownership.unit.value }
  /// Held by systemd for a socket unit.
  public var isSocketActivated: Bool { ownership.socketActivated.value == true }
  /// All processes were looked at, and none holds it. A connection may as well have closed before
  /// they were.
  var isOfKernel: Bool {
    if case .absent = ownership.pid { isHeld && isBound } else { false }
  }
  /// Of a socket that somebody holds.
  public var user: Int? { isHeld && !isRemnant ? Int(uid) : nil }
  /// SO_REUSEPORT was seen set.
  public var sharesPort: Bool { reusePort == true }
  public var deviceName: String? { if case .named(let name) = device { name } else { nil } }
}

extension [PortHolder] {
  /// With what connections that cannot be asked have from the listener that they came in through,
  /// where it is still there: IPV6_V6ONLY, which nobody can change, and SO_REUSEPORT, which nobody
  /// does change (inet_csk_clone_lock).
  var inheriting: [PortHolder] {
    let listeners = PortListeners(self)
    return map { holder in
      guard holder.remote != nil, holder.whyNoOptions != nil,
        let listener = listeners.listener(of: holder)
      else { return holder }
      var holder = holder
      if holder.v6Only == nil { holder.v6Only = listener.v6Only }
      if holder.reusePort == nil { holder.reusePort = listener.reusePort }
      return holder
    }
  }
}

/// Tells which listener on a port a connection came in through.
struct PortListeners {
  private var ofAddress: [InetAddress: PortHolder] = [:]
  private var wildcards: [PortHolder] = []

  init(_ holders: [PortHolder]) {
    for holder in holders where holder.state == .listen {
      ofAddress[holder.address] = holder
      if holder.address.isWildcard { wildcards.append(holder) }
    }
  }

  /// As far as addresses and devices tell: of several only one can have accepted it.
  func listener(of connection: PortHolder) -> PortHolder? {
    if let exact = ofAddress[connection.address], exact.hasDevice(of: connection) { return exact }
    return wildcards.first { listener in
      listener.hasDevice(of: connection)
        && (listener.isIPv4 == connection.isIPv4 || !listener.isIPv4 && listener.v6Only == false)
    }
  }
}

extension PortHolder {
  fileprivate func hasDevice(of connection: PortHolder) -> Bool {
    device == .none || device == connection.device
  }
}
