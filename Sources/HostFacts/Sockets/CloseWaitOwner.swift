internal import CEL

/// A process with very many connections that its peers have closed, and it has not.
struct CloseWaitOwner: Sendable {
  var owner: SocketOwner
  var sockets: Int
  /// Of these, those on which nothing has come for a minute.
  var idle: Int
  /// RLIMIT_NOFILE, the soft one.
  var descriptorLimit: Reading<Int>

  /// Seconds after which a connection counts as forgotten.
  static let idleSeconds = 60.0
}

extension CloseWaitOwner: FactObject {
  static let typeName = "CloseWaitOwner"
  static let documentation = """
    A process that holds 200 or more connections in CLOSE_WAIT: the peer has closed, it has not.
    """

  static let fields: FactFields<CloseWaitOwner> = [
    .init("pid", \.owner.pid, "Process id as `/proc` of this process shows it.", key: true),
    .init("process", \.owner.process, "Name of the process.", optional: true),
    .init("unit", \.owner.unit, "systemd unit of its cgroup.", optional: true),
    .init("sockets", \.sockets, "How many of them it holds, as far as they were looked at."),
    .init("idle", \.idle, "Of these, how many have heard nothing from the peer for 60 s."),
    .init(
      "descriptor_limit", \.descriptorLimit,
      "How many descriptors it may have: the soft limit of `/proc/PID/limits`.", optional: true),
  ]
}

extension ConnectionSample {
  /// The processes that hold the connections, one by one with what each has.
  ///
  /// - Parameter owner: tells of a process.
  func owners(
    _ holders: SocketHolders, _ root: HostRoot, _ owner: (Int32) -> SocketOwner
  ) -> PartialList<CloseWaitOwner> {
    var counts: [Int32: (sockets: Int, idle: Int)] = [:]
    var isTold = true
    var ownerless = 0
    for member in members where !member.isGone {
      if member.idle == nil { isTold = false }
      let isIdle = (member.idle ?? 0) >= CloseWaitOwner.idleSeconds
      let pids = Set((holders.holders[member.row.inode] ?? []).map(\.pid))
      if pids.isEmpty { ownerless += 1 }
      for pid in pids {
        counts[pid, default: (0, 0)].sockets += 1
        if isIdle { counts[pid, default: (0, 0)].idle += 1 }
      }
    }
    // Too few for one more process with that many, whoever cannot be looked into.
    var rest = ownerless >= Self.leastCloseWaits ? holders.gap : nil
    if !isTold {
      rest = .init("it was not asked when data last came on these connections")
    } else if rest == nil, leftOut > 0 {
      let count = members.count + leftOut
      rest = .init("only \(members.count) of \(count) connections in CLOSE_WAIT were looked at")
    }
    if !isTold { return PartialList([], rest: rest) }
    let many = counts.filter { $0.value.sockets >= Self.leastCloseWaits }
    return PartialList(
      many.keys.sorted().map { pid in
        CloseWaitOwner(
          owner: owner(pid), sockets: counts[pid]?.sockets ?? 0, idle: counts[pid]?.idle ?? 0,
          descriptorLimit: Self.descriptorLimit(pid, root))
      }, rest: rest)
  }

  /// `Max open files  SOFT  HARD  files` of `/proc/PID/limits`.
  private static func descriptorLimit(_ pid: Int32, _ root: HostRoot) -> Reading<Int> {
    root.text("/proc/\(pid)/limits").flatMap { text, origin in
      let name = "Max open files"
      guard let line = lines(text).first(where: { $0.hasPrefix(name) }),
        let soft = words(line.dropFirst(name.count)).first
      else { return .unavailable(.init("'/proc/\(pid)/limits' has no line of open files")) }
      if soft == "unlimited" { return .absent("it has no limit") }
      return Int(soft).map { .value($0, origin) }
        ?? .unavailable(.init("the limit in '/proc/\(pid)/limits' is no number"))
    }
  }
}
