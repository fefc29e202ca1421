/// A set of ports, one bit each.
struct PortSet: Sendable, Equatable {
  private var words = [UInt64](repeating: 0, count: 1024)

  /// False where it was there already.
  @discardableResult
  mutating func insert(_ port: UInt16) -> Bool {
    let word = Int(port >> 6)
    let bit = UInt64(1) << UInt64(port & 63)
    let isNew = words[word] & bit == 0
    words[word] |= bit
    return isNew
  }

  func contains(_ port: UInt16) -> Bool {
    words[Int(port >> 6)] & (UInt64(1) << UInt64(port & 63)) != 0
  }

  mutating func removeAll() {
    for index in words.indices { words[index] = 0 }
  }

  mutating func formUnion(_ other: PortSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  func intersection(_ other: PortSet) -> PortSet {
    var result = self
    for index in words.indices { result.words[index] &= other.words[index] }
    return result
  }

  func subtracting(_ other: PortSet) -> PortSet {
    var result = self
    for index in words.indices { result.words[index] &= ~other.words[index] }
    return result
  }

  /// Those of one parity, 0 or 1.
  func ofParity(_ parity: Int) -> PortSet {
    var result = self
    let mask: UInt64 = parity == 0 ? 0x5555_5555_5555_5555 : 0xaaaa_aaaa_aaaa_aaaa
    for index in words.indices { result.words[index] &= mask }
    return result
  }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  var ports: [UInt16] {
    var ports: [UInt16] = []
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        ports.append(UInt16(index * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
    return ports
  }
}
