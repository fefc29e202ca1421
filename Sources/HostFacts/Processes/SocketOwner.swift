internal import CEL

/// Who tells of sockets' owners and options: the running system, or a recording of one.
protocol SocketOwnerSource {
  /// Fills one group of sockets; gives the options of each member that has a descriptor.
  @discardableResult
  mutating func attach(to socket: inout some OwnedSocket) -> [SocketOptions]
  /// Who holds which of the sockets with these inodes; nil where that is not told.
  mutating func members(_ inodes: [UInt64]) -> PartialList<SocketMember>?
  /// Who holds the connections of these listeners, one by one; nil where that is not told.
  func connectionOwners(of listeners: [Listener]) -> [PartialList<SocketOwner>?]
  /// Who holds listeners without serving them, one by one; nil where that is not told.
  mutating func leaks(of listeners: [Listener]) -> [Reading<ListenerLeak>?]
  /// Who holds connections in CLOSE_WAIT; nil where that is not told.
  func closeWaitOwners(of sample: ConnectionSample) -> PartialList<CloseWaitOwner>?
}

/// Fills in who holds the sockets and with which options.
struct SocketOwnerLookup: SocketOwnerSource {
  let root: HostRoot
  let deadline: Deadline
  let holders: SocketHolders
  let groups: ControlGroupTree
  private let isSystemd: Reading<Bool>
  private var systemdIsPID1: Bool { isSystemd.value == true }
  /// `kernel.yama.ptrace_scope`; nil where the kernel has none.
  let yama: Int?
  private let ownClasses: Reading<[String?]>
  private var processes: [Int32: ProcessInfo] = [:]
  /// Of the processes looked at last: most hold sockets that follow each other.
  private var handles: [Int32: ProcessHandle] = [:]

  /// Looks for the holders of all these sockets at once.
  init(inodes: Set<UInt64>, cgroupIDs: Set<UInt64>, root: HostRoot, deadline: Deadline) {
    self.init(
      SocketHolders.find(inodes, root: root, deadline: deadline), cgroupIDs: cgroupIDs, root: root,
      deadline: deadline)
  }

  /// With the holders that were found.
  init(_ holders: SocketHolders, cgroupIDs: Set<UInt64>, root: HostRoot, deadline: Deadline) {
    self.root = root
    self.deadline = deadline
    self.holders = holders
    groups = ControlGroupTree.read(cgroupIDs, root: root, deadline: deadline)
    isSystemd = Init.read(root).isSystemd
    yama = root.line("/proc/sys/kernel/yama/ptrace_scope").value.flatMap { Int($0) }
    ownClasses = root.text("/proc/thread-self/cgroup").map {
      ControlGroupMembership($0).networkClasses
    }
  }

  @discardableResult
  mutating func attach(to socket: inout some OwnedSocket) -> [SocketOptions] {
    let found = socket.inodes.filter { holders.holders[$0] != nil }
    socket.ownership = ownership(inodes: socket.inodes, cgroupIDs: socket.cgroupIDs)
    guard !found.isEmpty else {
      let none = holders.gap.map { SocketOptions.unavailable($0) } ?? .absent(Self.ofTheKernel)
      socket.fillOptions(from: [none])
      return [none]
    }
    guard socket.isWorthOptions else {
      let none = SocketOptions.unavailable(
        .init("options of connected UDP sockets are not looked at"))
      socket.fillOptions(from: [none])
      return [none]
    }
    var options = found.map { self.options(inode: $0) }
    // An MPTCP listener has two inodes, of which processes hold one; what is hidden may be a member.
    if found.count < socket.inodes.count, let gap = holders.gap {
      options.append(.unavailable(gap))
    }
    socket.fillOptions(from: options)
    return options
  }

  /// nfsd and lockd have such.
  static let ofTheKernel = "no process holds the socket: the kernel's own"

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
      let nobody = Self.ofTheKernel
      return SocketOwnership(
        owners: PartialList([], rest: holders.gap), process: none(nobody), pid: none(nobody),
        unit: unit(ofCreation: created) ?? none("no unit owns it"), socketActivated: activated)
    }
    let info = process(first)
    return SocketOwnership(
      owners: PartialList(sorted.map { owner($0) }, rest: holders.rest),
      process: info.name,
      pid: .value(Int(first), .file(SourceLocation(path: "/proc/\(first)/fd"))),
      unit: systemdIsPID1 && first == 1
        ? .absent("systemd holds it for a socket unit whose service does not run") : info.unit,
      socketActivated: activated)
  }

  mutating func owner(_ pid: Int32) -> SocketOwner {
    let info = process(pid)
    return SocketOwner(
      pid: Int(pid), process: info.name, unit: info.unit, started: info.started)
  }

  mutating func members(_ inodes: [UInt64]) -> PartialList<SocketMember>? {
    let members = inodes.prefix(SocketMember.most).map { inode in
      let pids = Set((holders.holders[inode] ?? []).map(\.pid))
      let rest =
        pids.count > SocketMember.mostOwners
        ? Unreadable("more than \(SocketMember.mostOwners) processes hold it") : nil
      return SocketMember(
        owners: PartialList(
          pids.sorted().prefix(SocketMember.mostOwners).map { owner($0) },
          rest: pids.isEmpty ? holders.gap : rest))
    }
    return SocketMember.list(members, of: inodes)
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

  mutating func process(_ pid: Int32) -> ProcessInfo {
    if let known = processes[pid] { return known }
    let info = ProcessInfo.read(pid, root)
    processes[pid] = info
    return info
  }

  /// Looks once more, for these alone: on most hosts there are none.
  func connectionOwners(of listeners: [Listener]) -> [PartialList<SocketOwner>?] {
    let inodes = Set(listeners.flatMap(\.accepted.inodes))
    let found = SocketHolders.find(inodes, root: root, deadline: deadline)
    var lookup = self
    return listeners.map { listener in
      let pids = Set(
        listener.accepted.inodes.flatMap { (found.holders[$0] ?? []).map(\.pid) })
      var rest = found.gap
      if rest == nil, listener.accepted.leftOut > 0 {
        let count = listener.accepted.leftOut + listener.accepted.inodes.count
        rest = .init(
          "only \(AcceptedSample.limit) of \(count) connections of the listener were looked at")
      }
      return PartialList(pids.sorted().map { lookup.owner($0) }, rest: rest)
    }
  }

  func closeWaitOwners(of sample: ConnectionSample) -> PartialList<CloseWaitOwner>? {
    let found = SocketHolders.find(
      Set(sample.members.map(\.row.inode)), root: root, deadline: deadline)
    var lookup = self
    return sample.owners(found, root) { lookup.owner($0) }
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
      let options = SocketOptions.read(
        holder, of: handle(holder.pid), inode: inode, yama: yama)
      guard case .unavailable(let why) = options.reuseAddress else { return options }
      refusal = why
    }
    return .unavailable(refusal)
  }

  private mutating func handle(_ pid: Int32) -> ProcessHandle {
    if let known = handles[pid] { return known }
    // Few, so that no limit of descriptors is met.
    if handles.count == 64 { handles.removeAll() }
    let handle = ProcessHandle(pid)
    handles[pid] = handle
    return handle
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
}

extension Listener {
  /// Takes over what only matters for listeners: their connections inherit it.
  mutating func fillLinger(from members: [SocketOptions]) {
    lingerSeconds = agreed(lingerSeconds, members.map(\.lingerSeconds))
    guard lingerSeconds.value == 0 else { return }
    inbound = inbound.map(\.withoutThoseReset)
  }
}

/// What members agree on; `known` where that was known before.
private func agreed<Value: Hashable>(
  _ known: Reading<Value>, _ members: [Reading<Value>]
) -> Reading<Value> {
  guard case .unavailable(let why) = known, why != membersDisagree else { return known }
  var told: Set<Value?> = []
  for member in members {
    // Absence is an answer too: the option is off.
    if case .unavailable = member { continue }
    told.insert(member.value)
  }
  if told.count > 1 { return .unavailable(membersDisagree) }
  // A member that could not be read may be of another opinion.
  return members.first { if case .unavailable = $0 { true } else { false } } ?? members.first
    ?? known
}

extension Sockets {
  /// Fills in owners and options of listeners, bound UDP sockets and idle bound sockets.
  mutating func attachOwners(_ root: HostRoot, deadline: Deadline) {
    if root.recording != nil {
      attachOwners(RecordedOwners(root))
      return
    }
    var inodes: Set<UInt64> = []
    var cgroupIDs: Set<UInt64> = []
    func want(_ sockets: [some OwnedSocket]) {
      for socket in sockets {
        inodes.formUnion(socket.inodes)
        cgroupIDs.formUnion(socket.cgroupIDs)
      }
    }
    want(listeners.elements)
    want(boundUDP.elements)
    want(boundIdle.value?.elements ?? [])
    attachOwners(
      SocketOwnerLookup(inodes: inodes, cgroupIDs: cgroupIDs, root: root, deadline: deadline))
  }

  private mutating func attachOwners(_ source: some SocketOwnerSource) {
    var source = source
    for index in listeners.elements.indices {
      let options = source.attach(to: &listeners.elements[index])
      listeners.elements[index].fillLinger(from: options)
      if listeners.elements[index].isShared {
        listeners.elements[index].sharers =
          source.members(listeners.elements[index].inodes)
          ?? listeners.elements[index].sharersUntold
      }
      // The only hard evidence so far that a port is configured: a socket unit names it.
      listeners.elements[index].fixed = listeners.elements[index].ownership.socketActivated
    }
    for (index, leak) in source.leaks(of: listeners.elements).enumerated() {
      listeners.elements[index].leak = leak ?? listeners.elements[index].leakUntold
    }
    attachConnectionOwners(source)
    if closeWaits.isWorthAsking {
      closeWaitOwners =
        source.closeWaitOwners(of: closeWaits)
        ?? PartialList(
          [], rest: .init("the recording does not tell who holds connections in CLOSE_WAIT"))
    }
    weighParity()
    for index in boundUDP.elements.indices {
      source.attach(to: &boundUDP.elements[index])
      boundUDP.elements[index].fixed = boundUDP.elements[index].ownership.socketActivated
    }
    guard case .value(var list, let origin) = boundIdle else { return }
    for index in list.elements.indices { source.attach(to: &list.elements[index]) }
    boundIdle = .value(list, origin)
  }
}

extension Sockets {
  /// Fills in who holds connections of listeners that these would keep from a restart.
  private mutating func attachConnectionOwners(_ source: some SocketOwnerSource) {
    var wanted: [Int] = []
    for index in listeners.elements.indices {
      switch listeners.elements[index].needsConnectionOwners {
      case .value: wanted.append(index)
      case .absent(let why): listeners.elements[index].connectionOwners = .absent(why)
      case .unavailable(let why): listeners.elements[index].connectionOwners = .unavailable(why)
      }
    }
    guard !wanted.isEmpty else { return }
    let found = source.connectionOwners(of: wanted.map { listeners.elements[$0] })
    for (index, owners) in zip(wanted, found) {
      listeners.elements[index].connectionOwners =
        owners.map { .value($0, .dump("/proc/PID/fd")) }
        ?? .unavailable(.init("the recording does not tell who holds its connections"))
    }
  }
}

extension Sockets {
  /// With this reason for everything that a look-up of the owners would have told.
  func withoutOwners(_ why: Unreadable) -> Sockets {
    func mark(_ socket: inout some OwnedSocket) {
      socket.ownership = .unavailable(why)
      socket.fillOptions(from: [.unavailable(why)])
    }
    var sockets = self
    for index in listeners.elements.indices {
      mark(&sockets.listeners.elements[index])
      sockets.listeners.elements[index].fillLinger(from: [.unavailable(why)])
      if sockets.listeners.elements[index].members > 1 {
        sockets.listeners.elements[index].sharers = PartialList([], rest: why)
      }
      if !sockets.listeners.elements[index].accepted.inodes.isEmpty {
        sockets.listeners.elements[index].connectionOwners = .unavailable(why)
      }
      sockets.listeners.elements[index].leak = .unavailable(why)
      sockets.listeners.elements[index].fixed = .unavailable(why)
    }
    if closeWaits.isWorthAsking { sockets.closeWaitOwners = PartialList([], rest: why) }
    sockets.weighParity()
    for index in boundUDP.elements.indices {
      mark(&sockets.boundUDP.elements[index])
      sockets.boundUDP.elements[index].fixed = .unavailable(why)
    }
    if case .value(var list, let origin) = boundIdle {
      for index in list.elements.indices { mark(&list.elements[index]) }
      sockets.boundIdle = .value(list, origin)
    }
    return sockets
  }
}
