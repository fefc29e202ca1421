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

  /// Called by bind(), not by connect() or accept().
  var isExplicit: Bool { state == .listen || state == .boundInactive }
  var isIPv4: Bool { address.isIPv4 }
}

extension PortHolder {
  public var process: String? { ownership.process.value }
  public var pid: Int? { ownership.pid.value }
  public var unit: String? { ownership.unit.value }
  /// Held by systemd for a socket unit.
  public var isSocketActivated: Bool { ownership.socketActivated.value == true }
  public var deviceName: String? { if case .named(let name) = device { name } else { nil } }
}
