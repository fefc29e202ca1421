/// The settings of a socket unit that rules judge, defaults filled in. systemd.socket(5).
struct SocketUnit: Sendable {
  /// What it listens on, in order.
  var listen: [ListenAddress]
  var accept: Reading<Bool>
  var backlog: Reading<Int>
  var reusePort: Reading<Bool>
  var freeBind: Reading<Bool>
  var transparent: Reading<Bool>
  /// `default`, `both` or `ipv6-only`.
  var bindIPv6Only: Reading<String>
  var bindToDevice: Reading<String>
  var maxConnections: Reading<Int>
  /// Bytes.
  var receiveBuffer: Reading<Int>
  var sendBuffer: Reading<Int>
  /// The service that it starts, by name; a template where `Accept=` is on.
  var service: Reading<String>
  var privateNetwork: Reading<Bool>
  var networkNamespacePath: Reading<String>
}

extension SocketUnit: FactObject {
  static let typeName = "SocketUnit"
  static let documentation = """
    The settings of a socket unit that rules judge, systemd's defaults filled in; systemd.socket(5). \
    systemd always sets SO_REUSEADDR.
    """

  static let fields: FactFields<SocketUnit> = [
    .init("listen", \.listen, "What it listens on, in order."),
    .init("accept", \.accept, "`Accept=`: one instance of the service for each connection."),
    .init(
      "backlog", \.backlog,
      "`Backlog=`; the default 2147483647 means that net.core.somaxconn decides."),
    .init("reuse_port", \.reusePort, "`ReusePort=`: SO_REUSEPORT."),
    .init("free_bind", \.freeBind, "`FreeBind=`: IP_FREEBIND."),
    .init("transparent", \.transparent, "`Transparent=`: IP_TRANSPARENT."),
    .init(
      "bind_ipv6_only", \.bindIPv6Only,
      "`BindIPv6Only=`: `default` (net.ipv6.bindv6only decides), `both` or `ipv6-only`."),
    .init("bind_to_device", \.bindToDevice, "`BindToDevice=`: SO_BINDTODEVICE.", optional: true),
    .init(
      "receive_buffer", \.receiveBuffer, "`ReceiveBuffer=`: SO_RCVBUF in bytes.", optional: true),
    .init("send_buffer", \.sendBuffer, "`SendBuffer=`: SO_SNDBUF in bytes.", optional: true),
    .init("max_connections", \.maxConnections, "`MaxConnections=`, for `Accept=yes`."),
    .init(
      "service", \.service,
      "The service that it starts; with `Accept=yes` the template of its instances."),
    .init(
      "private_network", \.privateNetwork,
      "`PrivateNetwork=` of the socket unit itself: that of its service does not move the port."),
    .init(
      "network_namespace_path", \.networkNamespacePath, "`NetworkNamespacePath=`.",
      optional: true),
  ]
}
