internal import Glibc

/// An IPv4 or IPv6 address, as text, and a port.
struct Endpoint: CustomStringConvertible {
  var address: String
  var port: Int

  init(_ address: String, _ port: Int) {
    self.address = address
    self.port = port
  }

  static func loopback(_ port: Int) -> Endpoint { Endpoint("127.0.0.1", port) }

  var isIPv6: Bool { address.contains(":") }

  var description: String { isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }

  /// Calls `body` with its `sockaddr_in` or `sockaddr_in6`; -1 and EINVAL where it is no address.
  func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    let port = UInt16(truncatingIfNeeded: port).bigEndian
    var (four, six) = (sockaddr_in(), sockaddr_in6())
    (four.sin_family, four.sin_port) = (sa_family_t(AF_INET), port)
    (six.sin6_family, six.sin6_port) = (sa_family_t(AF_INET6), port)
    let isAddress =
      isIPv6
      ? unsafe inet_pton(AF_INET6, address, &six.sin6_addr)
      : unsafe inet_pton(AF_INET, address, &four.sin_addr)
    guard isAddress == 1 else {
      errno = EINVAL
      return -1
    }
    return isIPv6
      ? unsafe withUnsafeBytes(of: six) { unsafe call(body, $0) }
      : unsafe withUnsafeBytes(of: four) { unsafe call(body, $0) }
  }

  private func call(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt, _ bytes: UnsafeRawBufferPointer
  ) -> CInt {
    guard let start = bytes.baseAddress else { return -1 }
    return unsafe body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
  }
}
