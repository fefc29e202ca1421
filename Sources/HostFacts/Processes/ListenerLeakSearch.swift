internal import CEL
internal import Glibc

/// Finds out who holds listeners without belonging to them or serving them.
///
/// A descriptor that a server did not mark close-on-exec stays open in what it starts: a shell, a
/// daemon that moves to a unit of its own. The port is then taken for as long as that runs.
extension SocketOwnerLookup {
  /// Strangers to a listener that are looked at; whoever may open sockets may start very many.
  private static let mostStrangers = 32
  /// Processor time for all listeners.
  private static let leakBudget = Duration.milliseconds(200)

  /// One answer for each listener.
  mutating func leaks(of listeners: [Listener]) -> [Reading<ListenerLeak>?] {
    let end = processorTimeOfThread() + Self.leakBudget
    let wanted = listeners.reduce(into: Set<UInt64>()) {
      $0.formUnion($1.inodes)
      $0.formUnion($1.accepted.inodes)
    }
    var waits: [Int32: ProcessWait] = [:]
    return listeners.map { listener in
      switch listener.ownership.socketActivated {
      case .value(true, _): .absent("systemd holds it over a restart")
      case .absent(let why): .absent(why)
      // Why PID 1 is not known is the smaller part of it.
      case .unavailable(let why): .unavailable(holders.gap ?? why)
      case .value(false, let origin):
        leak(of: listener, origin) { lookup, pid throws(Unreadable) in
          if let known = waits[pid] { return known }
          if lookup.deadline.hasPassed || processorTimeOfThread() >= end {
            throw Unreadable("the search for leaked listeners stopped after 0.2 s")
          }
          let wait = ProcessWait.read(pid, wanted, lookup.root, yama: lookup.yama)
          waits[pid] = wait
          return wait
        }
      }
    }
  }

  private mutating func leak(
    of listener: Listener, _ origin: Origin,
    _ wait: (SocketOwnerLookup, Int32) throws(Unreadable) -> ProcessWait
  ) -> Reading<ListenerLeak> {
    // In a group each member may be another process's.
    var sockets: [Int32: Set<UInt64>] = [:]
    for inode in listener.inodes {
      for holder in holders.holders[inode] ?? [] { sockets[holder.pid, default: []].insert(inode) }
    }
    guard !sockets.isEmpty else {
      return holders.gap.map { .unavailable($0) } ?? .absent(Self.ofTheKernel)
    }
    var groups: [Int32: ControlGroup] = [:]
    for pid in sockets.keys {
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
      var serves: Reading<Bool>
      do throws(Unreadable) {
        serves = try wait(self, pid).serves(
          sockets[pid] ?? [], accepted: listener.accepted.inodes)
      } catch {
        serves = .unavailable(error)
      }
      if serves.value == false, program == nil || programs.contains(nil) {
        serves = .unavailable(
          .init("which programs hold it may not be read", grant: "CAP_SYS_PTRACE (or root)"))
      } else if serves.value == false, programs.contains(program) {
        // A worker, or another script of one interpreter.
        serves = .unavailable(
          .init("process \(pid) of another unit holds it and runs the same program as its owner"))
      }
      if serves.value == false {
        leaked.append(pid)
      } else {
        belonging.insert(groups[pid])
        rest = rest ?? serves.unreadable
      }
    }
    leaked.removeAll { belonging.contains(groups[$0]) }
    if leaked.isEmpty {
      return (rest ?? holders.heirsGap).map { .unavailable($0) }
        ?? .absent("every process that holds it serves it")
    }
    return .value(
      ListenerLeak(
        holders: leaked.map { owner($0) }, unit: home.unit,
        isOrphan: belonging.isEmpty ? home.isEmpty : .value(false, origin),
        age: process(leaked[0]).started.map { max(0, Self.uptime - $0) }), origin)
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
            ?? .absent("whether processes are left in its control group is not told"))
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
      isEmpty: .absent("the control group where it was made is not told"))
  }

  /// Seconds since the kernel started, as a process's beginning is told.
  private static var uptime: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
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
