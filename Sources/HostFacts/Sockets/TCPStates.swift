/// How many TCP sockets of a network namespace are in each state, IPv4 and IPv6 together.
struct TCPStates: Sendable {
  var established = 0
  var synSent = 0
  var synReceived = 0
  var finWait1 = 0
  var finWait2 = 0
  var timeWait = 0
  var closeWait = 0
  var lastAck = 0
  var listen = 0
  var closing = 0
  /// Absent where the kernel has no dump of them.
  var boundInactive: Reading<Int>

  init(counts: [Int], boundInactive: Reading<Int>) {
    func count(_ state: SocketState) -> Int {
      counts.indices.contains(Int(state.rawValue)) ? counts[Int(state.rawValue)] : 0
    }
    established = count(.established)
    synSent = count(.synSent)
    synReceived = count(.synReceived) + count(.newSynReceived)
    finWait1 = count(.finWait1)
    finWait2 = count(.finWait2)
    timeWait = count(.timeWait)
    closeWait = count(.closeWait)
    lastAck = count(.lastAck)
    listen = count(.listen)
    closing = count(.closing)
    self.boundInactive = boundInactive
  }
}

extension TCPStates: FactObject {
  static let typeName = "TCPStates"
  static let documentation = """
    How many TCP sockets are in each state, IPv4 and IPv6 together; `ss -tan` counts the same.
    """
  static let fields: FactFields<TCPStates> = [
    .init("established", \.established, "ESTABLISHED."),
    .init("syn_sent", \.synSent, "SYN_SENT: waits for the peer's answer."),
    .init("syn_recv", \.synReceived, "SYN_RECV."),
    .init("fin_wait1", \.finWait1, "FIN_WAIT1."),
    .init("fin_wait2", \.finWait2, "FIN_WAIT2, with or without an owner."),
    .init("time_wait", \.timeWait, "TIME_WAIT, 60 s each. Without orphans in FIN_WAIT2."),
    .init("close_wait", \.closeWait, "CLOSE_WAIT: the peer closed, this side did not."),
    .init("last_ack", \.lastAck, "LAST_ACK."),
    .init("listen", \.listen, "LISTEN, one for each member of a SO_REUSEPORT group."),
    .init("closing", \.closing, "CLOSING."),
    .init(
      "bound_inactive", \.boundInactive,
      "Bound, neither listening nor connected; sock_diag since Linux 6.8, never in /proc/net/tcp.",
      optional: true),
  ]
}
