/// An IPv4 or IPv6 address as one 128-bit number.
///
/// IPv4 is kept as `::ffff:a.b.c.d`, so a v4-mapped address of a dual-stack socket *is* the IPv4
/// address, as it is for the kernel's tables of ports. The order is numeric, IPv4 first.
public struct InetAddress: Hashable, Sendable {
  /// The first 64 bits.
  public var high: UInt64
  /// The last 64 bits.
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// From an IPv4 address in host byte order: 0x7f000001 is 127.0.0.1.
  public init(ipv4: UInt32) { self.init(high: 0, low: 0xffff_0000_0000 | UInt64(ipv4)) }

  public static let anyIPv4 = InetAddress(ipv4: 0)
  public static let anyIPv6 = InetAddress(high: 0, low: 0)

  public var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

  /// `0.0.0.0` or `::`.
  public var isWildcard: Bool { self == .anyIPv4 || self == .anyIPv6 }

  /// 127.0.0.0/8 or ::1. The host's own other addresses are none: `tcp_tw_reuse` = 2 does not
  /// take them for loopback either.
  public var isLoopback: Bool {
    isIPv4 ? UInt32(truncatingIfNeeded: low) >> 24 == 127 : high == 0 && low == 1
  }

  /// fe80::/10, which means nothing without an interface.
  public var isLinkLocalIPv6: Bool { high >> 54 == 0x3fa }

  /// `ipv4` or `ipv6`.
  public var family: String { isIPv4 ? "ipv4" : "ipv6" }
}

extension InetAddress: Comparable {
  public static func < (left: InetAddress, right: InetAddress) -> Bool {
    if left.isIPv4 != right.isIPv4 { return left.isIPv4 }
    return (left.high, left.low) < (right.high, right.low)
  }
}

extension InetAddress: CustomStringConvertible {
  /// Dotted decimal, or RFC 5952: lower case, the first longest run of two or more zero groups
  /// as `::`.
  public var description: String {
    if isIPv4 {
      return (0..<4).map { String((low >> (24 - 8 * UInt64($0))) & 0xff) }.joined(separator: ".")
    }
    let groups = (0..<8).map { index -> UInt64 in
      let half = index < 4 ? high : low
      return (half >> (48 - 16 * UInt64(index % 4))) & 0xffff
    }
    var longest = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && groups[end] == 0 { end += 1 }
      if end - start >= 2 && end - start > longest.count { longest = start..<end }
      start = max(end, start + 1)
    }
    let hex = { (part: ArraySlice<UInt64>) in
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    if longest.isEmpty { return hex(groups[...]) }
    return hex(groups[..<longest.lowerBound]) + "::" + hex(groups[longest.upperBound...])
  }
}
