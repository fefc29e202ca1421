/// Hashes of addresses, keyed by random numbers of this process: they are an attacker's choice.
struct AddressHash: Sendable {
  private let seed = (
    UInt64.random(in: .min ... .max) | 1, UInt64.random(in: .min ... .max) | 1
  )

  /// Of an address and what goes with it.
  @inline(__always)
  func callAsFunction(_ address: InetAddress, _ rest: UInt64) -> UInt64 {
    let first = (address.high ^ seed.0).multipliedFullWidth(by: address.low ^ seed.1)
    let second = (first.high ^ first.low ^ rest ^ seed.1).multipliedFullWidth(by: seed.0)
    return second.high ^ second.low
  }
}

/// Finds numbered things by their hash: open addressing, at most half full.
///
/// For what is looked up with every connection, where a `Dictionary` would take longer than all
/// else. The things and their hashes are the owner's.
struct HashIndex: Sendable {
  /// Numbers plus one; 0 is empty.
  private var slots = [UInt32](repeating: 0, count: 1024)
  private var count = 0

  /// The number, among those inserted with this hash, of the thing that is meant.
  @inline(__always)
  func number(_ hash: UInt64, _ isMeant: (Int) -> Bool) -> Int? {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
    while slots[slot] != 0 {
      let number = Int(slots[slot]) &- 1
      if isMeant(number) { return number }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return nil
  }

  /// - Parameter hashOf: the hash with which a number was inserted.
  mutating func insert(_ number: Int, _ hash: UInt64, hashOf: (Int) -> UInt64) {
    place(number, hash)
    count += 1
    guard count * 2 > slots.count else { return }
    let numbers = slots
    slots = [UInt32](repeating: 0, count: numbers.count * 2)
    for entry in numbers where entry != 0 { place(Int(entry) - 1, hashOf(Int(entry) - 1)) }
  }

  private mutating func place(_ number: Int, _ hash: UInt64) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(number + 1)
  }
}
