internal import CLinuxShims
internal import Glibc

/// A netlink socket, to sock_diag unless told otherwise, in the network namespace of the thread that opened it.
struct NetlinkSocket: ~Copyable {
  private let descriptor: Int32

  /// As many bytes as the kernel puts into a datagram of a dump. It takes the largest buffer that it
  /// has seen for the next one, and no more than this: netlink_recvmsg() in net/netlink/af_netlink.c.
  static let mostBytes = 1 << 15

  /// errno in `failure` where it is refused.
  init?(protocol: Int32 = NETLINK_SOCK_DIAG, failure: inout Int32) {
    descriptor = socket(
      AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), `protocol`)
    if descriptor < 0 {
      failure = errno
      return nil
    }
  }

  // close(2) releases the descriptor on Linux whatever it returns.
  deinit { close(descriptor) }

  /// errno, or 0. An unconnected netlink socket sends to the kernel.
  func send(_ request: [UInt8]) -> Int32 {
    let sent = unsafe request.withUnsafeBytes { bytes in
      unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, 0)
    }
    return sent < 0 ? errno : 0
  }

  enum Received {
    /// This many bytes of the buffer.
    case datagram(Int)
    /// Longer than the buffer.
    case truncated(Int)
    /// EAGAIN: nothing came in time, or nothing was there for who does not wait.
    case timedOut
    case failed(Int32)
  }

  /// The next datagram from the kernel, waiting at most so many microseconds.
  func receive(into buffer: inout [UInt8], timeout microseconds: Int) -> Received {
    var limit = timeval(
      tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
    let status = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    if status != 0 { return .failed(errno) }
    return Self.receive(from: descriptor, into: &buffer, flags: 0)
  }

  /// Receives what is there already, for another thread while the socket is there.
  var receiver: ReceiveAhead.Receive {
    let descriptor = descriptor
    return { Self.receive(from: descriptor, into: &$0, flags: Int32(MSG_DONTWAIT)) }
  }

  private static func receive(
    from descriptor: Int32, into buffer: inout [UInt8], flags: Int32
  ) -> Received {
    while true {
      var sender = sockaddr_nl()
      var senderSize = socklen_t(MemoryLayout<sockaddr_nl>.size)
      // MSG_TRUNC: the whole length, also where the buffer was too small.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe withUnsafeMutablePointer(to: &sender) { pointer in
          unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            unsafe recvfrom(
              descriptor, bytes.baseAddress, bytes.count, flags | Int32(MSG_TRUNC), address,
              &senderSize)
          }
        }
      }
      if count < 0 {
        // EINTR: a signal came first; the timeout begins again.
        if errno == EINTR { continue }
        return errno == EAGAIN || errno == EWOULDBLOCK ? .timedOut : .failed(errno)
      }
      // Only port 0 is the kernel.
      if sender.nl_pid != 0 { continue }
      return count > buffer.count ? .truncated(count) : .datagram(count)
    }
  }
}

func textOfErrno(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
