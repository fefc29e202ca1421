/// A bind(2), and the listen(2) after it, that a server would like to do.
public struct BindRequest: Hashable, Sendable {
  public var transport: SocketRow.Transport
  public var address: BindAddress
  /// SO_REUSEADDR, set before bind().
  public var reuseAddress = false
  /// SO_REUSEPORT, set before bind().
  public var reusePort = false
  /// IPV6_V6ONLY; nil where the server leaves it at net.ipv6.bindv6only.
  public var v6Only: Bool?
  /// The server's effective user; nil for whoever runs this, with the capabilities he has.
  public var user: UInt32?
  /// Whether listen() follows, as only TCP has it.
  public var listens: Bool

  public init(_ transport: SocketRow.Transport, _ address: BindAddress) {
    self.transport = transport
    self.address = address
    listens = transport == .tcp
  }
}

/// Where to bind: an address with the family of its socket, a port, and perhaps a device.
public struct BindAddress: Hashable, Sendable {
  /// AF_INET or AF_INET6.
  public enum Family: Sendable { case ipv4, ipv6 }

  public var family: Family
  /// With `ipv6` and an IPv4 address it is v4-mapped, `::ffff:127.0.0.1`.
  public var address: InetAddress
  /// 0 for one that the kernel picks.
  public var port: UInt16
  /// SO_BINDTODEVICE, or the interface of a link-local address.
  public var device: String?
  /// Only a port was named: `[::]`, which serves both families, or 0.0.0.0 where there is no IPv6.
  public var isAnyFamily = false

  init(_ family: Family, _ address: InetAddress, port: UInt16, device: String? = nil) {
    self.family = family
    self.address = address
    self.port = port
    self.device = device
  }

  var isMapped: Bool { family == .ipv6 && address.isIPv4 }
}

extension BindAddress: CustomStringConvertible {
  /// As ss(8) writes it: `127.0.0.53%lo:53`, `[::1]:80`.
  public var description: String {
    let text = isMapped ? "::ffff:\(address)" : address.description
    let scope = device.map { "%\($0)" } ?? ""
    return (family == .ipv6 ? "[\(text)]" : text) + "\(scope):\(port)"
  }
}
