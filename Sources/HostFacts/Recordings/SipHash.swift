/// SipHash-2-4 of whole words: a number that only who knows the key can tell.
///
/// Aumasson and Bernstein, "SipHash: a fast short-input PRF", https://www.aumasson.jp/siphash/.
struct SipHash: Sendable {
  let key: (UInt64, UInt64)

  /// The hash of 8 × `words.count` bytes, each word its bytes in little-endian order.
  func callAsFunction(_ words: [UInt64]) -> UInt64 {
    var state = (
      key.0 ^ 0x736f_6d65_7073_6575, key.1 ^ 0x646f_7261_6e64_6f6d,
      key.0 ^ 0x6c79_6765_6e65_7261, key.1 ^ 0x7465_6462_7974_6573
    )
    // The last block is the length modulo 256 in its highest byte, and here no bytes.
    for word in words + [UInt64(words.count &* 8) << 56] {
      state.3 ^= word
      for _ in 0..<2 { Self.round(&state) }
      state.0 ^= word
    }
    state.2 ^= 0xff
    for _ in 0..<4 { Self.round(&state) }
    return state.0 ^ state.1 ^ state.2 ^ state.3
  }

  /// The hash of a text: of its bytes eight by eight, the last filled with zeros, and their count.
  func callAsFunction(_ text: String) -> UInt64 {
    var words = [UInt64(text.utf8.count)]
    var shift: UInt64 = 64
    for byte in text.utf8 {
      if shift == 64 {
        words.append(0)
        shift = 0
      }
      words[words.count - 1] |= UInt64(byte) << shift
      shift += 8
    }
    return self(words)
  }

  private static func round(_ v: inout (UInt64, UInt64, UInt64, UInt64)) {
    func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
    v.0 &+= v.1
    v.1 = rotated(v.1, 13) ^ v.0
    v.0 = rotated(v.0, 32)
    v.2 &+= v.3
    v.3 = rotated(v.3, 16) ^ v.2
    v.0 &+= v.3
    v.3 = rotated(v.3, 21) ^ v.0
    v.2 &+= v.1
    v.1 = rotated(v.1, 17) ^ v.2
    v.2 = rotated(v.2, 32)
  }
}
