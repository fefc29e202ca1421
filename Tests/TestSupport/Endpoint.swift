import Glibc

/// An IPv4 or IPv6 address and a port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// Numeric: `127.0.0.1`, `::1`.
  public var address: String
  public var port: Int

  public init(_ address: String, _ port: Int) {
    self.address = address
    self.port = port
  }

  public static func loopback(_ port: Int) -> Endpoint { Endpoint("127.0.0.1", port) }

  public var isIPv6: Bool { address.contains(":") }

  public var description: String { isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }

  var family: CInt { isIPv6 ? AF_INET6 : AF_INET }

  /// The address in network order: 4 or 16 bytes.
  func addressBytes() throws(SystemCallError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
    if unsafe inet_pton(family, address, &bytes) != 1 {
      throw SystemCallError("inet_pton '\(address)'", code: EINVAL)
    }
    return bytes
  }

  /// Calls with the `sockaddr` of this endpoint.
  func withSocketAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) throws(SystemCallError) -> Result {
    guard let port = UInt16(exactly: port) else {
      throw SystemCallError("port \(port)", code: EINVAL)
    }
    let bytes = try addressBytes()
    if isIPv6 {
      var socketAddress = sockaddr_in6()
      socketAddress.sin6_family = sa_family_t(AF_INET6)
      socketAddress.sin6_port = port.bigEndian
      unsafe withUnsafeMutableBytes(of: &socketAddress.sin6_addr) {
        unsafe $0.copyBytes(from: bytes)
      }
      return unsafe withUnsafeBytes(of: socketAddress) { unsafe call(body, with: $0) }
    }
    var socketAddress = sockaddr_in()
    socketAddress.sin_family = sa_family_t(AF_INET)
    socketAddress.sin_port = port.bigEndian
    unsafe withUnsafeMutableBytes(of: &socketAddress.sin_addr) { unsafe $0.copyBytes(from: bytes) }
    return unsafe withUnsafeBytes(of: socketAddress) { unsafe call(body, with: $0) }
  }

  private func call<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result, with bytes: UnsafeRawBufferPointer
  ) -> Result {
    // Not empty: it is one of the two structures above.
    unsafe body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
  }

  /// Reads back what getsockname(2) wrote.
  static func local(of descriptor: CInt) throws(SystemCallError) -> Endpoint {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &length)
      }
    }
    if status != 0 { throw SystemCallError("getsockname") }
    let isIPv6 = CInt(storage.ss_family) == AF_INET6
    return unsafe withUnsafeBytes(of: storage) { bytes in
      // Port at 2 in both; the address at 4 (IPv4) or 8 (IPv6).
      let port = Int(unsafe bytes[2]) << 8 | Int(unsafe bytes[3])
      let start = isIPv6 ? 8 : 4
      var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      unsafe inet_ntop(
        CInt(storage.ss_family), bytes.baseAddress?.advanced(by: start), &text,
        socklen_t(text.count))
      let address = String(
        decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      return Endpoint(address, port)
    }
  }
}
