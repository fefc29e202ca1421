/// The states of a TCP socket, numbered as in the kernel's `include/net/tcp_states.h`.
///
/// UDP sockets use two of them: `established` when connected, `close` otherwise.
public enum SocketState: UInt8, Sendable, CaseIterable {
  case established = 1
  case synSent
  case synReceived
  case finWait1
  case finWait2
  case timeWait
  case close
  case closeWait
  case lastAck
  case listen
  case closing
  case newSynReceived
  /// Bound, and neither listening nor connected: dumps only, since Linux 6.8.
  case boundInactive

  /// The same as ``init(rawValue:)``, for what every socket goes through: that one stays a call, and a
  /// switch breaks the loop over the rows of `/proc/net/tcp` up into calls, which takes half as long again.
  @inline(__always)
  init?(number: UInt8) {
    guard number &- 1 < Self.boundInactive.rawValue else { return nil }
    // Safe: cases without values are numbered from 0 as they are declared, and these are as many. A
    // test compares all of them.
    self = unsafe unsafeBitCast(number &- 1, to: SocketState.self)
  }
}

/// One socket, as the kernel's tables show it.
///
/// What a source does not show is nil or 0, as noted; rows are counted and dropped, never kept.
public struct SocketRow: Hashable, Sendable {
  public enum Transport: UInt8, Sendable { case tcp, udp }

  public var transport: Transport
  public var state: SocketState
  public var localAddress: InetAddress
  public var remoteAddress: InetAddress
  public var localPort: UInt16
  /// 0 where there is no peer.
  public var remotePort: UInt16
  /// 0 none, 1 retransmission, 2 keep-alive, 3 TIME_WAIT or an orphan's FIN_WAIT2, 4 window probe.
  public var timer: UInt8 = 0
  /// Until the timer fires, in milliseconds; `/proc` counts in 1/100 s.
  public var remaining: UInt32 = 0
  /// Effective user at creation; 0 in TIME_WAIT and SYN_RECV, whoever owned it.
  public var uid: UInt32 = 0
  /// 0 where no descriptor refers to it: TIME_WAIT, orphans, and what is not accepted yet.
  public var inode: UInt64 = 0
  /// Unread bytes; of a listener, connections that wait for accept(2).
  public var receiveQueue: UInt32 = 0
  /// Unsent and unacknowledged bytes; of a listener, its limit (`/proc` shows 0).
  public var sendQueue: UInt32 = 0
  /// Index of the interface that it is bound to, or 0. `/proc` does not show it.
  public var interface: UInt32 = 0
  /// The kernel's number for this socket, never used again; nil in `/proc`.
  public var cookie: UInt64?
  /// Inode of the cgroup2 directory where it was created; nil in `/proc`, TIME_WAIT, SYN_RECV.
  public var cgroupID: UInt64?
  /// IPV6_V6ONLY; only dumps show it, of bound and listening IPv6 sockets.
  public var v6Only: Bool?
  /// IP_BIND_ADDRESS_NO_PORT; only dumps show it, since Linux 5.10.
  public var bindAddressNoPort: Bool?
  /// Datagrams dropped since creation; UDP only.
  public var drops: UInt64?
  /// Milliseconds since data last came, or the connection; only where a request asks for it.
  public var sinceReceived: UInt32?

  public init(
    transport: Transport, state: SocketState, localAddress: InetAddress, localPort: UInt16,
    remoteAddress: InetAddress, remotePort: UInt16
  ) {
    self.transport = transport
    self.state = state
    self.localAddress = localAddress
    self.localPort = localPort
    self.remoteAddress = remoteAddress
    self.remotePort = remotePort
  }
}

extension SocketRow {
  /// What tells it from the others of its table at any time: the cookie, or the inode where that is not
  /// shown.
  var identity: UInt64 { cookie ?? inode }
}

/// Takes rows one at a time.
public protocol SocketRowSink {
  mutating func add(_ row: SocketRow)
}
