internal import Glibc

/// Which descriptors of which processes hold given sockets, from the links in `/proc/PID/fd`.
///
/// The first 256 descriptors of each process come first, then the rest until each socket has a
/// holder: listeners are opened early, and a proxy with 100,000 connections has them behind.
struct SocketHolders: Sendable {
  struct Holder: Hashable, Sendable {
    var pid: Int32
    var descriptor: Int32
  }

  /// Holders by inode, PID ascending.
  private(set) var holders: [UInt64: [Holder]] = [:]
  /// Why a socket without a holder here may still have one; nil where every process was read.
  private(set) var gap: Unreadable?
  /// Why a socket with a holder here may have more, although there is no gap.
  private(set) var skipped: Unreadable?
  /// Why a process that inherited a socket may be out of sight: not for a PID namespace, which those
  /// that a process starts do not leave, nor for PID 1.
  private(set) var heirsGap: Unreadable?
  /// Why holders may be missing here; nil where every descriptor of every process was read.
  var rest: Unreadable? { gap ?? skipped }
  /// Whether PID 1's descriptors were read to the end.
  private(set) var hasReadPID1 = false

  /// Processor time for all of it: on a host with very many descriptors, owners are a detail. A
  /// busy host makes the search slower, and must not make it blind.
  static let budget = Duration.milliseconds(200)
  private static let firstDescriptors = 256

  /// Looks for the holders of the sockets with these inodes.
  static func find(_ wanted: Set<UInt64>, root: HostRoot, deadline: Deadline) -> SocketHolders {
    var search = Search(
      wanted: wanted, root: root, deadline: deadline, budget: processorTime() + budget)
    return search.run()
  }

  /// What the calling thread has used.
  static func processorTime() -> Duration {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  private struct Search {
    let wanted: Set<UInt64>
    let root: HostRoot
    let deadline: Deadline
    /// The thread's processor time at which to stop.
    let budget: Duration
    var result = SocketHolders()
    /// Processes that let nobody look, ascending.
    var refusing: [Int32] = []
    /// Why the descriptors of some processes could not be read.
    var refusal: Unreadable?
    /// Processes with more than the first descriptors.
    var unfinished: [Int32] = []

    mutating func run() -> SocketHolders {
      guard !wanted.isEmpty else { return result }
      do throws(ReadFailure) {
        // PID 1 first and whole: whether it holds a listener decides what a restart does to it.
        for pid in try processes(root) {
          if let whyStop { return stopped(whyStop) }
          read(pid, from: 0, to: pid == 1 ? .max : firstDescriptors)
        }
      } catch {
        return stopped(
          root.hasProc ? error.unreadable("/proc") : .init("'/proc' is not mounted"))
      }
      var pending = unfinished[...]
      while result.holders.count < wanted.count, let pid = pending.popFirst() {
        if let whyStop { return stopped(whyStop) }
        read(pid, from: firstDescriptors, to: .max)
      }
      if let whyStop { return stopped(whyStop) }
      // The last of them may have been left in its middle.
      if result.holders.count < wanted.count, let whyStop { return stopped(whyStop) }
      if !pending.isEmpty {
        let processes = pending.count == 1 ? "1 process" : "\(pending.count) processes"
        result.skipped = .init(
          "descriptors beyond the first \(firstDescriptors) of \(processes) were not read")
      }
      result.gap = whatIsHidden()
      result.heirsGap =
        refusing.contains { $0 != 1 }
        ? result.gap : ProcMount.gapOfOtherUsers(root, grant: Self.grant)
      return result
    }

    /// Why to stop now; nil where there is time left.
    private var whyStop: Unreadable? {
      if deadline.hasPassed { return .init("descriptor scan stopped at the time limit") }
      if processorTime() >= budget { return .init("descriptor scan stopped after 0.2 s") }
      return nil
    }

    private mutating func stopped(_ why: Unreadable) -> SocketHolders {
      (result.gap, result.heirsGap) = (why, why)
      return result
    }

    private mutating func read(_ pid: Int32, from first: Int, to last: Int) {
      do throws(ReadFailure) {
        var directory = try root.directory("/proc/\(pid)/fd")
        var index = 0
        while let entry = directory.next() {
          defer { index += 1 }
          if index < first { continue }
          if index >= last {
            unfinished.append(pid)
            return
          }
          if index % 64 == 63, whyStop != nil { return }
          let inode: UInt64?
          do throws(ReadFailure) {
            inode = try directory.socket(entry.name)
          } catch .system(ENOENT) {
            // Closed meanwhile.
            continue
          }
          guard let inode, wanted.contains(inode), let descriptor = Int32(entry.name) else {
            continue
          }
          result.holders[inode, default: []].append(Holder(pid: pid, descriptor: descriptor))
        }
        if directory.failure != 0 { throw .system(directory.failure) }
        if pid == 1 { result.hasReadPID1 = true }
      } catch {
        // A process that ended holds nothing; another that may not be read counts.
        guard !error.isAbsence else { return }
        if error.isRefusal && refusing.last != pid { refusing.append(pid) }
        refusal = error.ofSomeProcesses("descriptors", grant: Self.grant)
      }
    }

    /// What keeps processes out of sight although none refused.
    private func whatIsHidden() -> Unreadable? {
      guard let first = refusing.first,
        Capabilities.effective(root)?.includesReadingProcesses == true
      else { return refusal ?? ProcMount.gap(root, grant: Self.grant) }
      let others = refusing.count > 1 ? " and \(refusing.count - 1) more" : ""
      return .init(
        "process \(first)\(others) cannot be looked into, not even with CAP_SYS_PTRACE: "
          + "a security module or a sandbox refuses")
    }

    private static let grant = "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH (or root)"
  }

  /// Process ids, ascending.
  static func processes(_ root: HostRoot) throws(ReadFailure) -> [Int32] {
    try root.names("/proc").compactMap { Int32($0) }.filter { $0 > 0 }.sorted()
  }
}

extension ReadFailure {
  /// What is said of a file that many processes have: "descriptors", "network namespaces".
  func ofSomeProcesses(_ what: String, grant: String) -> Unreadable {
    switch self {
    case .system(let number) where number != EACCES && number != EPERM:
      .init("the \(what) of some processes could not be read: \(errnoText(number))")
    default: .init("the \(what) of some processes may not be read", grant: grant)
    }
  }
}

/// What `/proc` shows of the host's processes.
enum ProcMount {
  /// Why there may be processes that it does not show; nil where it shows all.
  static func gap(_ root: HostRoot, grant: String) -> Unreadable? {
    if let gap = gapOfOtherUsers(root, grant: grant) { return gap }
    do throws(ReadFailure) {
      return try showsEveryProcess(root)
        ? nil
        : .init(
          "processes outside this PID namespace are out of sight",
          grant: "the host's PID namespace")
    } catch {
      return error.unreadable("/proc")
    }
  }

  /// The same, processes outside its PID namespace aside.
  static func gapOfOtherUsers(_ root: HostRoot, grant: String) -> Unreadable? {
    if !root.hasProc { return .init("'/proc' is not mounted") }
    do throws(ReadFailure) {
      return try hidesProcesses(root)
        ? .init("'/proc' hides the processes of other users (hidepid)", grant: grant) : nil
    } catch {
      return error.unreadable("/proc")
    }
  }

  /// Whether it hides those of other users from this one: the mount option `hidepid` (proc(5)).
  static func hidesProcesses(_ root: HostRoot) throws(ReadFailure) -> Bool {
    // PID 1 is always there; without it the option is at work.
    do throws(ReadFailure) {
      _ = try root.status("/proc/1")
    } catch {
      if error.isAbsence { return true }
      throw error
    }
    // Being root is not enough: a container may have taken the right away.
    guard Capabilities.effective(root)?.includesTracing != true,
      let mounts = root.text("/proc/self/mountinfo").value
    else { return false }
    return MountInfo.parse(mounts).contains { mount in
      mount.type == "proc" && mount.path == "/proc"
        && mount.options.contains {
          $0.hasPrefix("hidepid=") && $0 != "hidepid=0" && $0 != "hidepid=off"
        }
    }
  }

  /// Whether it is that of the initial PID namespace, whose inode is fixed (PROC_PID_INIT_INO in
  /// include/linux/proc_ns.h).
  private static func showsEveryProcess(_ root: HostRoot) throws(ReadFailure) -> Bool {
    do throws(ReadFailure) {
      return try root.status("/proc/self/ns/pid").inode == 0xefff_fffc
    } catch {
      if error.isAbsence { return false }
      throw error
    }
  }
}
