/// Other addresses for addresses: one to one, of the same kind, and without a way back for who does
/// not have the key.
///
/// Kept as they are: wildcard, loopback, multicast, broadcast. The rest stays within its block,
/// because rules and readers tell private from public and link-local addresses.
struct AddressCipher: Sendable {
  private let hash: SipHash

  init(_ hash: SipHash) { self.hash = hash }

  func callAsFunction(_ address: InetAddress) -> InetAddress {
    if address.isIPv4 { return InetAddress(ipv4: ipv4(UInt32(truncatingIfNeeded: address.low))) }
    return ipv6(address)
  }

  // MARK: IPv4

  /// Addresses whose first bits are these.
  private struct Block {
    var prefix: UInt32
    /// Bits of the prefix.
    var length: UInt32
    var isKept = false

    func contains(_ address: UInt32) -> Bool {
      (address ^ prefix) >> (32 - length) == 0
    }
  }

  private static let blocks = [
    // 0/8 "this host", 127/8 loopback, 224/3 multicast, reserved and broadcast (RFC 6890).
    Block(prefix: 0, length: 8, isKept: true),
    Block(prefix: 0x7f00_0000, length: 8, isKept: true),
    Block(prefix: 0xe000_0000, length: 3, isKept: true),
    // 10/8, 172.16/12, 192.168/16 private, 169.254/16 link-local, 100.64/10 shared.
    Block(prefix: 0x0a00_0000, length: 8), Block(prefix: 0xac10_0000, length: 12),
    Block(prefix: 0xc0a8_0000, length: 16), Block(prefix: 0xa9fe_0000, length: 16),
    Block(prefix: 0x6440_0000, length: 10),
  ]

  private func ipv4(_ address: UInt32) -> UInt32 {
    guard let number = Self.blocks.firstIndex(where: { $0.contains(address) }) else {
      // Walks on until it is outside all blocks again, which is one to one too.
      var other = UInt64(address)
      repeat {
        other = permuted(other, bits: 32, tweak: 0)
      } while Self.blocks.contains { $0.contains(UInt32(truncatingIfNeeded: other)) }
      return UInt32(truncatingIfNeeded: other)
    }
    let block = Self.blocks[number]
    if block.isKept { return address }
    let bits = 32 - block.length
    let rest = UInt64(address & (UInt32.max >> block.length))
    let other = permuted(rest, bits: UInt64(bits), tweak: UInt64(number) + 1)
    return block.prefix | UInt32(truncatingIfNeeded: other)
  }

  // MARK: IPv6

  private func ipv6(_ address: InetAddress) -> InetAddress {
    if address.isWildcard || address.isLoopback || address.high >> 56 == 0xff { return address }
    if address.isLinkLocalIPv6 {
      // fe80::/64 and an identifier that often is the interface's hardware address.
      return .init(high: address.high, low: permuted(address.low, bits: 64, tweak: 16))
    }
    // fc00::/8 and fd00::/8 (unique local), and otherwise the first four bits: 2000::/4, 3000::/4.
    let kept: UInt64 = address.high >> 57 == 0x7e ? 8 : 4
    let bits = 64 - kept
    var other = address
    repeat {
      // A Feistel network over the two halves, of which the left one has fewer bits.
      let mask = UInt64.max >> kept
      var (left, right) = (other.high & mask, other.low)
      for round: UInt64 in 0..<6 {
        left ^= hash([32 + kept, round, right, bits]) & mask
        right ^= hash([64 + kept, round, left, bits])
      }
      other = .init(high: other.high & ~mask | left, low: right)
    } while kept == 4 && Self.isSpecial(other)
    return other
  }

  /// What an address of no special kind must not become.
  private static func isSpecial(_ address: InetAddress) -> Bool {
    address.isIPv4 || address.isWildcard || address.isLoopback || address.isLinkLocalIPv6
      || address.high >> 56 == 0xff || address.high >> 57 == 0x7e
  }

  /// A balanced Feistel network over an even number of bits, 64 at most.
  private func permuted(_ value: UInt64, bits: UInt64, tweak: UInt64) -> UInt64 {
    let half = bits / 2
    let mask = UInt64.max >> (64 - half)
    var (left, right) = (value >> half & mask, value & mask)
    for round: UInt64 in 0..<10 {
      (left, right) = (right, left ^ hash([tweak, round, right]) & mask)
    }
    return left << half | right
  }
}
