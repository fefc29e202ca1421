internal import Glibc

/// What the connections of a server that has ended do to its next bind().
extension Claim {
  static let restarts = [
    restartOverTimeWait, firstRestartAfterFix, clientClosedFirst, reuseNotForBind,
    outgoingTakesServicePort,
  ]

  static let restartOverTimeWait = Claim(
    "restart-over-time-wait",
    "A server that closed a connection first restarts only with SO_REUSEADDR, before and after"
  ) { lab in
    try lab.leaveTimeWait(8001, [])
    try lab.expect(
      "restart over TIME_WAIT without SO_REUSEADDR", .fails(EADDRINUSE), try lab.start(8001, []))
    try lab.leaveTimeWait(8002, .reuseAddress)
    try lab.expect(
      "with it on the old and the new listener", .succeeds, try lab.start(8002, .reuseAddress))
  }

  static let firstRestartAfterFix = Claim(
    "first-restart-after-fix",
    "The first restart with SO_REUSEADDR still fails: the old connections are without it"
  ) { lab in
    try lab.leaveTimeWait(8001, [])
    try lab.expect(
      "restart with SO_REUSEADDR on the new listener alone", .fails(EADDRINUSE),
      try lab.start(8001, .reuseAddress))
    try lab.leaveTimeWait(8002, .reuseAddress)
    try lab.expect("on the old one alone", .fails(EADDRINUSE), try lab.start(8002, []))
    try lab.expect("on both", .succeeds, try lab.start(8002, .reuseAddress))
  }

  static let clientClosedFirst = Claim(
    "time-wait-where-closed-first",
    "TIME_WAIT stays with the side that closes first: a server whose clients do restarts at once"
  ) { lab in
    try lab.leaveTimeWait(8001, [], serverClosesFirst: false)
    lab.expect(
      "TIME_WAIT on the server's port after the client closed first",
      try lab.count(.timeWait, localPort: 8001), is: 0)
    try lab.expect("restart without SO_REUSEADDR", .succeeds, try lab.start(8001, []))
  }

  static let reuseNotForBind = Claim(
    "tw-reuse-not-for-bind",
    "tcp_tw_reuse = 1 does not let a server bind over TIME_WAIT: it acts in connect() alone"
  ) { lab in
    try lab.set("net.ipv4.tcp_tw_reuse", "1")
    try lab.leaveTimeWait(8001, [])
    lab.sleep(1.5)
    let server = try Socket()
    try lab.expect(
      "tcp_tw_reuse = 1, bind() over TIME_WAIT of 1.5 s", .fails(EADDRINUSE),
      try server.bind(.loopback(8001)))
    lab.expect("TIME_WAIT there", try lab.count(.timeWait, localPort: 8001), is: 1)
  }

  static let outgoingTakesServicePort = Claim(
    "outgoing-connection-takes-service-port",
    "An outgoing connection may hold the port of a server that is down, and SO_REUSEADDR does not help"
  ) { lab in
    try lab.set("net.ipv4.tcp_tw_reuse", "0")
    try lab.setPortRange(40000...40001)
    let elsewhere = try lab.listener(.loopback(7000))
    let (client, accepted) = try lab.connection(to: .loopback(7000), elsewhere)
    let service = Endpoint("0.0.0.0", client.localPort)
    try lab.expect(
      "bind() of a server, SO_REUSEADDR set, to the port of an outgoing connection",
      .fails(EADDRINUSE), try Socket(.tcp, .reuseAddress).bind(service))
    try lab.close(client, then: accepted)
    try lab.expect(
      "to its TIME_WAIT", .fails(EADDRINUSE), try Socket(.tcp, .reuseAddress).bind(service))
  }
}

extension Laboratory {
  /// A server has had one connection, closed by it or by the client, and has ended.
  fileprivate func leaveTimeWait(
    _ port: Int, _ options: Socket.Options, serverClosesFirst: Bool = true
  ) throws {
    let listener = try listener(.loopback(port), options)
    let (client, server) = try connection(to: .loopback(port), listener)
    if serverClosesFirst {
      try close(server, then: client)
    } else {
      try close(client, then: server)
    }
    listener.close()
  }

  /// It starts again.
  fileprivate func start(_ port: Int, _ options: Socket.Options) throws(CallFailure) {
    try Socket(.tcp, options).bindAndListen(.loopback(port))
  }
}
