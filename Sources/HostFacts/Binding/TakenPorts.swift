internal import Glibc

/// Which ports sockets hold at an address: for a bind() that leaves the port to the kernel.
///
/// Rows are looked at as they are read, and only ports are kept, 8 KiB a set.
struct TakenPorts: Sendable {
  /// More devices than sockets are usually bound to.
  static let limit = 64

  /// Ports of one device's sockets.
  struct Ports: Sendable {
    var taken = PortSet()
    /// It depends on what the tables do not show.
    var undecided = PortSet()
  }

  private let transport: SocketRow.Transport
  /// The socket that wants a port, without and with IPV6_V6ONLY.
  private let sockets: [BindConflict]
  /// By interface, 0 for none; then as `sockets`.
  private var found: [UInt32: [Ports]] = [:]
  /// Rows of devices beyond the limit.
  private(set) var leftOut = 0
  private(set) var devices: [UInt32: String] = [:]
  private var holder = PortHolder(
    state: .close, address: .anyIPv4, port: 0, uid: 0, ownership: .notLookedUp)

  init(_ request: BindRequest) {
    transport = request.transport
    sockets = [false, true].map { v6Only in
      BindConflict(
        socket: BindConflict.Socket(
          transport: request.transport, family: request.address.family,
          address: request.address.address, reuseAddress: false, reusePort: false,
          v6Only: v6Only, uid: 0), holders: [])
    }
  }

  mutating func add(_ row: SocketRow) {
    guard row.transport == transport, row.localPort != 0 else { return }
    // A request for a connection is in no table of ports.
    if row.state == .newSynReceived || row.state == .synReceived && row.inode == 0 { return }
    guard found[row.interface] != nil || found.count < Self.limit else {
      leftOut += 1
      return
    }
    holder.address = row.localAddress
    let isBound = row.state == .listen || row.state == .boundInactive || row.state == .close
    let isSpecific = !row.localAddress.isIPv4 && !row.localAddress.isWildcard
    holder.v6Only = isBound && isSpecific ? true : row.v6Only
    for (index, socket) in sockets.enumerated() {
      let verdict = socket.sameAddress(holder)
      if verdict == .none { continue }
      // In place: a copy of a set is 8 KiB, and there may be a million rows.
      if verdict == .conflict {
        found[row.interface, default: [Ports(), Ports()]][index].taken.insert(row.localPort)
      } else {
        found[row.interface, default: [Ports(), Ports()]][index].undecided.insert(row.localPort)
      }
    }
  }

  /// Call it on the thread that read the rows.
  mutating func nameDevices(_ name: (UInt32) -> String?) {
    for index in found.keys where index != 0 { devices[index] = name(index) ?? "if\(index)" }
  }

  /// Those that a socket of this device meets; nil for none.
  func ports(v6Only: Bool, device: String?) -> Ports {
    var all = Ports()
    for (interface, ports) in found {
      if let device, interface != 0, devices[interface] != device { continue }
      all.taken.formUnion(ports[v6Only ? 1 : 0].taken)
      all.undecided.formUnion(ports[v6Only ? 1 : 0].undecided)
    }
    return all
  }
}

/// The ports that bind() to port 0 looks at.
struct PortSearch: Sendable {
  /// Found for certain where they are free.
  private var surely = PortSet()
  /// Of each pair at least one is looked at, whichever chance picks.
  private var pairs: [(UInt16, UInt16)] = []

  /// UDP looks at all of them (udp_lib_get_port); TCP goes through the range in steps of two, and
  /// with SO_REUSEADDR through its lower half first (inet_csk_find_open_port).
  init(_ range: PortRange, _ transport: SocketRow.Transport, reuseAddress: Bool) {
    guard range.first >= 0, range.last <= 65535, range.first <= range.last else { return }
    guard transport == .tcp else {
      for port in range.first...range.last { surely.insert(UInt16(port)) }
      return
    }
    let end = range.last + 1
    let half = range.first + (end - range.first) / 4 * 2
    if reuseAddress, end - range.first >= 4 {
      add(range.first..<half)
      add(half..<end)
    } else {
      add(range.first..<end)
    }
  }

  /// Of an odd number the kernel takes one less, and begins anywhere: it then misses the first or the
  /// last; of three always the last.
  private mutating func add(_ ports: Range<Int>) {
    let isOdd = ports.count % 2 == 1 && ports.count > 1
    for port in isOdd ? ports.dropFirst().dropLast() : ports[...] { surely.insert(UInt16(port)) }
    guard isOdd, let first = ports.first, let last = ports.last else { return }
    if ports.count == 3 {
      surely.insert(UInt16(first))
    } else {
      pairs.append((UInt16(first), UInt16(last)))
    }
  }

  enum Outcome { case finds, mayFind, fails }

  func outcome(free: PortSet) -> Outcome {
    if surely.intersection(free).count > 0 { return .finds }
    let ends = pairs.map { (free.contains($0.0), free.contains($0.1)) }
    if ends.contains(where: { $0 && $1 }) { return .finds }
    return ends.contains { $0 || $1 } ? .mayFind : .fails
  }
}
