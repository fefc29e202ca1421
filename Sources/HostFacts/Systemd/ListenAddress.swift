internal import CEL

/// One `Listen…=` of a socket unit.
struct ListenAddress: Hashable, Sendable {
  enum Kind: String, Sendable {
    case stream
    case datagram
    case sequentialPacket = "sequential_packet"
    case fifo
    case special
    case netlink
    case messageQueue = "message_queue"
    case usbFunction = "usb_function"
  }
  enum Target: Hashable, Sendable {
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
  var kind: Kind
  var target: Target
  /// As written.
  var text: String
  var location: SourceLocation
}

extension ListenAddress: FactObject {
  static let typeName = "ListenAddress"
  static let documentation = """
    An address or file that a socket unit listens on. A bare port is `::`, and IPv4 too unless \
    `BindIPv6Only=` or net.ipv6.bindv6only says otherwise.
    """
  var factOrigin: Origin? { .file(location) }

  private func reading<Value>(_ value: Value?, _ why: String) -> Reading<Value> {
    value.map { .value($0, .file(location)) } ?? .absent(why)
  }
  private var inet: (address: InetAddress, port: Int)? {
    if case .inet(let address, let port, _, _) = target { (address, port) } else { nil }
  }

  var kindText: String { kind.rawValue }
  var family: String {
    switch target {
    case .inet(let address, _, _, _): address.family
    case .unix: "unix"
    case .vsock: "vsock"
    case .other: kind == .netlink ? "netlink" : "file"
    }
  }
  var address: Reading<String> {
    reading(inet?.address.description, "it is no internet address")
  }
  var port: Reading<Int> { reading(inet?.port, "it is no internet address") }
  var isPortOnly: Bool {
    if case .inet(_, _, true, _) = target { true } else { false }
  }
  var isWildcard: Bool { inet?.address.isWildcard == true }
  var isLoopback: Bool { inet?.address.isLoopback == true }
  var scope: Reading<String> {
    if case .inet(_, _, _, let scope?) = target { return reading(scope, "") }
    return .absent("no interface is named")
  }
  var path: Reading<String> {
    switch target {
    case .unix(let path), .other(let path): reading(path, "")
    case .inet, .vsock: .absent("it is no file")
    }
  }

  static let fields: FactFields<ListenAddress> = [
    .init(
      "kind", \.kindText,
      "`stream`, `datagram`, `sequential_packet`, `fifo`, `special`, `netlink`, `message_queue` or"
        + " `usb_function`.", key: true),
    .init("text", \.text, "As written.", key: true),
    .init("family", \.family, "`ipv4`, `ipv6`, `unix`, `vsock`, `netlink` or `file`."),
    .init("address", \.address, "Internet address.", optional: true),
    .init("port", \.port, "Its port.", optional: true),
    .init("port_only", \.isPortOnly, "Only a port is written: `::`, or 0.0.0.0 without IPv6."),
    .init("wildcard", \.isWildcard, "The address is 0.0.0.0 or ::."),
    .init("loopback", \.isLoopback, "The address is in 127.0.0.0/8 or ::1."),
    .init("scope", \.scope, "Interface of a link-local address.", optional: true),
    .init("path", \.path, "A file, or a name after `@` of an abstract socket.", optional: true),
  ]
}
