/// Finds the listener that a connection came in through.
struct ListenerIndex: Sendable {
  private struct Endpoint: Equatable {
    var address: InetAddress
    var port: UInt16
    var interface: UInt32
  }

  private struct Entry {
    var endpoint: Endpoint
    var listener: Int
    var isV6Only: Bool
  }

  private var entries: [Entry] = []
  private var index = HashIndex()
  private let addressHash = AddressHash()
  private var ports = PortSet()
  private var hasDevices = false
  private(set) var count = 0

  mutating func add(_ row: SocketRow, listener: Int) {
    let endpoint = Endpoint(
      address: row.localAddress, port: row.localPort, interface: row.interface)
    ports.insert(row.localPort)
    if row.interface != 0 { hasDevices = true }
    count += 1
    let hash = Self.hash(endpoint, addressHash)
    if index.number(hash, { entries[$0].endpoint == endpoint }) != nil { return }
    // Not shown is not true: then IPv4 connections of `::` do come in through it.
    entries.append(
      Entry(endpoint: endpoint, listener: listener, isV6Only: row.v6Only == true))
    index.insert(entries.count - 1, hash) { [entries, addressHash] in
      Self.hash(entries[$0].endpoint, addressHash)
    }
  }

  /// The listener on this address, else on the wildcard of its family, else on `::` unless that
  /// is IPv6 only; of each the one bound to the connection's interface first.
  func listener(address: InetAddress, port: UInt16, interface: UInt32) -> Int? {
    guard ports.contains(port) else { return nil }
    if let exact = entry(address, port, interface) { return exact.listener }
    let wildcard = address.isIPv4 ? InetAddress.anyIPv4 : .anyIPv6
    if let any = entry(wildcard, port, interface) { return any.listener }
    if address.isIPv4, let dual = entry(.anyIPv6, port, interface), !dual.isV6Only {
      return dual.listener
    }
    return nil
  }

  private func entry(_ address: InetAddress, _ port: UInt16, _ interface: UInt32) -> Entry? {
    if hasDevices && interface != 0,
      let bound = entry(Endpoint(address: address, port: port, interface: interface))
    {
      return bound
    }
    return entry(Endpoint(address: address, port: port, interface: 0))
  }

  private func entry(_ endpoint: Endpoint) -> Entry? {
    index.number(Self.hash(endpoint, addressHash)) { entries[$0].endpoint == endpoint }
      .map { entries[$0] }
  }

  @inline(__always)
  private static func hash(_ endpoint: Endpoint, _ addressHash: AddressHash) -> UInt64 {
    addressHash(endpoint.address, UInt64(endpoint.interface) << 16 | UInt64(endpoint.port))
  }
}
