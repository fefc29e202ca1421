import CTestSupport
import Glibc
import Synchronization

/// A real socket of a scratch network namespace. It closes when the namespace's closure ends.
///
/// No call blocks for longer than five seconds.
public final class LabSocket {
  public enum Kind: Sendable { case tcp, udp }

  /// What to set before bind() or connect().
  public struct Options: Sendable {
    public var reuseAddress = false
    public var reusePort = false
    public var v6Only: Bool?
    /// IP_BIND_ADDRESS_NO_PORT: bind() takes an address and leaves the port to connect().
    public var bindAddressNoPort = false
    /// IP_LOCAL_PORT_RANGE, Linux 6.3; without the preference for one parity since 6.8.
    public var localPortRange: ClosedRange<Int>?
    public var device: String?

    public init() {}

    /// As servers do it.
    public static var server: Options {
      var options = Options()
      options.reuseAddress = true
      return options
    }
  }

  public private(set) var descriptor: CInt

  init(_ kind: Kind, ipv6: Bool, options: Options) throws(SystemCallError) {
    let type = kind == .tcp ? SOCK_STREAM : SOCK_DGRAM
    descriptor = socket(
      ipv6 ? AF_INET6 : AF_INET, CInt(type.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    if descriptor < 0 { throw SystemCallError("socket") }
    try set(SOL_SOCKET, SO_SNDTIMEO, timeval(tv_sec: 5, tv_usec: 0), "SO_SNDTIMEO")
    try set(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: 5, tv_usec: 0), "SO_RCVTIMEO")
    if options.reuseAddress { try set(SOL_SOCKET, SO_REUSEADDR, CInt(1), "SO_REUSEADDR") }
    if options.reusePort { try set(SOL_SOCKET, SO_REUSEPORT, CInt(1), "SO_REUSEPORT") }
    if let v6Only = options.v6Only {
      try set(CInt(IPPROTO_IPV6), IPV6_V6ONLY, CInt(v6Only ? 1 : 0), "IPV6_V6ONLY")
    }
    if options.bindAddressNoPort {
      try set(CInt(IPPROTO_IP), 24, CInt(1), "IP_BIND_ADDRESS_NO_PORT")
    }
    if let range = options.localPortRange {
      let value = UInt32(range.lowerBound) | UInt32(range.upperBound) << 16
      try set(CInt(IPPROTO_IP), 51, value, "IP_LOCAL_PORT_RANGE")
    }
    if let device = options.device {
      let code = unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count))
      if code != 0 { throw SystemCallError("SO_BINDTODEVICE '\(device)'") }
    }
  }

  /// Wraps what accept() gave.
  private init(descriptor: CInt) { self.descriptor = descriptor }

  deinit { close() }

  public func bind(_ endpoint: Endpoint) throws(SystemCallError) {
    let code = try unsafe endpoint.withSocketAddress { unsafe Glibc.bind(descriptor, $0, $1) }
    if code != 0 { throw SystemCallError("bind \(endpoint)") }
  }

  public func listen(backlog: Int = 4096) throws(SystemCallError) {
    if Glibc.listen(descriptor, CInt(backlog)) != 0 { throw SystemCallError("listen") }
  }

  public func connect(_ endpoint: Endpoint) throws(SystemCallError) {
    let code = try unsafe endpoint.withSocketAddress { unsafe Glibc.connect(descriptor, $0, $1) }
    if code != 0 { throw SystemCallError("connect \(endpoint)") }
  }

  /// The next connection, waiting for it up to five seconds.
  public func accept() throws(SystemCallError) -> LabSocket {
    try wait(for: CInt(POLLIN), "accept")
    // Inherited by a program that another test or a claim starts, the connection would not end here.
    let accepted = test_accept(descriptor)
    if accepted < 0 { throw SystemCallError("accept") }
    return LabSocket(descriptor: accepted)
  }

  /// Waits until the peer has closed its side.
  public func waitForPeerClose() throws(SystemCallError) {
    // POLLRDHUP, which Swift does not see.
    try wait(for: 0x2000, "wait for the peer to close")
  }

  /// Makes close() send a reset and leave nothing behind.
  public func resetOnClose() throws(SystemCallError) {
    try set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0), "SO_LINGER")
  }

  /// FIN now, the descriptor later.
  public func shutdownWriting() throws(SystemCallError) {
    if shutdown(descriptor, CInt(SHUT_WR)) != 0 { throw SystemCallError("shutdown") }
  }

  public func send(_ text: String) throws(SystemCallError) {
    let bytes = Array(text.utf8)
    let count = unsafe Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    if count != bytes.count { throw SystemCallError("send") }
  }

  public func setReuseAddress(_ on: Bool) throws(SystemCallError) {
    try set(SOL_SOCKET, SO_REUSEADDR, CInt(on ? 1 : 0), "SO_REUSEADDR")
  }

  public func local() throws(SystemCallError) -> Endpoint { try Endpoint.local(of: descriptor) }

  /// Closing twice is harmless.
  public func close() {
    if descriptor >= 0 { startingPrograms.withLock { _ in _ = Glibc.close(descriptor) } }
    descriptor = -1
  }

  /// The same on a thread that has its descriptors for itself: there is no program to wait for.
  public func closeOnOwnThread() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }

  private func wait(for events: CInt, _ what: String) throws(SystemCallError) {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    let deadline = monotonicSeconds() + 5
    while true {
      let left = deadline - monotonicSeconds()
      let count = unsafe poll(&entry, 1, CInt(max(left, 0) * 1000))
      if count > 0 { return }
      if count == 0 { throw SystemCallError(what, code: ETIMEDOUT) }
      if errno != EINTR { throw SystemCallError(what) }
    }
  }

  private func set<Value: BitwiseCopyable>(
    _ level: CInt, _ option: CInt, _ value: Value, _ name: String
  ) throws(SystemCallError) {
    let code = unsafe withUnsafeBytes(of: value) {
      unsafe setsockopt(descriptor, level, option, $0.baseAddress, socklen_t($0.count))
    }
    if code != 0 { throw SystemCallError(name) }
  }
}
