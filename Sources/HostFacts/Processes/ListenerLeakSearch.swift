internal import CEL

/// Finds out who holds a listener without belonging to it or serving it.
///
/// A descriptor that a server did not mark close-on-exec stays open in what it starts: a shell, a
/// daemon that moves to a unit of its own. The port is then taken for as long as that runs.
extension SocketOwnerLookup {
  /// Strangers to a unit that are looked at; very many of them are told of as that.
  private static let mostStrangers = 8

  mutating func leak(of listener: Listener) -> Reading<ListenerLeak>? {
    switch listener.ownership.socketActivated {
    case .value(true, _): .absent("systemd holds it over a restart")
    case .value(false, let origin): leak(of: listener, origin)
    case .absent(let why): .absent(why)
    case .unavailable(let why): .unavailable(why)
    }
  }

  private mutating func leak(of listener: Listener, _ origin: Origin) -> Reading<ListenerLeak> {
    var inodes: [Int32: UInt64] = [:]
    for inode in listener.inodes {
      for holder in holders.holders[inode] ?? [] { inodes[holder.pid] = inode }
    }
    guard !inodes.isEmpty else {
      return holders.gap.map { .unavailable($0) } ?? .absent(Self.ofTheKernel)
    }
    var groups: [Int32: ControlGroup] = [:]
    for pid in inodes.keys {
      if case .unavailable(let why) = process(pid).group { return .unavailable(why) }
      groups[pid] = process(pid).group.value
    }
    let home = home(of: listener, groups)
    let strangers = groups.keys.sorted().filter {
      groups[$0]?.isNamed == true && groups[$0] != home.group
    }
    if strangers.isEmpty {
      return holders.heirsGap.map { .unavailable($0) }
        ?? .absent("no process outside its unit holds it")
    }

    let programs = Set(groups.keys.filter { groups[$0] == home.group }.map { program($0) })
    var rest: Unreadable? =
      strangers.count > Self.mostStrangers
      ? .init("only \(Self.mostStrangers) of \(strangers.count) processes were looked at") : nil
    // Whoever serves it, or may, has not inherited it by mistake, nor has what started that.
    var belonging: Set<ControlGroup?> = []
    var leaked: [Int32] = []
    for pid in strangers.prefix(Self.mostStrangers) {
      let program = program(pid)
      if PickedPorts.isContainerPortHelper(process(pid).name.value ?? "") { continue }
      if program != nil && programs.contains(program) { continue }
      let wait = SocketWait(pid: pid, inode: inodes[pid] ?? 0, root: root).reading
      if wait.value == false, program != nil, !programs.contains(nil) {
        leaked.append(pid)
        continue
      }
      belonging.insert(groups[pid])
      if wait.value != true {
        rest =
          rest ?? wait.unreadable
          ?? .init("which programs hold it may not be read", grant: "CAP_SYS_PTRACE (or root)")
      }
    }
    leaked.removeAll { belonging.contains(groups[$0]) }
    if leaked.isEmpty {
      return (rest ?? holders.heirsGap).map { .unavailable($0) }
        ?? .absent("every process that holds it serves it")
    }
    return .value(
      ListenerLeak(
        holders: PartialList(leaked.map { owner($0) }, rest: rest), unit: home.unit,
        isOrphan: belonging.isEmpty ? home.isEmpty : .value(false, origin)), origin)
  }

  /// Where a listener belongs.
  private struct Home {
    /// Nil where it is gone.
    var group: ControlGroup?
    var unit: Reading<String>
    var isEmpty: Reading<Bool>
  }

  private mutating func home(of listener: Listener, _ groups: [Int32: ControlGroup]) -> Home {
    let origin = Origin.dump("sock_diag INET_DIAG_CGROUP_ID")
    if listener.cgroupIDs.count == 1, let number = listener.cgroupIDs.first {
      let isEmpty = self.groups.isEmpty(number, root)
      let made = self.groups.group(listener.cgroupIDs)
      if let made, made.isNamed {
        return Home(
          group: made, unit: made.unit.map { .value($0, origin) } ?? .absent("it is a container's"),
          isEmpty: isEmpty.map { .value($0, origin) }
            ?? .unavailable(
              .init("whether processes are left in its control group may not be read"))
        )
      }
      if made == nil, isEmpty == true {
        return Home(
          unit: .absent("the control group where it was made is gone"),
          isEmpty: .value(true, origin))
      }
    }
    // Who inherits a socket begins later than who made it.
    let first = groups.keys.sorted().min {
      (process($0).started.value ?? 0, $0) < (process($1).started.value ?? 0, $1)
    }
    return Home(
      group: first.flatMap { groups[$0] }, unit: first.map { process($0).unit } ?? .absent("none"),
      isEmpty: .value(false, origin))
  }

  /// The file that a process runs; nil where that may not be read.
  private func program(_ pid: Int32) -> String? {
    root.linkTarget("/proc/\(pid)/exe").map { target in
      // The kernel's mark of a file that was replaced, as updates do.
      target.hasSuffix(" (deleted)") ? String(target.dropLast(" (deleted)".count)) : target
    }
  }
}

extension ControlGroup {
  /// Whether it says whose it is: a unit's or a container's.
  fileprivate var isNamed: Bool { unit != nil || container != nil }
}
