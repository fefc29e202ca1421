/// TCP connections that came in through one listener, by what they mean to it.
struct InboundConnections: Equatable, Sendable {
  var total = 0
  var established = 0
  var unread = 0
  var unaccepted = 0
  var timeWait = 0
  var finWait1 = 0
  var finWait2 = 0
  var closing = 0
  var closeWait = 0
  var lastAck = 0
  var synReceived = 0
  var blocksRestart = 0
  var secondsLeft: Reading<Double> = .absent("no connection in TIME_WAIT")
  /// Milliseconds until the last TIME_WAIT ends; nil where there is none.
  var longestTimeWait: Int?

  init() {}

  /// With SO_LINGER {1, 0}, which they inherit from the listener: close() resets what was accepted
  /// (tcp_close), and nothing of it is left.
  var withoutThoseReset: InboundConnections {
    var rest = self
    rest.blocksRestart = timeWait + finWait1 + finWait2 + closing
    return rest
  }

  /// `remaining` is in milliseconds. `unread`: bytes wait for the server. `unaccepted`: no inode.
  mutating func count(
    _ state: SocketState, unread hasUnread: Bool, unaccepted isUnaccepted: Bool, remaining: Int
  ) {
    total += 1
    switch state {
    case .established:
      established += 1
      if hasUnread { unread += 1 }
      if isUnaccepted { unaccepted += 1 }
      // When the process dies these become FIN_WAIT2 and then TIME_WAIT. Closing with unread
      // bytes, or before accept(2), resets instead, which leaves nothing.
      if !hasUnread && !isUnaccepted { blocksRestart += 1 }
    case .timeWait:
      timeWait += 1
      blocksRestart += 1
      longestTimeWait = max(longestTimeWait ?? 0, remaining)
    case .finWait1:
      finWait1 += 1
      blocksRestart += 1
    case .finWait2:
      finWait2 += 1
      blocksRestart += 1
    case .closing:
      closing += 1
      blocksRestart += 1
    case .closeWait:
      closeWait += 1
      if isUnaccepted { unaccepted += 1 }
    case .lastAck: lastAck += 1
    case .synReceived, .newSynReceived: synReceived += 1
    // Not states of a connection that came in.
    case .synSent, .close, .listen, .boundInactive: break
    }
  }
}

extension InboundConnections: FactObject {
  static let typeName = "InboundConnections"
  static let documentation = """
    TCP connections whose local address and port are a listener's. Counts, from the socket tables.
    """

  static let fields: FactFields<InboundConnections> = [
    .init("total", \.total, "All of them."),
    .init("established", \.established, "In ESTABLISHED."),
    .init("unread", \.unread, "ESTABLISHED with bytes that the server has not read."),
    .init(
      "unaccepted", \.unaccepted,
      "ESTABLISHED or CLOSE_WAIT and still in the accept queue: no descriptor refers to them."),
    .init("time_wait", \.timeWait, "In TIME_WAIT: the server closed first."),
    .init("fin_wait1", \.finWait1, "In FIN_WAIT1."),
    .init("fin_wait2", \.finWait2, "In FIN_WAIT2, with or without an owner."),
    .init("closing", \.closing, "In CLOSING."),
    .init("close_wait", \.closeWait, "In CLOSE_WAIT: the client closed, the server did not yet."),
    .init("last_ack", \.lastAck, "In LAST_ACK."),
    .init("syn_recv", \.synReceived, "In SYN_RECV: the handshake is not complete."),
    .init(
      "blocks_restart", \.blocksRestart,
      "Connections that make bind() fail after the server ends, unless both sides of the restart"
        + " set SO_REUSEADDR: TIME_WAIT, FIN_WAIT1, FIN_WAIT2, CLOSING, and accepted ESTABLISHED"
        + " with nothing unread. Where the listener's linger_seconds is 0, ESTABLISHED ones do"
        + " not: they are reset."),
    .init(
      "seconds_left", \.secondsLeft,
      "Seconds until the last TIME_WAIT ends; absent where there is none.", optional: true),
  ]
}
