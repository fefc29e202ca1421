internal import Glibc

/// What tcp_tw_reuse does in connect().
extension Claim {
  static let timeWaitReuse = [
    reuseInConnect, reuseNeedsTimestamps, reuseOnLoopback, reuseDelay, peerReopens,
  ]

  private static let key = "net.ipv4.tcp_tw_reuse"
  /// Older than this, a TIME_WAIT may be taken over on every kernel: 4.18 counts whole seconds, and
  /// wants more than one (tcp_twsk_unique of net/ipv4/tcp_ipv4.c).
  private static let age = 2.2

  static let reuseInConnect = Claim(
    "tw-reuse-connect",
    "With tcp_tw_reuse = 1 connect() takes the port of a connection in TIME_WAIT after a second"
  ) { lab in
    try lab.set(key, "0")
    let server = try lab.listener(.loopback(7000))
    try lab.fillWithTimeWait(40000...40003, .loopback(7000), server)
    try lab.set(key, "1")
    let start = lab.now
    try lab.fillWithTimeWait(41000...41003, .loopback(7000), server)
    let early = try lab.answer { try Socket().connect(.loopback(7000)) }
    // On a busy machine more than a second may have passed already.
    if lab.now - start < 0.9, try lab.sysctl("net.ipv4.tcp_tw_reuse_delay") == "1000" {
      lab.expect(
        "4 of 4 ports in TIME_WAIT, connect() at once", early, is: .fails(EADDRNOTAVAIL))
    }
    lab.sleep(age)
    try lab.expect(
      "tcp_tw_reuse = 1, connect() over TIME_WAIT of \(age) s", .succeeds,
      try Socket().connect(.loopback(7000)))
    try lab.set(key, "0")
    try lab.setPortRange(40000...40003)
    try lab.expect(
      "tcp_tw_reuse = 0", .fails(EADDRNOTAVAIL), try Socket().connect(.loopback(7000)))
  }

  static let reuseNeedsTimestamps = Claim(
    "tw-reuse-needs-timestamps",
    "tcp_tw_reuse has no effect on a connection that was made without TCP timestamps"
  ) { lab in
    try lab.set(key, "1")
    let server = try lab.listener(.loopback(7000))
    try lab.set("net.ipv4.tcp_timestamps", "0")
    try lab.fillWithTimeWait(40000...40003, .loopback(7000), server)
    try lab.set("net.ipv4.tcp_timestamps", "1")
    try lab.fillWithTimeWait(41000...41003, .loopback(7000), server)
    lab.sleep(age)
    try lab.expect(
      "tcp_tw_reuse = 1, connect() over TIME_WAIT with timestamps", .succeeds,
      try Socket().connect(.loopback(7000)))
    try lab.setPortRange(40000...40003)
    try lab.expect(
      "without", .fails(EADDRNOTAVAIL), try Socket().connect(.loopback(7000)))
  }

  static let reuseOnLoopback = Claim(
    "tw-reuse-2-loopback-only",
    "tcp_tw_reuse = 2, the default, acts on loopback addresses alone, not on the host's own address"
  ) { lab in
    try lab.expect("tcp_tw_reuse of a new namespace", lab.sysctl(key) ?? "none", is: "2")
    try lab.set(key, "2")
    try ScratchNamespace.addAddress((192, 0, 2, 1))
    let own = Endpoint("192.0.2.1", 7000)
    let server = try lab.listener(Endpoint("0.0.0.0", 7000))
    try lab.fillWithTimeWait(40000...40003, own, server)
    try lab.fillWithTimeWait(41000...41003, .loopback(7000), server)
    lab.sleep(age)
    try lab.expect("connect() to 127.0.0.1", .succeeds, try Socket().connect(.loopback(7000)))
    try lab.setPortRange(40000...40003)
    try lab.expect("to the own address", .fails(EADDRNOTAVAIL), try Socket().connect(own))
    try lab.set(key, "1")
    try lab.expect("with tcp_tw_reuse = 1", .succeeds, try Socket().connect(own))
  }

  static let reuseDelay = Claim(
    "tw-reuse-delay",
    "tcp_tw_reuse_delay (Linux 6.14) is how old a TIME_WAIT must be for connect() to take its port"
  ) { lab in
    let delay = "net.ipv4.tcp_tw_reuse_delay"
    try lab.set(delay, "60000")
    try lab.set(key, "1")
    let server = try lab.listener(.loopback(7000))
    try lab.fillWithTimeWait(40000...40003, .loopback(7000), server)
    lab.sleep(age)
    try lab.expect(
      "tcp_tw_reuse_delay = 60000, connect() over TIME_WAIT of \(age) s", .fails(EADDRNOTAVAIL),
      try Socket().connect(.loopback(7000)))
    try lab.set(delay, "100")
    try lab.expect("with 100", .succeeds, try Socket().connect(.loopback(7000)))
  }

  static let peerReopens = Claim(
    "time-wait-reopened-by-peer",
    "A TIME_WAIT of a server keeps no client away: a client that connects from the same port gets in"
  ) { lab in
    try lab.set(key, "0")
    try lab.setOnlyPort(40000)
    let listener = try lab.listener(.loopback(7000))
    var count = 0
    for _ in 1...20 {
      let client = try Socket()
      guard try lab.answer({ try client.connect(.loopback(7000)) }) == .succeeds else { continue }
      count += 1
      try lab.close(listener.accept(), then: client)
      // The client waits for the answer to its FIN, on the port that it wants again.
      try lab.require("the end of the client's socket") { try lab.count(localPort: 40000) == 0 }
    }
    lab.expect(
      "of 20 connections one after the other from one port, closed by the server, came about",
      count,
      is: 20)
    lab.expect("TIME_WAIT left", try lab.count(.timeWait), is: 1)
  }
}
