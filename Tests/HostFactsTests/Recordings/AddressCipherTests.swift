import Testing

@testable import HostFacts

struct AddressCipherTests {
  private let cipher = AddressCipher(SipHash(key: (1, 2)))

  @Test(arguments: [
    InetAddress.anyIPv4, .anyIPv6, .local, InetAddress(127, 0, 0, 53), InetAddress(224, 0, 0, 251),
    InetAddress(255, 255, 255, 255), InetAddress(high: 0, low: 1),
    InetAddress(high: 0xff02_0000_0000_0000, low: 0xfb),
  ])
  func `what every host has stays`(_ address: InetAddress) {
    #expect(cipher(address) == address)
  }

  /// First bits, and how many.
  @Test(
    arguments: [
      (0x0a00_0000, 8), (0xac10_0000, 12), (0xc0a8_0000, 16), (0xa9fe_0000, 16), (0x6440_0000, 10),
    ] as [(UInt32, UInt32)])
  func `private addresses stay in their block and are told apart`(
    _ prefix: UInt32, _ length: UInt32
  ) {
    var seen: Set<InetAddress> = []
    for number in 0..<1000 as Range<UInt32> {
      let other = cipher(InetAddress(ipv4: prefix | number &* 61 & (.max >> length)))
      #expect(other.isIPv4)
      #expect((UInt32(truncatingIfNeeded: other.low) ^ prefix) >> (32 - length) == 0)
      seen.insert(other)
    }
    #expect(seen.count == 1000)
  }

  @Test func `every address of a block is taken once`() {
    var seen: Set<InetAddress> = []
    for number in 0..<65536 as Range<UInt32> {
      seen.insert(cipher(InetAddress(ipv4: 0xc0a8_0000 | number)))
    }
    #expect(seen.count == 65536)
  }

  @Test func `public addresses stay public`() {
    var seen: Set<InetAddress> = []
    for number in 0..<1000 as Range<UInt32> {
      let address = InetAddress(ipv4: 0x0808_0000 &+ number &* 4093)
      let other = cipher(address)
      let first = other.low >> 24 & 0xff
      #expect(other.isIPv4 && first != 0 && first != 10 && first != 127 && first < 224)
      #expect(other.low >> 16 & 0xffff != 0xc0a8 && other.low >> 20 & 0xfff != 0xac1)
      seen.insert(other)
    }
    #expect(seen.count == 1000)
  }

  @Test func `addresses of IPv6 stay of their kind`() {
    for number in 0..<200 as Range<UInt64> {
      let global = cipher(InetAddress(high: 0x2001_0db8_0000_0000 | number, low: number &* 7))
      #expect(global.high >> 60 == 2)
      let local = cipher(InetAddress(high: 0xfd00_0000_0000_0000 | number, low: 1))
      #expect(local.high >> 56 == 0xfd)
      let link = cipher(InetAddress(high: 0xfe80_0000_0000_0000, low: number))
      #expect(link.high == 0xfe80_0000_0000_0000)
      #expect(Set([global, local, link]).count == 3)
    }
  }

  @Test func `another key gives other addresses`() {
    let other = AddressCipher(SipHash(key: (1, 3)))
    let addresses = (0..<100).map { InetAddress(192, 0, 2, UInt32($0)) }
    #expect(addresses.map { cipher($0) } == addresses.map { cipher($0) })
    #expect(addresses.map { cipher($0) } != addresses.map { other($0) })
    #expect(addresses.map { cipher($0) } != addresses)
  }
}
