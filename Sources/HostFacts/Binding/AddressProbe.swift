internal import Glibc

/// Asks the kernel whether an address can be bound at all, whatever the port.
///
/// A bind() of a UDP socket with IP_BIND_ADDRESS_NO_PORT to port 0 checks the address and takes no
/// port (net/ipv4/af_inet.c, __inet_bind; since Linux 4.2): nothing is held, seen or sent. The
/// tables of addresses would tell less: bind() also goes by local routes, scopes, duplicate address
/// detection and ip_nonlocal_bind.
enum AddressProbe {
  enum Answer: Hashable, Sendable {
    case accepted
    /// bind(), or what comes before it, fails with this errno.
    case refused(Int32)
    /// The kernel has no such sockets: EAFNOSUPPORT.
    case noFamily
    case unknown(Unreadable)
  }

  /// Whether the capabilities of the calling thread count in its network namespace: those of a user
  /// namespace do not in one that was there before it (ioctl_ns(2), NS_GET_USERNS). Nil where the
  /// kernel does not tell.
  private static func capabilitiesCount(_ root: HostRoot) -> Bool? {
    guard
      let file = try? root.descriptor(
        "/proc/thread-self/ns/net", flags: O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    else { return nil }
    // _IO(0xb7, 0x1)
    let owner = ioctl(file.number, 0xb701)
    guard owner >= 0 else { return errno == EPERM ? false : nil }
    close(owner)
    return true
  }

  /// What the namespace of the calling thread says.
  struct Outcome: Sendable {
    /// Where only a port was named and the kernel has no IPv6, 0.0.0.0.
    var address: BindAddress
    var answer: Answer
    var capabilitiesCount: Bool?
  }

  static func run(_ root: HostRoot, _ address: BindAddress) -> Outcome {
    let count = root.isLive ? capabilitiesCount(root) : nil
    let answer = ask(root, address)
    guard answer == .noFamily, address.isAnyFamily else {
      return Outcome(address: address, answer: answer, capabilitiesCount: count)
    }
    let other = BindAddress(.ipv4, .anyIPv4, port: address.port, device: address.device)
    return Outcome(address: other, answer: ask(root, other), capabilitiesCount: count)
  }

  /// Asks in the calling thread's network namespace; of a recording only what is so on every host.
  static func ask(_ root: HostRoot, _ address: BindAddress) -> Answer {
    let hasIPv6 = (try? root.status("/proc/sys/net/ipv6")) != nil
    guard root.isLive else {
      if address.family == .ipv6 && !hasIPv6 { return .noFamily }
      if address.address.isWildcard || address.address.isLoopback { return .accepted }
      return .unknown(.init("a recording does not tell which addresses the host has"))
    }
    let family = address.family == .ipv4 ? AF_INET : AF_INET6
    let number = Glibc.socket(
      family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else {
      let failure = errno
      // A sandbox answers the same of families that the host has (RestrictAddressFamilies=).
      if failure == EAFNOSUPPORT && address.family == .ipv6 && !hasIPv6 && root.hasProc {
        return .noFamily
      }
      return .unknown(.init("a socket to ask with is refused: \(errnoText(failure))"))
    }
    let socket = FileDescriptor(owning: number)
    var on: Int32 = 1
    guard
      unsafe setsockopt(
        socket.number, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &on,
        socklen_t(MemoryLayout<Int32>.size)) == 0
    else { return .unknown(.init("IP_BIND_ADDRESS_NO_PORT: \(errnoText(errno))")) }
    if let device = address.device {
      let status = unsafe setsockopt(
        socket.number, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count))
      if status != 0 {
        return errno == ENODEV
          ? .refused(ENODEV) : .unknown(.init("SO_BINDTODEVICE: \(errnoText(errno))"))
      }
    }
    guard bind(socket.number, address) != 0 else { return .accepted }
    // Port 0 needs no privilege: a security module or a control group forbids this process something,
    // and not the server.
    guard errno != EPERM, errno != EACCES else {
      return .unknown(.init("bind() is forbidden here: \(errnoText(errno))"))
    }
    return .refused(errno)
  }

  private static func bind(_ socket: Int32, _ address: BindAddress) -> Int32 {
    func call<Structure>(_ structure: Structure) -> Int32 {
      unsafe withUnsafePointer(to: structure) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe Glibc.bind(socket, $0, socklen_t(MemoryLayout<Structure>.size))
        }
      }
    }
    if address.family == .ipv4 {
      var structure = sockaddr_in()
      structure.sin_family = sa_family_t(AF_INET)
      structure.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.address.low).bigEndian
      return call(structure)
    }
    var structure = sockaddr_in6()
    structure.sin6_family = sa_family_t(AF_INET6)
    unsafe withUnsafeMutableBytes(of: &structure.sin6_addr) { bytes in
      unsafe bytes.storeBytes(of: address.address.high.bigEndian, as: UInt64.self)
      unsafe bytes.storeBytes(of: address.address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return call(structure)
  }
}
