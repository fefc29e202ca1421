/// Some of the connections that came in through a listener and that a process has, by their inodes.
struct AcceptedSample: Sendable {
  static let limit = 64

  private(set) var inodes: [UInt64] = []
  private(set) var leftOut = 0

  mutating func add(_ inode: UInt64) {
    if inodes.count < Self.limit { inodes.append(inode) } else { leftOut += 1 }
  }
}

/// Some of the connections that something more has to be asked of, one by one: a dump with that for all
/// would cost half as much again.
struct ConnectionSample: Sendable {
  /// How many are kept in all, and asked for: each takes some 3 µs.
  static let limit = 4096
  /// How many of those that one listener has not accepted.
  static let limitOfListener = 256

  /// One connection, and what it answered.
  struct Member: Sendable {
    let row: SocketRow
    /// Seconds since it last received data, or was established; nil where that is not known.
    var idle: Double?
    /// It changed meanwhile: somebody accepted it, or it ended.
    var isGone = false
  }

  private(set) var members: [Member] = []
  /// Connections beyond the limit.
  private(set) var leftOut = 0

  /// Fewer in CLOSE_WAIT are no leak that anybody need look for.
  static let leastCloseWaits = 200
  var isWorthAsking: Bool { members.count >= Self.leastCloseWaits }

  var isFull: Bool { members.count >= Self.limit }

  mutating func add(_ row: SocketRow) {
    if isFull { leftOut += 1 } else { members.append(Member(row: row)) }
  }

  mutating func leaveOut() { leftOut += 1 }

  /// Notes what the kernel answered for one: nil where it has no such socket any more.
  mutating func answer(_ index: Int, _ row: SocketRow?) {
    let asked = members[index].row
    guard let row, row.state == asked.state, row.inode == asked.inode else {
      members[index].isGone = true
      return
    }
    members[index].idle = row.sinceReceived.map { Double($0) / 1000 }
  }
}
