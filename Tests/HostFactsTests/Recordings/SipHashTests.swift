import Testing

@testable import HostFacts

struct SipHashTests {
  /// The vectors of the reference implementation: key 00 01 … 0f, message 00 01 02 …, at the
  /// lengths that are whole words.
  @Test(
    arguments: [
      (0, 0x726f_db47_dd0e_0e31), (1, 0x93f5_f579_9a93_2462), (2, 0x3f2a_cc7f_57c2_9bdb),
    ] as [(Int, UInt64)])
  func `hashes are those of the reference`(_ count: Int, _ expected: UInt64) {
    let hash = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
    let words: [UInt64] = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908]
    #expect(hash(Array(words.prefix(count))) == expected)
  }

  @Test func `texts of other bytes or lengths differ`() {
    let hash = SipHash(key: (1, 2))
    let texts = ["", "a", "b", "a\0", "12345678", "123456789", "12345678\0"]
    #expect(Set(texts.map { hash($0) }).count == texts.count)
  }
}
