public import CEL

/// The settings of a socket unit that rules judge, defaults filled in. systemd.socket(5).
public struct SocketUnit: Sendable {
  /// What it listens on, in order.
  public var listen: [ListenAddress]
  public var accept: Reading<Bool>
  public var backlog: Reading<Int>
  public var reusePort: Reading<Bool>
  public var freeBind: Reading<Bool>
  public var transparent: Reading<Bool>
  /// `default`, `both` or `ipv6-only`.
  public var bindIPv6Only: Reading<String>
  public var bindToDevice: Reading<String>
  public var maxConnections: Reading<Int>
  /// The service that it starts, by name; a template where `Accept=` is on.
  public var service: Reading<String>
  public var privateNetwork: Reading<Bool>
  public var networkNamespacePath: Reading<String>
}

/// One `Listen…=` of a socket unit.
public struct ListenAddress: Hashable, Sendable {
  public enum Kind: String, Sendable {
    case stream
    case datagram
    case sequentialPacket = "sequential_packet"
    case fifo
    case special
    case netlink
    case messageQueue = "message_queue"
    case usbFunction = "usb_function"
  }
  public enum Target: Hashable, Sendable {
    /// An address and port. `anyFamily` says that only a port was written: `[::]`, or `0.0.0.0` where
    /// the kernel has no IPv6. `scope` is the interface after `%`.
    case inet(InetAddress, port: Int, anyFamily: Bool, scope: String?)
    /// A path, or a name after `@`.
    case unix(String)
    /// Context and port numbers; nil is any context.
    case vsock(context: UInt32?, port: UInt32)
    /// A file, FIFO, message queue or USB function; or a netlink family and group.
    case other(String)
  }
  public var kind: Kind
  public var target: Target
  /// As written.
  public var text: String
  public var location: SourceLocation
}
