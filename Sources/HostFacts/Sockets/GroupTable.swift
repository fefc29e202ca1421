/// Numbers the groups of TCP connections: (local address, its device, remote address and port).
struct GroupTable: Sendable {
  /// A local address with the interface that it needs to mean something.
  struct Place: Hashable, Sendable {
    var address: InetAddress
    /// Only of link-local addresses; otherwise 0.
    var interface: UInt32
  }

  struct Group: Equatable, Sendable {
    var remoteAddress: InetAddress
    /// Index in ``places``.
    var place: UInt32
    var remotePort: UInt16
  }

  private(set) var places: [Place] = []
  private(set) var groups: [Group] = []

  private var placeNumbers: [Place: UInt32] = [:]
  private var lastPlace: UInt32 = 0
  private var index = HashIndex()
  private let addressHash = AddressHash()

  /// The group's number, in the order of first appearance; nil where the table is full.
  mutating func number(of row: SocketRow) -> Int? {
    let isLinkLocal = row.localAddress.isLinkLocalIPv6 || row.remoteAddress.isLinkLocalIPv6
    let place = number(
      of: Place(address: row.localAddress, interface: isLinkLocal ? row.interface : 0))
    let group = Group(
      remoteAddress: row.remoteAddress, place: place, remotePort: row.remotePort)
    let hash = Self.hash(group, addressHash)
    if let number = index.number(hash, { groups[$0] == group }) { return number }
    guard groups.count < ConnectionRow.groupLimit else { return nil }
    groups.append(group)
    index.insert(groups.count - 1, hash) { [groups, addressHash] in
      Self.hash(groups[$0], addressHash)
    }
    return groups.count - 1
  }

  func place(of group: Int) -> Place { places[Int(groups[group].place)] }

  private mutating func number(of place: Place) -> UInt32 {
    if Int(lastPlace) < places.count && places[Int(lastPlace)] == place { return lastPlace }
    lastPlace = placeNumbers[place] ?? UInt32(places.count)
    if Int(lastPlace) == places.count {
      places.append(place)
      placeNumbers[place] = lastPlace
    }
    return lastPlace
  }

  @inline(__always)
  private static func hash(_ group: Group, _ addressHash: AddressHash) -> UInt64 {
    addressHash(group.remoteAddress, UInt64(group.place) << 16 | UInt64(group.remotePort))
  }
}
