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
    /// Where only a port was named and the kernel has no IPv6, 0.0.0.0; its device by its own name,
    /// where it was asked for by another one (`ip link property add … altname`).
    var address: BindAddress
    var answer: Answer
    var capabilitiesCount: Bool?
    var vrfs = VRFDevices.named([])
  }

  /// - Parameter v6Only: what the server sets IPV6_V6ONLY to; nil where it leaves that alone.
  static func run(_ root: HostRoot, _ address: BindAddress, v6Only: Bool? = nil) -> Outcome {
    var outcome = Outcome(
      address: address, answer: .accepted,
      capabilitiesCount: root.isLive ? capabilitiesCount(root) : nil, vrfs: .read(root))
    outcome.answer = ask(root, &outcome.address, v6Only: v6Only)
    if outcome.answer == .noFamily, address.isAnyFamily {
      outcome.address = BindAddress(
        .ipv4, .anyIPv4, port: address.port, device: address.device)
      outcome.answer = ask(root, &outcome.address, v6Only: v6Only)
    }
    return outcome
  }

  /// Asks in the calling thread's network namespace; of a recording only what is so on every host.
  static func ask(
    _ root: HostRoot, _ address: inout BindAddress, v6Only: Bool? = nil
  ) -> Answer {
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
    // Where it is set an IPv4 address of IPv6 (::ffff:…) is refused.
    if address.family == .ipv6, var v6Only = v6Only.map({ Int32($0 ? 1 : 0) }) {
      let status = unsafe setsockopt(
        socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &v6Only,
        socklen_t(MemoryLayout<Int32>.size))
      guard status == 0 else { return .unknown(.init("IPV6_V6ONLY: \(errnoText(errno))")) }
    }
    var scope: UInt32 = 0
    if let device = address.device {
      if address.address.isLinkLocalIPv6 {
        // The address itself names the device, which needs no privilege on any kernel.
        scope = unsafe if_nametoindex(device)
        if scope == 0 { return .refused(ENODEV) }
      } else if let why = bindToDevice(socket.number, device) {
        return why
      }
    }
    let status = bind(socket.number, address, scope: scope)
    let failure = errno
    if address.device != nil, let name = nameOfDevice(socket.number) ?? nameOfInterface(scope) {
      address.device = name
    }
    guard status != 0 else { return .accepted }
    errno = failure
    // Port 0 needs no privilege: a security module or a control group forbids this process something,
    // and not the server.
    guard errno != EPERM, errno != EACCES else {
      return .unknown(.init("bind() is forbidden here: \(errnoText(errno))"))
    }
    return .refused(errno)
  }

  /// Nil where it succeeds. Before Linux 5.7 it needs CAP_NET_RAW.
  private static func bindToDevice(_ socket: Int32, _ device: String) -> Answer? {
    let status = unsafe setsockopt(
      socket, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count))
    if status == 0 { return nil }
    return errno == ENODEV
      ? .refused(ENODEV)
      : .unknown(.init("SO_BINDTODEVICE: \(errnoText(errno))", grant: "CAP_NET_RAW"))
  }

  /// The device's own name, by which socket tables know it; nil for a socket of no device.
  private static func nameOfDevice(_ socket: Int32) -> String? {
    var name = [UInt8](repeating: 0, count: Int(IF_NAMESIZE))
    var length = socklen_t(name.count)
    let status = unsafe getsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, &name, &length)
    let text = String(decoding: name.prefix(Int(length)).prefix { $0 != 0 }, as: UTF8.self)
    return status == 0 && !text.isEmpty ? text : nil
  }

  private static func bind(_ socket: Int32, _ address: BindAddress, scope: UInt32) -> Int32 {
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
    structure.sin6_scope_id = scope
    unsafe withUnsafeMutableBytes(of: &structure.sin6_addr) { bytes in
      unsafe bytes.storeBytes(of: address.address.high.bigEndian, as: UInt64.self)
      unsafe bytes.storeBytes(of: address.address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return call(structure)
  }
}
