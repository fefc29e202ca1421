internal import CEL

/// Who tells of sockets' owners and options: the running system, or a recording of one.
protocol SocketOwnerSource {
  /// Fills one group of sockets.
  mutating func attach(to socket: inout some OwnedSocket)
}

/// Fills in who holds the sockets and with which options.
struct SocketOwnerLookup: SocketOwnerSource {
  let root: HostRoot
  let deadline: Deadline
  private let holders: SocketHolders
  private let groups: ControlGroupTree
  private let isSystemd: Reading<Bool>
  private var systemdIsPID1: Bool { isSystemd.value == true }
  /// `kernel.yama.ptrace_scope`; nil where the kernel has none.
  private let yama: Int?
  private let ownClasses: Reading<[String?]>
  private var processes: [Int32: ProcessInfo] = [:]

  /// Looks for the holders of all these sockets at once.
  init(inodes: Set<UInt64>, cgroupIDs: Set<UInt64>, root: HostRoot, deadline: Deadline) {
    self.root = root
    self.deadline = deadline
    holders = SocketHolders.find(inodes, root: root, deadline: deadline)
    groups = ControlGroupTree.read(cgroupIDs, root: root, deadline: deadline)
    isSystemd = Init.read(root).isSystemd
    yama = root.line("/proc/sys/kernel/yama/ptrace_scope").value.flatMap { Int($0) }
    ownClasses = root.text("/proc/thread-self/cgroup").map {
      ControlGroupMembership($0).networkClasses
    }
  }

  mutating func attach(to socket: inout some OwnedSocket) {
    let found = socket.inodes.filter { holders.holders[$0] != nil }
    socket.ownership = ownership(inodes: socket.inodes, cgroupIDs: socket.cgroupIDs)
    guard !found.isEmpty else {
      let why =
        holders.gap ?? Unreadable("no process holds the socket, so its options cannot be read")
      socket.fillOptions(from: [.unavailable(why)])
      return
    }
    var options = found.map { self.options(inode: $0) }
    // An MPTCP listener has two inodes, of which processes hold one; what is hidden may be a member.
    if found.count < socket.inodes.count, let gap = holders.gap {
      options.append(.unavailable(gap))
    }
    socket.fillOptions(from: options)
  }

  // MARK: Owners

  private mutating func ownership(inodes: [UInt64], cgroupIDs: [UInt64]) -> SocketOwnership {
    let pids = Set(inodes.flatMap { (holders.holders[$0] ?? []).map(\.pid) })
    // PID 1 holds sockets for others, so it comes last.
    let sorted = pids.sorted {
      let (left, right) = (systemdIsPID1 && $0 == 1, systemdIsPID1 && $1 == 1)
      return left == right ? $0 < $1 : right
    }
    let created = groups.group(cgroupIDs)
    let activated = socketActivated(pids: pids, created: created)
    guard let first = sorted.first else {
      let nobody = "no process holds the socket; the kernel's own"
      return SocketOwnership(
        owners: PartialList([], rest: holders.gap), process: none(nobody), pid: none(nobody),
        unit: unit(ofCreation: created) ?? none("no unit owns it"), socketActivated: activated)
    }
    let info = process(first)
    return SocketOwnership(
      owners: PartialList(sorted.map { owner($0) }, rest: holders.gap),
      process: info.name,
      pid: .value(Int(first), .file(SourceLocation(path: "/proc/\(first)/fd"))),
      unit: systemdIsPID1 && first == 1
        ? .absent("systemd holds it for a socket unit whose service does not run") : info.unit,
      socketActivated: activated)
  }

  private mutating func owner(_ pid: Int32) -> SocketOwner {
    let info = process(pid)
    return SocketOwner(pid: Int(pid), process: info.name.value ?? "?", unit: info.unit)
  }

  private func none<Value>(_ why: String) -> Reading<Value> {
    holders.gap.map { .unavailable($0) } ?? .absent(why)
  }

  /// The unit in whose control group the socket was created; nil where that says nothing.
  private func unit(ofCreation group: ControlGroup?) -> Reading<String>? {
    guard let unit = group?.unit, unit != "init.scope" else { return nil }
    return .value(unit, .dump("sock_diag INET_DIAG_CGROUP_ID"))
  }

  /// Held by PID 1 that is systemd, or by a user's systemd.
  private mutating func socketActivated(pids: Set<Int32>, created: ControlGroup?) -> Reading<Bool> {
    let scan = Origin.dump("/proc/PID/fd")
    guard isSystemd.value != false else { return .value(false, scan) }
    if let problem = isSystemd.problem { return .unavailable(problem) }
    if pids.contains(1) || pids.contains(where: { process($0).isUserManager }) {
      return .value(true, scan)
    }
    // systemd creates the sockets of socket units in its own group.
    if let unit = created?.unit {
      return .value(unit == "init.scope", .dump("sock_diag INET_DIAG_CGROUP_ID"))
    }
    if let gap = holders.gap, pids.isEmpty || !holders.hasReadPID1 { return .unavailable(gap) }
    return .value(false, scan)
  }

  private mutating func process(_ pid: Int32) -> ProcessInfo {
    if let known = processes[pid] { return known }
    let info = ProcessInfo.read(pid, root)
    processes[pid] = info
    return info
  }

  // MARK: Options

  private mutating func options(inode: UInt64) -> SocketOptions {
    if deadline.hasPassed { return .unavailable(.init("not read within the time limit")) }
    var refusal = Unreadable("no process holds the socket")
    for holder in (holders.holders[inode] ?? []).prefix(8) {
      if let why = rewritesClasses(holder.pid) {
        refusal = why
        continue
      }
      let options = SocketOptions.read(holder, inode: inode, yama: yama)
      guard case .unavailable(let why) = options.reuseAddress else { return options }
      refusal = why
    }
    return .unavailable(refusal)
  }

  /// Passing a socket to this process makes its net_cls class and net_prio index this process's
  /// (net/core/scm.c and net/core/sock.c, __receive_sock), which only matters where they differ.
  private mutating func rewritesClasses(_ pid: Int32) -> Unreadable? {
    let theirs = process(pid).membership.map(\.networkClasses)
    guard let own = ownClasses.value, let other = theirs.value else {
      return .init("its net_cls and net_prio groups could not be read")
    }
    return own == other
      ? nil
      : .init(
        "reading it would change its net_cls or net_prio class",
        grant: "a run in the owner's net_cls and net_prio groups")
  }
}

extension OwnedSocket {
  /// Takes over what the members' options agree on. What a dump already told stays.
  mutating func fillOptions(from members: [SocketOptions]) {
    reuseAddress = agreed(reuseAddress, members.map(\.reuseAddress))
    reusePort = agreed(reusePort, members.map(\.reusePort))
    v6Only = agreed(v6Only, members.map(\.v6Only))
    bindAddressNoPort = agreed(bindAddressNoPort, members.map(\.bindAddressNoPort))
  }

  private func agreed(_ known: Reading<Bool>, _ members: [Reading<Bool>]) -> Reading<Bool> {
    guard case .unavailable = known else { return known }
    let values = members.compactMap(\.value)
    if Set(values).count > 1 { return .unavailable(.init("members disagree")) }
    // A member that could not be read may be of another opinion.
    return members.first { $0.value == nil } ?? members.first ?? known
  }
}

extension Sockets {
  /// Fills in owners and options of listeners, bound UDP sockets and idle bound sockets.
  mutating func attachOwners(_ root: HostRoot, deadline: Deadline) {
    if root.recording != nil {
      attachOwners(RecordedOwners(root))
      return
    }
    let idle = boundIdle.value?.elements ?? []
    let all: [any OwnedSocket] = listeners.elements + boundUDP.elements + idle
    attachOwners(
      SocketOwnerLookup(
        inodes: Set(all.flatMap(\.inodes)), cgroupIDs: Set(all.flatMap(\.cgroupIDs)), root: root,
        deadline: deadline))
  }

  private mutating func attachOwners(_ source: some SocketOwnerSource) {
    var source = source
    for index in listeners.elements.indices {
      source.attach(to: &listeners.elements[index])
      // The only hard evidence so far that a port is configured: a socket unit names it.
      listeners.elements[index].fixed = listeners.elements[index].ownership.socketActivated
    }
    for index in boundUDP.elements.indices {
      source.attach(to: &boundUDP.elements[index])
      boundUDP.elements[index].fixed = boundUDP.elements[index].ownership.socketActivated
    }
    guard case .value(var list, let origin) = boundIdle else { return }
    for index in list.elements.indices { source.attach(to: &list.elements[index]) }
    boundIdle = .value(list, origin)
  }
}
