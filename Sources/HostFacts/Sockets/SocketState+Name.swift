extension SocketState {
  /// As netstat(8) and the kernel name it; a socket that is only bound, or of UDP, as what it is.
  public func name(udp: Bool) -> String {
    switch self {
    case .established: udp ? "CONNECTED" : "ESTABLISHED"
    case .synSent: "SYN_SENT"
    case .synReceived, .newSynReceived: "SYN_RECV"
    case .finWait1: "FIN_WAIT1"
    case .finWait2: "FIN_WAIT2"
    case .timeWait: "TIME_WAIT"
    case .close, .boundInactive: "BOUND"
    case .closeWait: "CLOSE_WAIT"
    case .lastAck: "LAST_ACK"
    case .listen: "LISTEN"
    case .closing: "CLOSING"
    }
  }
}
