/// The situations that rules are about and the healthy ones beside them, with real sockets.
///
/// Each holds until the namespace's closure ends. Listeners have SO_REUSEADDR and lie outside the
/// range of ephemeral ports unless that is the situation.
extension ScratchNamespace {
  /// Sysctls of a range of 200 ports, where TIME_WAIT is not reused.
  public static var smallRange: KeyValuePairs<String, String> {
    ["net.ipv4.ip_local_port_range": "32768 32967", "net.ipv4.tcp_tw_reuse": "0"]
  }

  /// A range of 2,400 ports, so that the half that connect() prefers has 1,200.
  public static var mediumRange: KeyValuePairs<String, String> {
    ["net.ipv4.ip_local_port_range": "32768 35167", "net.ipv4.tcp_tw_reuse": "0"]
  }

  // MARK: Destinations

  /// No port is left toward the destination; gives how many connections took them.
  public func exhaustedDestination(
    _ endpoint: Endpoint = .loopback(7000), leaving leftover: Leftover = .timeWait
  ) throws(SystemCallError) -> Int {
    try fillPorts(toward: try listen(endpoint), at: endpoint, leaving: leftover)
  }

  /// A few connections only.
  public func healthyDestination(
    _ endpoint: Endpoint = .loopback(7001), connections: Int = 10
  ) throws(SystemCallError) {
    try fillPorts(toward: try listen(endpoint), at: endpoint, limit: connections)
  }

  /// The half of `mediumRange` that connect() prefers is full, or `short` of it.
  public func destinationPastKnee(
    _ endpoint: Endpoint = .loopback(7000), preferred: Int = 1200, short: Int = 0
  ) throws(SystemCallError) {
    try fillPorts(toward: try listen(endpoint), at: endpoint, limit: preferred - short)
  }

  /// A client of a local backend, as busy as asked; gives how many connections it made.
  public func busyLoopbackClient(
    _ endpoint: Endpoint = .loopback(7000), perSecond: Int = 1000, seconds: Double
  ) throws(SystemCallError) -> Int {
    try connectSteadily(
      to: try listen(endpoint), at: endpoint, perSecond: perSecond, seconds: seconds)
  }

  // MARK: Servers

  /// A server that closed first: TIME_WAIT on its port.
  @discardableResult
  public func serverWithTimeWait(
    _ endpoint: Endpoint, reuseAddress: Bool, connections: Int = 3
  ) throws(SystemCallError) -> LabSocket {
    let listener = try listen(endpoint, reuseAddress ? .server : .init())
    try leaveTimeWait(on: .server, count: connections, to: listener, at: endpoint)
    return listener
  }

  /// A server with accepted connections that are idle.
  @discardableResult
  public func serverWithEstablished(
    _ endpoint: Endpoint, reuseAddress: Bool, connections: Int = 3
  ) throws(SystemCallError) -> LabSocket {
    let listener = try listen(endpoint, reuseAddress ? .server : .init())
    for _ in 0..<connections { _ = try connect(to: listener, at: endpoint) }
    return listener
  }

  /// A server that resets its connections instead of closing them: SO_LINGER {1, 0}, which they
  /// take over from the listener; gives it and the accepted ends.
  @discardableResult
  public func serverThatResets(
    _ endpoint: Endpoint, connections: Int = 3
  ) throws(SystemCallError) -> (listener: LabSocket, accepted: [LabSocket]) {
    let listener = try listen(endpoint, .init())
    try listener.resetOnClose()
    var accepted: [LabSocket] = []
    for _ in 0..<connections { accepted.append(try connect(to: listener, at: endpoint).server) }
    return (listener, accepted)
  }

  /// A server that only accepts, in a namespace with tcp_tw_reuse = 1.
  public func pureServer(_ endpoint: Endpoint = .loopback(8080)) throws(SystemCallError) {
    try setSysctl("net.ipv4.tcp_tw_reuse", "1")
    try serverWithTimeWait(endpoint, reuseAddress: true)
  }

  /// What makes a pure server one that is a client too: a connection to another address than
  /// loopback, which is this host's own; `run(addresses:)` must have added it.
  public func outgoingConnection(
    to endpoint: Endpoint = Endpoint("192.168.1.100", 5432)
  ) throws(SystemCallError) {
    _ = try connect(to: try listen(endpoint), at: endpoint)
  }

  // MARK: Listeners inside the range

  /// A listener on a port that somebody chose, as its parity says: that of the range's low end,
  /// which bind() to port 0 avoids.
  public func chosenPortInsideRange(
    _ endpoint: Endpoint = .loopback(32800)
  ) throws(SystemCallError) -> LabSocket {
    try listen(endpoint)
  }

  /// A listener on a port that the kernel chose; gives the port.
  public func assignedPortInsideRange() throws(SystemCallError) -> Int {
    try listen(.loopback(0)).local().port
  }

  // MARK: TIME_WAIT

  /// More closes than tcp_max_tw_buckets allows.
  public func timeWaitOverflow(
    limit: Int = 10, closes: Int = 50, _ endpoint: Endpoint = .loopback(7000)
  ) throws(SystemCallError) {
    try setSysctl("net.ipv4.tcp_max_tw_buckets", String(limit))
    try leaveTimeWait(on: .client, count: closes, to: try listen(endpoint), at: endpoint)
  }

  // MARK: Together

  /// What the demonstration holds, in a namespace with `smallRange`.
  public struct Demonstration: Sendable {
    /// Has TIME_WAIT on its port and no SO_REUSEADDR.
    public let fragileServer = Endpoint.loopback(8080)
    /// The same with SO_REUSEADDR.
    public let soundServer = Endpoint.loopback(8081)
    public let exhausted = Endpoint.loopback(7000)
    public let healthy = Endpoint.loopback(7001)
    public let listenerInRange = Endpoint.loopback(32800)
  }

  /// Every listed problem once, each beside its healthy twin.
  public func demonstration() throws(SystemCallError) -> Demonstration {
    let situation = Demonstration()
    try serverWithTimeWait(situation.fragileServer, reuseAddress: false)
    try serverWithTimeWait(situation.soundServer, reuseAddress: true)
    _ = try chosenPortInsideRange(situation.listenerInRange)
    try healthyDestination(situation.healthy)
    _ = try exhaustedDestination(situation.exhausted)
    return situation
  }
}
