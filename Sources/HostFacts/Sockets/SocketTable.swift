/// Where the rows come from.
enum SocketSource: String, Sendable {
  case sockDiag = "sock_diag"
  case proc
}

/// What is dumped separately, and can fail separately.
enum SocketPart: Int, Sendable, CaseIterable {
  case listeners
  /// Bound, neither listening nor connected.
  case boundInactive
  /// TCP in all other states.
  case connections
  case udp
}

/// How much of a part was read.
enum SocketCoverage: Sendable {
  case complete
  /// The kernel has no such dump, and since when others do.
  case absent(String)
  /// What was read counts, and there may be more.
  case incomplete(Obstacle)
}

/// Counts the sockets of one network namespace as they are read, row by row.
///
/// A connection takes eight bytes, and one that came in through a known listener none; so read
/// listeners first. Of listeners and other bound sockets ``BoundGroups/limit`` groups of each kind
/// are kept; the rest is counted, and the lists say so. ``sockets(settings:interfaceName:)`` makes facts of it.
struct SocketTable: SocketRowSink, Sendable {
  /// Where the rows come from, unless refused there.
  private let source: SocketSource
  /// What sock_diag refused: `/proc/net` shows it instead.
  private(set) var refusals: [SocketRow.Transport: Obstacle] = [:]

  private(set) var listeners = BoundGroups()
  private(set) var idle = BoundGroups()
  private(set) var udp = BoundGroups()
  /// By listener.
  private(set) var inbound: [InboundConnections] = []
  /// Of connections in CLOSE_WAIT that a process has, those that are asked how long.
  private(set) var closeWaits = ConnectionSample()
  /// By listener, some of its connections that a process has.
  private(set) var accepted: [AcceptedSample] = []
  /// Local ports of connections that came in.
  private(set) var inboundPorts = PortSet()
  private(set) var index = ListenerIndex()
  private(set) var table = GroupTable()
  /// Connections that matched no listener when they were read.
  private(set) var rows: [ConnectionRow] = []
  /// Listeners known when the first of them was read.
  private(set) var listenersBeforeRows = 0
  /// Connections beyond the limit of groups.
  private(set) var ungrouped = 0
  private(set) var selfConnections: [SelfConnection] = []
  /// Self-connections beyond the limit.
  private(set) var selfConnectionsLeftOut = 0
  /// Of connections that wait in accept queues, those that are asked how long.
  private(set) var unaccepted = ConnectionSample()
  /// The listener of each, and how many each has there.
  private(set) var listenersOfUnaccepted: [Int] = []
  private var unacceptedKept: [Int: Int] = [:]
  /// The connections on one port, where somebody asked for them.
  private(set) var watched: WatchedPort
  private(set) var stateCounts = [Int](repeating: 0, count: 16)
  private(set) var udpRows = 0
  private var coverages = [SocketCoverage](
    repeating: .incomplete(.init("not read")), count: SocketPart.allCases.count)

  /// Rows that were counted: all of `/proc/net`, and of dumps those that are kept one by one.
  private var seen = SeenRows()
  /// Whether connections come from `/proc/net`.
  private var allMayRepeat: Bool

  /// - Parameter watched: a port whose connections are kept one by one; 0 for none.
  init(source: SocketSource, watching watched: WatchedPort = WatchedPort(port: 0)) {
    self.source = source
    self.watched = watched
    allMayRepeat = source == .proc
  }

  /// Says how a part's reading ended; until then it counts as not read.
  mutating func cover(_ part: SocketPart, _ coverage: SocketCoverage) {
    coverages[part.rawValue] = coverage
  }

  /// Says that sock_diag gave nothing of a transport.
  mutating func refuse(_ transport: SocketRow.Transport, _ why: Obstacle) {
    refusals[transport] = why
    if transport == .tcp { allMayRepeat = true }
  }

  /// Where the rows of a transport come from.
  func source(of transport: SocketRow.Transport) -> SocketSource {
    refusals[transport] == nil ? source : .proc
  }

  func coverage(_ part: SocketPart) -> SocketCoverage { coverages[part.rawValue] }

  mutating func add(_ row: SocketRow) {
    if mayRepeat(row), !seen.insert(row) { return }
    watched.see(row)
    guard row.transport == .tcp else {
      udpRows += 1
      udp.add(row)
      return
    }
    stateCounts[Int(row.state.rawValue)] += 1
    switch row.state {
    case .listen:
      // Those beyond the limit share one count: their connections are inbound all the same.
      let listener = listeners.add(row) ?? BoundGroups.limit
      if listener == inbound.count {
        inbound.append(InboundConnections())
        accepted.append(AcceptedSample())
      }
      index.add(row, listener: listener)
    case .boundInactive, .close:
      idle.add(row)
    default:
      addConnection(row)
    }
  }

  /// A dump goes on by place too, but within one bucket of the table: what is added in front of a row
  /// there repeats it (net/ipv4/inet_diag.c and udp_diag.c). Of a million connections that is no
  /// matter, and of the members of a group it is.
  private func mayRepeat(_ row: SocketRow) -> Bool {
    allMayRepeat || row.isToldByItself
  }

  /// Adds the inodes of MPTCP sockets to the listener of their first subflows. The dump of TCP shows
  /// these; on older kernels each has an inode of its own, which no descriptor refers to.
  mutating func addMultipathListeners(_ key: BoundGroup.Key, inodes: [UInt64]) {
    listeners.alsoHeld(key, by: inodes)
  }

  /// Looks up the devices of the rows that are kept; call it on the thread that read them.
  mutating func nameWatchedDevices(_ name: (UInt32) -> String?) { watched.nameDevices(name) }

  /// Asks of each connection that is kept one by one what a dump does not show.
  mutating func askConnections(_ ask: (SocketRow, Int) -> SocketRow??) {
    for index in unaccepted.members.indices {
      guard let answer = ask(unaccepted.members[index].row, index) else { return }
      unaccepted.answer(index, answer)
    }
    guard closeWaits.isWorthAsking else { return }
    for index in closeWaits.members.indices {
      let number = unaccepted.members.count + index
      guard let answer = ask(closeWaits.members[index].row, number) else { return }
      closeWaits.answer(index, answer)
    }
  }

  private mutating func addUnaccepted(_ row: SocketRow, _ listener: Int) {
    let kept = unacceptedKept[listener] ?? 0
    guard kept < ConnectionSample.limitOfListener, !unaccepted.isFull else {
      unaccepted.leaveOut()
      return
    }
    unacceptedKept[listener] = kept + 1
    unaccepted.add(row)
    listenersOfUnaccepted.append(listener)
  }

  private mutating func addConnection(_ row: SocketRow) {
    // No connection is on port 0.
    if row.localPort == watched.port { watched.add(row) }
    if row.state == .closeWait && row.inode != 0 { closeWaits.add(row) }
    if row.localAddress == row.remoteAddress && row.localPort == row.remotePort
      && row.state != .timeWait
    {
      if selfConnections.count < BoundGroups.limit {
        selfConnections.append(
          SelfConnection(address: row.localAddress, port: Int(row.localPort), inode: row.inode))
      } else {
        selfConnectionsLeftOut += 1
      }
    }
    if row.state != .synSent,
      let listener = index.listener(
        address: row.localAddress, port: row.localPort, interface: row.interface)
    {
      inboundPorts.insert(row.localPort)
      inbound[listener].count(
        row.state, unread: row.receiveQueue > 0, unaccepted: row.inode == 0,
        remaining: Int(row.remaining))
      if row.inode != 0 {
        accepted[listener].add(row.inode)
      } else if row.state == .established || row.state == .closeWait {
        addUnaccepted(row, listener)
      }
      return
    }
    if rows.isEmpty { listenersBeforeRows = index.count }
    guard let group = table.number(of: row) else {
      ungrouped += 1
      return
    }
    rows.append(ConnectionRow(group: group, row: row))
  }
}
