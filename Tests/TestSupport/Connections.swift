import Glibc

/// Both ends of a TCP connection within one namespace.
public struct Connection {
  public enum Side: Sendable { case client, server }

  public let client: LabSocket
  public let server: LabSocket

  /// Closes both ends, one after the other: TIME_WAIT stays on the side that is first.
  public func close(first: Side) throws(SystemCallError) {
    let (active, passive) = first == .client ? (client, server) : (server, client)
    active.close()
    // Otherwise both may close at once, which leaves TIME_WAIT on both.
    try passive.waitForPeerClose()
    passive.close()
  }
}

/// What to leave of the connections that fill a range.
public enum Leftover: Sendable {
  /// The client closes first.
  case timeWait
  /// Both ends stay open until the closure ends.
  case established
  /// The server closes, the client does not.
  case closeWait
}

extension ScratchNamespace {
  /// A connection to a listener of this namespace; both ends stay open until they are closed.
  public func connect(
    to listener: LabSocket, at endpoint: Endpoint, from source: Endpoint? = nil,
    _ options: LabSocket.Options = .init()
  ) throws(SystemCallError) -> Connection {
    let connection = try open(to: listener, at: endpoint, from: source, options)
    keep(connection.client)
    keep(connection.server)
    return connection
  }

  /// Connections that are made and closed, one after the other.
  ///
  /// Where the server closes first each comes from a port of its own: a SYN from a port that the
  /// server has in TIME_WAIT would re-open that connection, and connect() does come back to it.
  /// These ports lie below the default range, so that none of the range is taken.
  public func leaveTimeWait(
    on side: Connection.Side, count: Int, to listener: LabSocket, at endpoint: Endpoint
  ) throws(SystemCallError) {
    for _ in 0..<count {
      try checkTime()
      let source = side == .server ? Endpoint(endpoint.address, try nextClientPort()) : nil
      try open(to: listener, at: endpoint, from: source).close(first: side)
    }
    try settle()
  }

  /// Connects to one destination until there is no port left or `limit` connections are made; gives
  /// how many.
  ///
  /// Connections that stay open need two descriptors each, so the process's limit is raised as
  /// far as it goes.
  @discardableResult
  public func fillPorts(
    toward listener: LabSocket, at endpoint: Endpoint, limit: Int = 70_000,
    leaving leftover: Leftover = .timeWait, from source: Endpoint? = nil,
    _ options: LabSocket.Options = .init()
  ) throws(SystemCallError) -> Int {
    if leftover != .timeWait { try raiseDescriptorLimit() }
    var made = 0
    while made < limit {
      try checkTime()
      let connection: Connection
      do {
        connection = try open(to: listener, at: endpoint, from: source, options)
      } catch {
        if error.code == EADDRNOTAVAIL { break }
        throw error
      }
      made += 1
      switch leftover {
      case .timeWait: try connection.close(first: .client)
      case .established:
        keep(connection.client)
        keep(connection.server)
      case .closeWait:
        connection.server.close()
        try connection.client.waitForPeerClose()
        keep(connection.client)
      }
    }
    if leftover == .timeWait { try settle() }
    return made
  }

  /// A steady client: `rate` connections a second for so long, each closed at once by the client;
  /// gives how many that was.
  ///
  /// It makes all of them, and takes longer where the machine is too slow for the rate.
  @discardableResult
  public func connectSteadily(
    to listener: LabSocket, at endpoint: Endpoint, perSecond rate: Int, seconds: Double
  ) throws(SystemCallError) -> Int {
    let started = monotonicSeconds()
    let total = Int(Double(rate) * seconds)
    var made = 0
    while made < total {
      try checkTime()
      if Double(made) >= (monotonicSeconds() - started) * Double(rate) {
        usleep(1000)
        continue
      }
      try open(to: listener, at: endpoint).close(first: .client)
      made += 1
    }
    return made
  }

  private func open(
    to listener: LabSocket, at endpoint: Endpoint, from source: Endpoint? = nil,
    _ options: LabSocket.Options = .init()
  ) throws(SystemCallError) -> Connection {
    let client = try LabSocket(.tcp, ipv6: endpoint.isIPv6, options: options)
    if let source { try client.bind(source) }
    try client.connect(endpoint)
    return Connection(client: client, server: try listener.accept())
  }

  /// Waits, two seconds at most, until no connection is on its way to TIME_WAIT or away.
  private func settle() throws(SystemCallError) {
    let passing: Set<KernelSockets.State> = [.finWait1, .lastAck, .closing]
    let deadline = monotonicSeconds() + 2
    while try KernelSockets.tcp().contains(where: { passing.contains($0.state) }) {
      if monotonicSeconds() > deadline { throw SystemCallError("settle", code: ETIMEDOUT) }
      usleep(2000)
    }
  }
}
