/// A name for a finding that stays the same from run to run and from version to version.
///
/// FNV-1a with 128 bits (Fowler, Noll, Vo; draft-eastlake-fnv) over the rule's id, the name of the
/// scope and the identity's names and values, each preceded by its length in bytes so that no two
/// sequences of texts give the same bytes. Swift's own `Hasher` differs from run to run.
///
/// Findings of one identity, such as those on two lines of a file that set the same key, are told
/// apart by their order: a value or a line may change.
enum Fingerprint {
  private static let basis: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
  private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

  /// 32 hexadecimal digits.
  ///
  /// - Parameter number: from 1, which of the findings of this identity it is.
  static func of(rule: String, scope: String, identity: Identity, number: Int = 1) -> String {
    var hash = basis
    add("sockwise/1", to: &hash)
    add(rule, to: &hash)
    add(scope, to: &hash)
    // A part that is absent or cannot be read is left out, so that a new optional key field leaves
    // the fingerprints of elements without it alone.
    for part in identity.parts {
      guard let value = part.value else { continue }
      add(part.name, to: &hash)
      add(value, to: &hash)
    }
    if number > 1 { add("#\(number)", to: &hash) }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }

  private static func add(_ text: String, to hash: inout UInt128) {
    let length = UInt64(text.utf8.count)
    for shift in stride(from: 56, through: 0, by: -8) {
      add(UInt8(truncatingIfNeeded: length >> UInt64(shift)), to: &hash)
    }
    for byte in text.utf8 { add(byte, to: &hash) }
  }

  private static func add(_ byte: UInt8, to hash: inout UInt128) {
    hash = (hash ^ UInt128(byte)) &* prime
  }
}
