internal import Glibc

/// A socket of an experiment. It is there until it is closed or the process ends, so that what an
/// experiment has made stays as it is. No call blocks for longer than five seconds.
struct Socket {
  enum Kind { case tcp, udp }

  /// What to set before bind() or connect().
  struct Options: OptionSet {
    let rawValue: Int

    static let reuseAddress = Options(rawValue: 1)
    static let reusePort = Options(rawValue: 2)
    /// IPV6_V6ONLY on; off is what dual-stack servers want, and the default.
    static let v6Only = Options(rawValue: 4)
    /// IP_BIND_ADDRESS_NO_PORT, Linux 4.2: bind() takes an address and leaves the port to connect().
    static let bindAddressNoPort = Options(rawValue: 8)
    static let nonBlocking = Options(rawValue: 16)
  }

  private let descriptor: CInt

  init(_ kind: Kind = .tcp, ipv6: Bool = false, _ options: Options = []) throws(CallFailure) {
    var type = CInt((kind == .tcp ? SOCK_STREAM : SOCK_DGRAM).rawValue)
    type |= CInt(SOCK_CLOEXEC.rawValue)
    if options.contains(.nonBlocking) { type |= CInt(SOCK_NONBLOCK.rawValue) }
    descriptor = socket(ipv6 ? AF_INET6 : AF_INET, type, 0)
    if descriptor < 0 {
      throw ipv6 && errno == EAFNOSUPPORT
        ? CallFailure(because: "this kernel has no IPv6") : CallFailure("socket()")
    }
    let limit = timeval(tv_sec: 5, tv_usec: 0)
    try set(SOL_SOCKET, SO_SNDTIMEO, limit, "SO_SNDTIMEO")
    try set(SOL_SOCKET, SO_RCVTIMEO, limit, "SO_RCVTIMEO")
    if ipv6 {
      let only: CInt = options.contains(.v6Only) ? 1 : 0
      try set(CInt(IPPROTO_IPV6), IPV6_V6ONLY, only, "IPV6_V6ONLY")
    }
    if options.contains(.reuseAddress) {
      try set(SOL_SOCKET, SO_REUSEADDR, CInt(1), "SO_REUSEADDR")
    }
    if options.contains(.reusePort) { try set(SOL_SOCKET, SO_REUSEPORT, CInt(1), "SO_REUSEPORT") }
    if options.contains(.bindAddressNoPort) {
      // The number is IP_BIND_ADDRESS_NO_PORT, which Swift does not see.
      try set(CInt(IPPROTO_IP), 24, CInt(1), "IP_BIND_ADDRESS_NO_PORT")
    }
  }

  /// Takes over what accept() gave.
  private init(descriptor: CInt) { self.descriptor = descriptor }

  func bind(_ endpoint: Endpoint) throws(CallFailure) {
    let status = unsafe endpoint.withSocketAddress { unsafe Glibc.bind(descriptor, $0, $1) }
    if status != 0 { throw CallFailure("bind() to \(endpoint)") }
  }

  func listen(backlog: Int = 1024) throws(CallFailure) {
    if Glibc.listen(descriptor, CInt(backlog)) != 0 { throw CallFailure("listen()") }
  }

  func bindAndListen(_ endpoint: Endpoint) throws(CallFailure) {
    try bind(endpoint)
    try listen()
  }

  func connect(_ endpoint: Endpoint) throws(CallFailure) {
    let status = unsafe endpoint.withSocketAddress { unsafe Glibc.connect(descriptor, $0, $1) }
    if status != 0 { throw CallFailure("connect() to \(endpoint)") }
  }

  func accept() throws(CallFailure) -> Socket {
    let accepted = Glibc.accept(descriptor, nil, nil)
    if accepted < 0 { throw CallFailure("accept()") }
    return Socket(descriptor: accepted)
  }

  /// Waits until the peer has closed its side.
  func waitForPeerClose() throws(CallFailure) {
    // POLLRDHUP, which Swift does not see.
    var entry = pollfd(fd: descriptor, events: 0x2000, revents: 0)
    let count = unsafe poll(&entry, 1, 5000)
    if count == 0 { throw CallFailure("waiting for the peer to close", code: ETIMEDOUT) }
    if count < 0 { throw CallFailure("poll()") }
  }

  func send(to endpoint: Endpoint) throws(CallFailure) {
    let status = unsafe endpoint.withSocketAddress {
      CInt(unsafe sendto(descriptor, [1], 1, CInt(MSG_NOSIGNAL), $0, $1))
    }
    if status != 1 { throw CallFailure("sendto() \(endpoint)") }
  }

  /// A byte, or the end.
  func receive() throws(CallFailure) {
    var byte: UInt8 = 0
    if unsafe recv(descriptor, &byte, 1, 0) < 0 { throw CallFailure("recv()") }
  }

  /// Makes close() send a reset and leave nothing behind.
  func resetOnClose() throws(CallFailure) {
    try set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0), "SO_LINGER")
  }

  /// The datagrams that have come, which it takes.
  func countOfReceived() -> Int {
    var byte: UInt8 = 0
    var count = 0
    while unsafe recv(descriptor, &byte, 1, CInt(MSG_DONTWAIT)) >= 0 { count += 1 }
    return count
  }

  /// The port that it is bound to; 0 where it is not.
  var localPort: Int {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &length)
      }
    }
    guard status == 0 else { return 0 }
    // At 2 in both families, in network order.
    return unsafe withUnsafeBytes(of: storage) { Int(unsafe $0[2]) << 8 | Int(unsafe $0[3]) }
  }

  /// Of a listener: connections that wait to be accepted, and how many may. tcp_get_info() has them
  /// in tcpi_unacked and tcpi_sacked (tcp(7)).
  func acceptQueue() throws(CallFailure) -> (length: Int, limit: Int) {
    var info = [UInt32](repeating: 0, count: 64)
    var length = socklen_t(info.count * 4)
    if unsafe getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, &info, &length) != 0 {
      throw CallFailure("getsockopt(TCP_INFO)")
    }
    return (Int(info[6]), Int(info[7]))
  }

  /// Once: the number may be another's then.
  func close() { _ = Glibc.close(descriptor) }

  private func set<Value: BitwiseCopyable>(
    _ level: CInt, _ option: CInt, _ value: Value, _ name: String
  ) throws(CallFailure) {
    let status = unsafe withUnsafeBytes(of: value) {
      unsafe setsockopt(descriptor, level, option, $0.baseAddress, socklen_t($0.count))
    }
    if status != 0 { throw CallFailure("setsockopt(\(name))") }
  }
}
