internal import Glibc

/// How long TIME_WAIT lasts, and how much of it there may be.
extension Claim {
  static let timeWaits = [timeWaitLasts, finTimeout, recycleGone, overflow, lingerZero]

  static let timeWaitLasts = Claim(
    "time-wait-lasts-60-seconds",
    "TIME_WAIT lasts 60 s, and tcp_fin_timeout does not change that"
  ) { lab in
    let ports = [8001: "60", 8002: "5"]
    var starts: [Int: Double] = [:]
    for (port, timeout) in ports {
      try lab.set("net.ipv4.tcp_fin_timeout", timeout)
      let listener = try lab.listener(.loopback(port), [])
      let (client, server) = try lab.connection(to: .loopback(port), listener)
      starts[port] = lab.now
      try lab.close(server, then: client)
      listener.close()
    }
    let ends = try lab.ends(of: starts, within: 80) { port in
      let server = try Socket()
      defer { server.close() }
      return try lab.answer { try server.bind(.loopback(port)) } == .succeeds
    }
    for (port, timeout) in ports.sorted(by: { $0.key < $1.key }) {
      // The timer wheel adds up to 2 s, and a busy machine some more.
      lab.expect(
        "tcp_fin_timeout = \(timeout), bind() without SO_REUSEADDR succeeds after", ends[port],
        within: 59.5...75, else: "60 to 62 s")
    }
  }

  static let finTimeout = Claim(
    "fin-timeout-70-is-20-seconds",
    "tcp_fin_timeout is for FIN_WAIT2 of closed sockets, and 70 is less than 60 there: 20 s"
  ) { lab in
    let timeouts = [5, 70]
    var starts: [Int: Double] = [:]
    for timeout in timeouts {
      try lab.set("net.ipv4.tcp_fin_timeout", "\(timeout)")
      let port = 7000 + timeout
      let listener = try lab.listener(.loopback(port))
      let (client, server) = try lab.connection(to: .loopback(port), listener)
      starts[port] = lab.now
      server.close()
      try client.waitForPeerClose()
      // The timeout is that of the moment in which the FIN is acknowledged, which takes 40 ms.
      try lab.require("FIN_WAIT2 of a closed connection") {
        try lab.count(.finWait2, localPort: port) > 0
      }
    }
    let ends = try lab.ends(of: starts, within: 50) { port in
      try lab.count(.finWait2, localPort: port) == 0
    }
    lab.expect(
      "tcp_fin_timeout = 5, FIN_WAIT2 is gone after", ends[7005], within: 4.5...15, else: "5 s")
    lab.expect(
      "tcp_fin_timeout = 70, FIN_WAIT2 is gone after", ends[7070], within: 19.5...40, else: "20 s")
  }

  static let recycleGone = Claim(
    "tw-recycle-gone", "There is no tcp_tw_recycle; Linux 4.12 removed it"
  ) { lab in
    try lab.expect(
      "net.ipv4.tcp_tw_recycle", lab.sysctl("net.ipv4.tcp_tw_recycle").map { "\($0)" } ?? "none",
      is: "none")
    try lab.expect(
      "net.ipv4.tcp_tw_reuse", lab.sysctl("net.ipv4.tcp_tw_reuse") == nil ? "none" : "there",
      is: "there")
  }

  static let overflow = Claim(
    "time-wait-overflow",
    "Above tcp_max_tw_buckets connections end without TIME_WAIT, and TCPTimeWaitOverflow counts them"
  ) { lab in
    try lab.set("net.ipv4.tcp_max_tw_buckets", "10")
    let listener = try lab.listener(.loopback(7000))
    let before = try lab.counter("TCPTimeWaitOverflow")
    for _ in 1...50 {
      let (client, server) = try lab.connection(to: .loopback(7000), listener)
      client.close()
      try server.waitForPeerClose()
      server.close()
    }
    func overflows() throws -> Int { try lab.counter("TCPTimeWaitOverflow") - before }
    // All connections are closed by then, into TIME_WAIT or counted.
    try lab.require("the end of 50 closed connections") {
      try overflows() + lab.count(.timeWait) >= 50
    }
    let count = try lab.count(.timeWait)
    // A connection of which the last segment is still under way makes room for none.
    lab.expect(
      "tcp_max_tw_buckets = 10, TIME_WAIT after 50 closed connections", "\(count)",
      (1...11).contains(count), else: "10")
    let overflow = try overflows()
    lab.expect(
      "TCPTimeWaitOverflow rises by", "\(overflow)", (39...49).contains(overflow), else: "40")
  }

  static let lingerZero = Claim(
    "linger-zero-resets",
    "close() with SO_LINGER {1, 0} resets the connection: no TIME_WAIT, and the peer gets ECONNRESET"
  ) { lab in
    let listener = try lab.listener(.loopback(7000))
    let (client, server) = try lab.connection(to: .loopback(7000), listener)
    try server.resetOnClose()
    server.close()
    try client.waitForPeerClose()
    try lab.expect("recv() by the peer", .fails(ECONNRESET), try client.receive())
    lab.expect("TIME_WAIT", try lab.count(.timeWait), is: 0)
  }
}

extension Laboratory {
  /// How many seconds after its start each thing, by its port, came to its end.
  fileprivate func ends(
    of starts: [Int: Double], within limit: Double, _ hasEnded: (Int) throws -> Bool
  ) throws -> [Int: Double] {
    var ends: [Int: Double] = [:]
    _ = try wait(upTo: limit) {
      for (port, start) in starts where ends[port] == nil {
        if try hasEnded(port) { ends[port] = now - start }
      }
      // Looking 50 times a second for a minute would be work for nothing.
      sleep(0.2)
      return ends.count == starts.count
    }
    return ends
  }

  /// Compares a time; nil is one that was too long to wait for.
  fileprivate func expect(
    _ what: String, _ seconds: Double?, within range: ClosedRange<Double>, else expected: String
  ) {
    let tenths = seconds.map { Int(($0 * 10).rounded()) }
    let seen = tenths.map { "\($0 / 10).\($0 % 10) s" } ?? "a longer time than was waited for"
    expect(what, seen, seconds.map(range.contains) ?? false, else: expected)
  }
}
