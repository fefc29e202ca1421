import Testing

@testable import HostFacts

struct HashIndexTests {
  @Test func `finds what was inserted, also after it has grown`() {
    let hash = AddressHash()
    let hashes = (0..<5000).map { hash(InetAddress(ipv4: UInt32($0)), UInt64($0)) }
    var index = HashIndex()
    for number in hashes.indices {
      #expect(index.number(hashes[number]) { $0 == number } == nil)
      index.insert(number, hashes[number]) { hashes[$0] }
    }
    for number in hashes.indices {
      #expect(index.number(hashes[number]) { $0 == number } == number)
    }
  }

  @Test func `tells apart what has the same hash`() {
    var index = HashIndex()
    for number in 0..<3000 { index.insert(number, 42) { _ in 42 } }
    for number in [0, 1, 1500, 2999] { #expect(index.number(42) { $0 == number } == number) }
    #expect(index.number(42) { _ in false } == nil)
    #expect(index.number(43) { _ in false } == nil)
  }

  @Test func `another process has other hashes`() {
    let address = InetAddress(ipv4: 0x7f00_0001)
    #expect(AddressHash()(address, 80) != AddressHash()(address, 80))
  }
}
