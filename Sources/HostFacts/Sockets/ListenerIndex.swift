/// Finds the listener that a connection came in through.
struct ListenerIndex: Sendable {
  private struct Endpoint: Hashable {
    var address: InetAddress
    var port: UInt16
    var interface: UInt32
  }

  private struct Entry {
    var listener: Int
    var isV6Only: Bool
  }

  private var entries: [Endpoint: Entry] = [:]
  private var ports = PortSet()
  private var hasDevices = false
  private(set) var count = 0

  mutating func add(_ row: SocketRow, listener: Int) {
    let endpoint = Endpoint(
      address: row.localAddress, port: row.localPort, interface: row.interface)
    ports.insert(row.localPort)
    if row.interface != 0 { hasDevices = true }
    count += 1
    if entries[endpoint] == nil {
      // Not shown is not true: then IPv4 connections of `::` do come in through it.
      entries[endpoint] = Entry(listener: listener, isV6Only: row.v6Only == true)
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
    if hasDevices && interface != 0 {
      let bound = Endpoint(address: address, port: port, interface: interface)
      if let entry = entries[bound] { return entry }
    }
    return entries[Endpoint(address: address, port: port, interface: 0)]
  }
}
