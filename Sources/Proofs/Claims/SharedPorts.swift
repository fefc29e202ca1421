internal import Glibc

/// Who may have one port at the same time.
extension Claim {
  static let sharedPorts = [
    tcpUDPSharePort, secondBindFails, reuseAddressNeverTwoListeners, reusePortSharesListener,
    reusePortOfOneUser, wildcardAndSpecific, dualStack, udpReuseAddress,
  ]

  static let tcpUDPSharePort = Claim(
    "tcp-udp-share-port", "TCP and UDP may use one port: their tables are separate"
  ) { lab in
    _ = try lab.listener(.loopback(8888))
    let udp = try Socket(.udp)
    try lab.expect(
      "bind() of UDP to the port of a TCP listener", .succeeds, try udp.bind(.loopback(8888)))
  }

  static let secondBindFails = Claim(
    "second-bind-fails",
    "A second bind() to an address and port of TCP fails, also before the first socket listens"
  ) { lab in
    let first = try Socket()
    try first.bind(.loopback(8888))
    try lab.expect(
      "second bind() while the first socket is only bound", .fails(EADDRINUSE),
      try Socket().bind(.loopback(8888)))
    try first.listen()
    try lab.expect(
      "while it listens", .fails(EADDRINUSE), try Socket().bind(.loopback(8888)))
    let other = Endpoint("127.0.0.2", 8888)
    try lab.expect("on another address", .succeeds, try Socket().bindAndListen(other))
  }

  static let reuseAddressNeverTwoListeners = Claim(
    "reuseaddr-never-two-listeners",
    "SO_REUSEADDR never lets two sockets listen on one address and port"
  ) { lab in
    let first = try Socket(.tcp, .reuseAddress)
    let second = try Socket(.tcp, .reuseAddress)
    try first.bind(.loopback(8888))
    try lab.expect(
      "with SO_REUSEADDR on both, bind() beside a socket that is only bound", .succeeds,
      try second.bind(.loopback(8888)))
    try first.listen()
    try lab.expect("then listen() by both", .fails(EADDRINUSE), try second.listen())
    let third = try Socket(.tcp, .reuseAddress)
    try lab.expect(
      "bind() beside a listener", .fails(EADDRINUSE), try third.bind(.loopback(8888)))
  }

  static let reusePortSharesListener = Claim(
    "reuseport-shares-listener",
    "With SO_REUSEPORT on all of them, sockets of one user listen on one address and port"
  ) { lab in
    _ = try lab.listener(.loopback(8888), .reusePort)
    let second = try Socket(.tcp, .reusePort)
    try lab.expect(
      "bind() and listen() by a second socket with SO_REUSEPORT", .succeeds,
      try second.bindAndListen(.loopback(8888)))
    try lab.expect(
      "by one without it", .fails(EADDRINUSE),
      try Socket(.tcp, .reuseAddress).bind(.loopback(8888)))
  }

  static let reusePortOfOneUser = Claim(
    "reuseport-other-uid-refused", "SO_REUSEPORT shares a port only among sockets of one user"
  ) { lab in
    _ = try lab.listener(.loopback(8888), .reusePort)
    // A socket belongs to the effective user that makes it. EINVAL: it has no number here.
    guard seteuid(65534) == 0 else {
      throw CallFailure(
        because: "it needs a second user, and a user namespace made without root knows one; "
          + "run it as root")
    }
    Child.endWithParent()
    let stranger = try Socket(.tcp, .reusePort)
    try lab.expect(
      "bind() by another user, SO_REUSEPORT on both", .fails(EADDRINUSE),
      try stranger.bind(.loopback(8888)))
    if seteuid(0) != 0 { throw CallFailure("seteuid(0)") }
    Child.endWithParent()
    let same = try Socket(.tcp, .reusePort)
    try lab.expect("by the same user", .succeeds, try same.bind(.loopback(8888)))
  }

  static let wildcardAndSpecific = Claim(
    "wildcard-blocks-specific",
    "A listener on 0.0.0.0 keeps others from each specific address of its port, and the other way "
      + "round, whatever SO_REUSEADDR says"
  ) { lab in
    let any = Endpoint("0.0.0.0", 8888)
    let specific = Endpoint.loopback(8888)
    for options: Socket.Options in [[], .reuseAddress] {
      let with = options.isEmpty ? "without SO_REUSEADDR" : "with it on both"
      var first = try lab.listener(any, options)
      try lab.expect(
        "127.0.0.1 beside 0.0.0.0 \(with)", .fails(EADDRINUSE),
        try Socket(.tcp, options).bind(specific))
      first.close()
      first = try lab.listener(specific, options)
      try lab.expect(
        "0.0.0.0 beside 127.0.0.1", .fails(EADDRINUSE), try Socket(.tcp, options).bind(any))
      first.close()
    }
  }

  static let dualStack = Claim(
    "dual-stack-blocks-ipv4",
    "A listener on [::] has the port in IPv4 too, unless it sets IPV6_V6ONLY"
  ) { lab in
    let (six, four) = (Endpoint("::", 8888), Endpoint("0.0.0.0", 8888))
    let dual = try lab.listener(six)
    try lab.expect(
      "0.0.0.0 beside a dual-stack [::], SO_REUSEADDR on both", .fails(EADDRINUSE),
      try Socket(.tcp, .reuseAddress).bind(four))
    dual.close()
    _ = try lab.listener(six, [.reuseAddress, .v6Only])
    try lab.expect(
      "beside [::] with IPV6_V6ONLY", .succeeds,
      try Socket(.tcp, .reuseAddress).bindAndListen(four))
  }

  static let udpReuseAddress = Claim(
    "udp-reuseaddr-takes-datagrams",
    "With SO_REUSEADDR on both, a second UDP socket binds the address and port of the first and gets "
      + "its datagrams"
  ) { lab in
    let first = try Socket(.udp, .reuseAddress)
    try first.bind(.loopback(8888))
    let second = try Socket(.udp, .reuseAddress)
    try lab.expect("second bind()", .succeeds, try second.bind(.loopback(8888)))
    let sender = try Socket(.udp)
    for _ in 1...5 { try sender.send(to: .loopback(8888)) }
    var counts = (first: 0, second: 0)
    try lab.require("the receipt of 5 datagrams") {
      counts.first += first.countOfReceived()
      counts.second += second.countOfReceived()
      return counts.first + counts.second == 5
    }
    lab.expect("of 5 datagrams the second gets", counts.second, is: 5)
    try lab.expect(
      "bind() without the option", .fails(EADDRINUSE), try Socket(.udp).bind(.loopback(8888)))
  }
}
