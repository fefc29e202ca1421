/// Numbers the groups of TCP connections: (local address, its device, remote address and port).
///
/// Open addressing, at most half full. Remote addresses are an attacker's choice, so the hash
/// is keyed by random numbers of this process.
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
  /// Numbers of groups plus one; 0 is empty.
  private var slots = [UInt32](repeating: 0, count: 1024)
  private let seed = (
    UInt64.random(in: .min ... .max) | 1, UInt64.random(in: .min ... .max) | 1
  )

  /// The group's number, in the order of first appearance; nil where the table is full.
  mutating func number(of row: SocketRow) -> Int? {
    let isLinkLocal = row.localAddress.isLinkLocalIPv6 || row.remoteAddress.isLinkLocalIPv6
    let place = number(
      of: Place(address: row.localAddress, interface: isLinkLocal ? row.interface : 0))
    let group = Group(
      remoteAddress: row.remoteAddress, place: place, remotePort: row.remotePort)
    var slot = firstSlot(group)
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      if groups[number] == group { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard groups.count < ConnectionRow.groupLimit else { return nil }
    slots[slot] = UInt32(groups.count + 1)
    groups.append(group)
    if groups.count * 2 > slots.count { grow() }
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

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (number, group) in groups.enumerated() {
      var slot = firstSlot(group)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(number + 1)
    }
  }

  private func firstSlot(_ group: Group) -> Int {
    let address = (group.remoteAddress.high ^ seed.0)
      .multipliedFullWidth(by: group.remoteAddress.low ^ seed.1)
    let rest = UInt64(group.place) << 16 | UInt64(group.remotePort)
    let mixed = (address.high ^ address.low ^ rest ^ seed.1).multipliedFullWidth(by: seed.0)
    return Int(truncatingIfNeeded: mixed.high ^ mixed.low) & (slots.count - 1)
  }
}
