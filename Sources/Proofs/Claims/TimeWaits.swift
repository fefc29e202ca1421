internal import Glibc

/// How long TIME_WAIT lasts, and how much of it there may be.
extension Claim {
  static let timeWaits = [timeWaitLasts, finTimeout, recycleGone, overflow, lingerZero]

  static let timeWaitLasts = Claim(
    "time-wait-lasts-60-seconds",
    "TIME_WAIT lasts 60 s, and tcp_fin_timeout does not change that"
  ) { lab in
    let ports = [8001: "60", 8002: "5"]
    for (port, timeout) in ports {
      try lab.set("net.ipv4.tcp_fin_timeout", timeout)
      let listener = try lab.listener(.loopback(port), [])
      let (client, server) = try lab.connection(to: .loopback(port), listener)
      try lab.close(server, then: client)
      listener.close()
    }
    let start = lab.now
    var ends: [Int: Double] = [:]
    _ = try lab.wait(upTo: 80) {
      for port in ports.keys where ends[port] == nil {
        let server = try Socket()
        let answer = try lab.answer { try server.bind(.loopback(port)) }
        if answer == .succeeds { ends[port] = lab.now - start }
        server.close()
      }
      // Looking 50 times a second for a minute would be work for nothing.
      lab.sleep(0.2)
      return ends.count == ports.count
    }
    for (port, timeout) in ports.sorted(by: { $0.key < $1.key }) {
      let end = ends[port]
      // The timer wheel adds up to 2 s, and a busy machine some more.
      lab.expect(
        "tcp_fin_timeout = \(timeout), bind() without SO_REUSEADDR succeeds after",
        end.map { "\(tenths($0)) s" } ?? "more than 80 s",
        end.map { (59.5...75).contains($0) } ?? false, else: "60 to 62 s")
    }
  }

  static let finTimeout = Claim(
    "fin-timeout-70-is-20-seconds",
    "tcp_fin_timeout is for FIN_WAIT2 of closed sockets, and 70 is less than 60 there: 20 s"
  ) { lab in
    let listener = try lab.listener(.loopback(7000))
    let timeouts = [5, 70]
    for timeout in timeouts {
      try lab.set("net.ipv4.tcp_fin_timeout", "\(timeout)")
      let (client, server) = try lab.connection(to: .loopback(7000), listener)
      let before = try lab.count(.finWait2)
      server.close()
      try client.waitForPeerClose()
      // The timeout is that of the moment in which the FIN is acknowledged, which takes 40 ms.
      let isThere = try lab.wait(upTo: 5) { try lab.count(.finWait2) > before }
      if !isThere { throw CallFailure(because: "a closed connection did not reach FIN_WAIT2") }
    }
    // Rows of one local port: the first that goes is that of 5.
    let start = lab.now
    var ends: [Double] = []
    _ = try lab.wait(upTo: 50) {
      let left = try lab.count(.finWait2, localPort: 7000)
      while ends.count < timeouts.count - left { ends.append(lab.now - start) }
      lab.sleep(0.1)
      return left == 0
    }
    for (timeout, expected) in [(5, 4.0...12.0), (70, 19.0...40.0)] {
      let end = ends.isEmpty ? nil : ends.removeFirst()
      lab.expect(
        "tcp_fin_timeout = \(timeout), FIN_WAIT2 is gone after",
        end.map { "\(tenths($0)) s" } ?? "more than 50 s",
        end.map(expected.contains) ?? false,
        else: "\(timeout == 5 ? 5 : 20) s")
    }
  }

  static let recycleGone = Claim(
    "tw-recycle-gone", "There is no tcp_tw_recycle; Linux 4.12 removed it"
  ) { lab in
    lab.expect(
      "net.ipv4.tcp_tw_recycle", lab.sysctl("net.ipv4.tcp_tw_recycle").map { "\($0)" } ?? "none",
      is: "none")
    lab.expect(
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
    _ = try lab.wait(upTo: 5) { try overflows() >= 40 }
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

/// A figure with one decimal.
private func tenths(_ seconds: Double) -> String {
  let tenths = Int((seconds * 10).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}
