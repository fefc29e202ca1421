import Testing

@testable import HostFacts

struct InetAddressTests {
  @Test(
    arguments: [
      (0, 0xffff_7f00_0001, "127.0.0.1"), (0, 0xffff_0000_0000, "0.0.0.0"), (0, 0, "::"),
      (0, 1, "::1"), (0xfe80 << 48, 1, "fe80::1"),
      (0x2001_0db8_0000_0001, 0x0000_0000_0000_0001, "2001:db8:0:1::1"),
      (0x2001_0db8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
      (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
      (0x0001_0000_0000_0000, 0, "1::"),
      (UInt64.max, UInt64.max, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ] as [(UInt64, UInt64, String)])
  func `text is what RFC 5952 says`(high: UInt64, low: UInt64, text: String) {
    #expect(InetAddress(high: high, low: low).description == text)
  }

  @Test func `a v4-mapped address is the IPv4 address`() {
    #expect(InetAddress(high: 0, low: 0xffff_7f00_0001) == .local)
    #expect(InetAddress.local.family == "ipv4")
    #expect(InetAddress.anyIPv6.family == "ipv6")
  }

  @Test func `loopback is 127/8 and ::1 alone`() {
    #expect(InetAddress(127, 9, 9, 9).isLoopback)
    #expect(InetAddress(high: 0, low: 1).isLoopback)
    #expect(!InetAddress(128, 0, 0, 1).isLoopback)
    #expect(!InetAddress.anyIPv6.isLoopback)
    #expect(!InetAddress(high: 1 << 63, low: 1).isLoopback)
  }

  @Test func `link-local is fe80::/10`() {
    #expect(InetAddress(high: 0xfe80 << 48, low: 1).isLinkLocalIPv6)
    #expect(InetAddress(high: 0xfebf << 48, low: 1).isLinkLocalIPv6)
    #expect(!InetAddress(high: 0xfec0 << 48, low: 1).isLinkLocalIPv6)
    #expect(!InetAddress.local.isLinkLocalIPv6)
  }

  @Test func `IPv4 comes before IPv6, each by number`() {
    let sorted = [
      InetAddress(0, 0, 0, 0), InetAddress(9, 0, 0, 1), InetAddress(10, 0, 0, 1), .anyIPv6,
      InetAddress(high: 0, low: 1), InetAddress(high: 1, low: 0),
    ]
    #expect(sorted.reversed().sorted() == sorted)
  }
}
