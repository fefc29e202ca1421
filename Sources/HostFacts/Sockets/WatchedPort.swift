/// The TCP connections of one local port, row by row: who asks whether it can be bound needs each.
/// Where the kernel is to pick the port, all ports that are taken.
struct WatchedPort: Sendable {
  /// How many rows are kept: a busy server has very many, and one that is in the way is enough.
  static let limit = 10_000

  /// 0 for none.
  let port: UInt16
  private(set) var rows: [SocketRow] = []
  /// Rows beyond the limit.
  private(set) var leftOut = 0
  /// Names of the devices that they are bound to, by index.
  private(set) var devices: [UInt32: String] = [:]
  /// For a request of port 0.
  private(set) var taken: TakenPorts?

  init(port: UInt16) { self.port = port }

  init(_ request: BindRequest?) {
    self.init(port: request?.address.port ?? 0)
    if let request, port == 0 { taken = TakenPorts(request) }
  }

  /// Sees each row of the namespace, whatever its port.
  mutating func see(_ row: SocketRow) { taken?.add(row) }

  mutating func add(_ row: SocketRow) {
    if rows.count < Self.limit { rows.append(row) } else { leftOut += 1 }
  }

  /// Call it on the thread that read the rows.
  mutating func nameDevices(_ name: (UInt32) -> String?) {
    for index in Set(rows.map(\.interface)) where index != 0 {
      devices[index] = name(index) ?? "if\(index)"
    }
    taken?.nameDevices(name)
  }
}
