internal import Glibc

/// The dumps that make up a reading of the socket tables, in order. The number of one is the
/// sequence number of its request, so that replies, also recorded ones, tell which dump they belong
/// to.
enum SockDiagDump: UInt32, Sendable, CaseIterable {
  case tcpListeners = 1
  case multipathListenersIPv4 = 2
  case multipathListenersIPv6 = 3
  /// With the sockets that are only bound. A dump of those alone walks the whole table of
  /// connections too, which on a busy host is half the time of showing them (net/ipv4/tcp_diag.c:
  /// only a dump of listeners alone ends before it).
  case tcpConnections = 5
  case udpIPv4 = 6
  case udpIPv6 = 7

  var part: SocketPart {
    switch self {
    case .tcpListeners, .multipathListenersIPv4, .multipathListenersIPv6: .listeners
    case .tcpConnections: .connections
    case .udpIPv4, .udpIPv6: .udp
    }
  }

  /// The file that holds its replies in a recorded host.
  var fileName: String {
    switch self {
    case .tcpListeners: "tcp-listen.bin"
    case .multipathListenersIPv4: "mptcp-listen.bin"
    case .multipathListenersIPv6: "mptcp6-listen.bin"
    case .tcpConnections: "tcp.bin"
    case .udpIPv4: "udp.bin"
    case .udpIPv6: "udp6.bin"
    }
  }

  var request: SockDiagRequest {
    switch self {
    case .tcpListeners: .tcp(states: Self.listening)
    case .multipathListenersIPv4: .multipath(UInt8(AF_INET), states: Self.listening)
    case .multipathListenersIPv6: .multipath(UInt8(AF_INET6), states: Self.listening)
    // TCP_ESTABLISHED to TCP_BOUND_INACTIVE without LISTEN.
    case .tcpConnections: .tcp(states: 0x3ffe & ~Self.listening)
    case .udpIPv4: .udp(UInt8(AF_INET))
    case .udpIPv6: .udp(UInt8(AF_INET6))
    }
  }

  /// The rows of a datagram of this dump, added to `sink`.
  func parse<Sink: SocketRowSink>(_ datagram: Span<UInt8>, into sink: inout Sink)
    -> SockDiagReply.Result
  {
    SockDiagReply.parse(
      datagram, transport: part == .udp ? .udp : .tcp, sequence: rawValue, into: &sink)
  }

  private static let listening: UInt32 = 1 << 10
}

/// Who answers dumps: the kernel, or a recording of what it answered.
protocol SockDiagSource: ~Copyable {
  mutating func dump<Sink: SocketRowSink>(_ dump: SockDiagDump, into sink: inout Sink)
    -> SockDiag.Dump
}
