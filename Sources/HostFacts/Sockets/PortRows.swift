internal import CEL

/// The TCP sockets on some local ports, one by one.
struct PortRows: SocketRowSink, Sendable {
  private(set) var byPort: [UInt16: WatchedPort]
  var origin = Origin.dump("sock_diag")
  /// Sockets of these devices may have ports of their own.
  var vrfs = VRFDevices.named([])
  /// Why there may be more.
  var gap: Unreadable?

  init(ports: Set<UInt16>, gap: Unreadable? = nil) {
    self.gap = gap
    byPort = Dictionary(uniqueKeysWithValues: ports.map { ($0, WatchedPort(port: $0)) })
  }

  mutating func add(_ row: SocketRow) {
    if row.state != .listen { byPort[row.localPort]?.add(row) }
  }

  /// Call it on the thread that read the rows.
  mutating func nameDevices(_ name: (UInt32) -> String?) {
    for port in byPort.keys { byPort[port]?.nameDevices(name) }
  }
}
