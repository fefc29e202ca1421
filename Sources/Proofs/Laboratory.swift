internal import Glibc

/// What an experiment works with in its namespace, and what it has seen there.
final class Laboratory {
  private var observations: [Observation] = []

  /// One thing that was seen.
  private struct Observation {
    var what: String
    var seen: String
    /// What the claim says instead; nil where it says just that.
    var expected: String?
  }

  /// What a call does.
  enum Answer: Equatable, CustomStringConvertible {
    case succeeds
    case fails(CInt)

    var description: String {
      switch self {
      case .succeeds: "succeeds"
      case .fails(let code): errnoName(code)
      }
    }
  }

  // MARK: What was seen

  /// Makes a call and compares what it does with what the claim says.
  func expect(_ what: String, _ expected: Answer, _ call: @autoclosure () throws -> Void) throws {
    let answer = try answer(allowing: expected, call)
    observations.append(
      .init(
        what: what, seen: "\(answer)", expected: answer == expected ? nil : expected.description))
  }

  /// Compares what was seen otherwise.
  func expect(_ what: String, _ seen: String, _ isSo: Bool, else expected: String) {
    observations.append(.init(what: what, seen: seen, expected: isSo ? nil : expected))
  }

  func expect<Value: Equatable>(_ what: String, _ seen: Value, is expected: Value) {
    expect(what, "\(seen)", seen == expected, else: "\(expected)")
  }

  /// What a call does. What says nothing of a claim is thrown, but for what the claim is about.
  func answer(allowing expected: Answer? = nil, _ call: () throws -> Void) throws -> Answer {
    do {
      try call()
      return .succeeds
    } catch let failure as CallFailure
      where failure.isAnswer || expected == .fails(failure.code)
    {
      return .fails(failure.code)
    }
  }

  /// Everything that was seen, on one line; nil before the first.
  var observed: String? {
    observations.isEmpty
      ? nil : observations.map { "\($0.what): \($0.seen)" }.joined(separator: "; ")
  }

  /// What was otherwise than the claim says; nil where nothing was.
  var difference: String? {
    let others = observations.compactMap { observation in
      observation.expected.map { "\(observation.what): \(observation.seen) (claimed: \($0))" }
    }
    return others.isEmpty ? nil : others.joined(separator: "; ")
  }

  // MARK: Settings of the namespace

  /// A parameter such as `net.ipv4.tcp_tw_reuse`; nil where this kernel has none of that name. Where
  /// `/proc/sys` is hidden (`subset=pid`) or cannot be read nobody knows that.
  func sysctl(_ key: String) throws(CallFailure) -> String? {
    do {
      return SmallFile.words(try SmallFile.read(path(key)))
    } catch {
      guard error.code == ENOENT else { throw error }
      guard unsafe access("/proc/sys/net/ipv4", F_OK) == 0 else {
        throw CallFailure(because: "there is no /proc/sys to read; mount all of /proc")
      }
      return nil
    }
  }

  func set(_ key: String, _ value: String) throws(CallFailure) {
    do {
      try SmallFile.write(value, to: path(key))
    } catch {
      throw switch error.code {
      case ENOENT where key.hasPrefix("net.core.") && !Self.hasCore:
        CallFailure(
          because: "before Linux 6.7 a network namespace of an ordinary user has no net.core.*; run"
            + " it as root")
      case ENOENT: CallFailure(because: "this kernel has no \(key)")
      case EROFS: CallFailure(because: "/proc/sys is mounted read-only; mount it writable")
      case EACCES, EPERM:
        CallFailure(because: "\(key) cannot be set, not even in a namespace of its own: \(error)")
      default: error
      }
    }
  }

  /// This one has been in each namespace that has any of them.
  private static var hasCore: Bool { unsafe access("/proc/sys/net/core/somaxconn", F_OK) == 0 }

  private func path(_ key: String) -> String {
    "/proc/sys/" + key.split(separator: ".").joined(separator: "/")
  }

  /// The ports that connect() and bind() to port 0 choose from. Both ends even, or both odd, make the
  /// kernel write a line into the log of the host: such a range is refused here.
  func setPortRange(_ ports: ClosedRange<Int>) throws(CallFailure) {
    guard ports.count % 2 == 0 else {
      throw CallFailure(because: "a range of \(ports.count) ports would make the kernel log a line")
    }
    try set("net.ipv4.ip_local_port_range", "\(ports.lowerBound) \(ports.upperBound)")
  }

  /// One port alone, of a range of two.
  func setOnlyPort(_ port: Int) throws(CallFailure) {
    try setPortRange(port...port + 1)
    try set("net.ipv4.ip_local_reserved_ports", "\(port + 1)")
  }

  // MARK: Tables of the namespace

  /// States of TCP in `/proc/net/tcp`, include/net/tcp_states.h.
  enum State: String {
    case established = "01"
    case finWait2 = "05"
    case timeWait = "06"
  }

  /// Rows of IPv4 sockets in a state or any, all or those of one local port.
  func count(_ state: State? = nil, localPort: Int? = nil) throws(CallFailure) -> Int {
    let port = localPort.map { number in
      let digits = String(number, radix: 16, uppercase: true)
      return String(repeating: "0", count: 4 - digits.count) + digits
    }
    return try SmallFile.read("/proc/self/net/tcp").split(separator: "\n").dropFirst().count {
      row in
      let columns = row.split(separator: " ", maxSplits: 4)
      return columns.count == 5 && (state.map { columns[3] == $0.rawValue } ?? true)
        && (port.map { columns[1].hasSuffix(":\($0)") } ?? true)
    }
  }

  /// A counter of the line `TcpExt`; 0 where this kernel has none of that name.
  func counter(_ name: String) throws(CallFailure) -> Int {
    let lines = try SmallFile.read("/proc/self/net/netstat").split(separator: "\n")
      .filter { $0.hasPrefix("TcpExt:") }.map { $0.split(separator: " ") }
    guard lines.count == 2, let index = lines[0].firstIndex(where: { $0 == name }),
      lines[1].indices.contains(index)
    else { return 0 }
    return Int(lines[1][index]) ?? 0
  }

  // MARK: Time

  /// Seconds since the machine started.
  var now: Double { monotonicSeconds() }

  func sleep(_ seconds: Double) { usleep(useconds_t(seconds * 1_000_000)) }

  /// Waits until something is so, looking 50 times a second.
  ///
  /// - Returns: whether it came to be so within `limit` seconds.
  func wait(upTo limit: Double, _ isSo: () throws -> Bool) rethrows -> Bool {
    let end = now + limit
    while try !isSo() {
      if now > end { return false }
      sleep(0.02)
    }
    return true
  }

  /// Waits for what an experiment needs to go on, whatever its claim says.
  func require(_ what: String, upTo limit: Double = 5, _ isSo: () throws -> Bool) throws {
    if try !wait(upTo: limit, isSo) {
      throw CallFailure(because: "\(what) did not come about within \(Int(limit)) s")
    }
  }

  // MARK: Connections

  func listener(
    _ endpoint: Endpoint, _ options: Socket.Options = [.reuseAddress]
  ) throws(CallFailure) -> Socket {
    let socket = try Socket(.tcp, ipv6: endpoint.isIPv6, options)
    try socket.bindAndListen(endpoint)
    return socket
  }

  /// A client that is connected.
  func client(
    to endpoint: Endpoint, from source: Endpoint? = nil, _ options: Socket.Options = []
  ) throws(CallFailure) -> Socket {
    let socket = try Socket(.tcp, ipv6: endpoint.isIPv6, options)
    if let source { try socket.bind(source) }
    try socket.connect(endpoint)
    return socket
  }

  /// Both ends of a connection.
  func connection(to endpoint: Endpoint, _ listener: Socket) throws(CallFailure) -> (
    client: Socket, server: Socket
  ) {
    let client = try client(to: endpoint)
    return (client, try listener.accept())
  }

  /// Closes a connection; its first end is in TIME_WAIT then.
  func close(_ first: Socket, then second: Socket) throws {
    let port = first.localPort
    let before = try count(.timeWait, localPort: port)
    first.close()
    try second.waitForPeerClose()
    second.close()
    try require("TIME_WAIT of a closed connection") {
      try count(.timeWait, localPort: port) > before
    }
  }

  /// Connects again and again, each connection closed by the client, until each port of a range has
  /// one in TIME_WAIT toward the listener.
  func fillWithTimeWait(_ ports: ClosedRange<Int>, _ endpoint: Endpoint, _ listener: Socket) throws
  {
    try setPortRange(ports)
    for _ in ports {
      let (client, server) = try connection(to: endpoint, listener)
      try close(client, then: server)
    }
  }

  /// As many clients as can connect, and what the next call gave.
  func clients(
    to endpoint: Endpoint, from source: Endpoint? = nil, _ options: Socket.Options = [],
    atMost limit: Int
  ) throws -> (sockets: [Socket], then: Answer) {
    var sockets: [Socket] = []
    while sockets.count < limit {
      let answer = try answer { sockets.append(try client(to: endpoint, from: source, options)) }
      if answer != .succeeds { return (sockets, answer) }
    }
    return (sockets, .succeeds)
  }
}

/// CLOCK_MONOTONIC in seconds.
func monotonicSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
