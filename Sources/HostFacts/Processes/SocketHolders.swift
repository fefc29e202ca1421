internal import Glibc
internal import Synchronization

/// Which descriptors of which processes hold given sockets, from the links in `/proc/PID/fd`.
///
/// The first 256 descriptors of each process come first, then the rest until each socket has a
/// holder: listeners are opened early, and a proxy with 100,000 connections has them behind.
struct SocketHolders: Sendable {
  struct Holder: Hashable, Sendable {
    var pid: Int32
    var descriptor: Int32
  }

  /// Holders by inode, by PID and then by descriptor.
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

  private static let firstDescriptors: Int32 = 256

  /// Looks for the holders of the sockets with these inodes.
  /// - Parameter budget: processor time of each thread.
  static func find(
    _ wanted: Set<UInt64>, root: HostRoot, deadline: Deadline,
    budget: Duration = DescriptorScan.budget
  ) -> SocketHolders {
    guard !wanted.isEmpty else { return SocketHolders() }
    let scan: DescriptorScan
    do throws(ReadFailure) {
      scan = try Self.scan(try processes(root), for: wanted, root, deadline, budget)
    } catch {
      return stopped(root.hasProc ? error.unreadable("/proc") : .init("'/proc' is not mounted"))
    }
    var result = scan.whyStopped.map { stopped($0) } ?? SocketHolders()
    result.holders = scan.holders.mapValues {
      $0.sorted { ($0.pid, $0.descriptor) < ($1.pid, $1.descriptor) }
    }
    result.hasReadPID1 = scan.hasReadPID1
    if scan.whyStopped != nil { return result }
    if !scan.unfinished.isEmpty {
      let count = scan.unfinished.count
      let processes = count == 1 ? "1 process" : "\(count) processes"
      result.skipped = .init(
        "descriptors beyond the first \(firstDescriptors) of \(processes) were not read")
    }
    result.gap = whatIsHidden(scan, root)
    result.heirsGap =
      scan.refusing.contains { $0 != 1 }
      ? result.gap : ProcMount.gapOfOtherUsers(root, grant: DescriptorScan.grant)
    return result
  }

  private static func stopped(_ why: Unreadable) -> SocketHolders {
    var result = SocketHolders()
    (result.gap, result.heirsGap) = (why, why)
    return result
  }

  private static func scan(
    _ pids: [Int32], for wanted: Set<UInt64>, _ root: HostRoot, _ deadline: Deadline,
    _ budget: Duration
  ) throws(ReadFailure) -> DescriptorScan {
    var scan = DescriptorScan(for: wanted, root: root, deadline: deadline, budget: budget)
    // PID 1 first and whole: whether it holds a listener decides what a restart does to it.
    if pids.first == 1, !scan.read(1) { return scan }
    let left = scan.budgetLeft
    let others = ProcessQueue(pids.drop { $0 == 1 })
    // A look at a descriptor is a few microseconds of the kernel's, on whichever processor.
    let parts = onSeveralThreads(most: pids.count < fewProcesses ? 1 : mostThreads) {
      var part = DescriptorScan(for: wanted, root: root, deadline: deadline, budget: left)
      while let pid = others.next(), part.read(pid, 0..<firstDescriptors) {}
      return part
    }
    for part in parts { scan.merge(part) }
    if scan.whyStopped == nil { scan.readOn(from: firstDescriptors) }
    // Whoever was started meanwhile may have inherited a socket from a process that ended meanwhile.
    if scan.whyStopped == nil, scan.holders.count < wanted.count {
      let known = Set(pids)
      for pid in try processes(root) where !known.contains(pid) && !scan.read(pid) { break }
    }
    return scan
  }

  /// With fewer, another thread takes longer to make than it saves.
  private static let fewProcesses = 64
  /// Whoever pays for a quota of processor time pays for all of them.
  private static let mostThreads = 2

  /// Processes that are handed out one by one.
  private final class ProcessQueue: Sendable {
    private let pids: Mutex<ArraySlice<Int32>>

    init(_ pids: ArraySlice<Int32>) { self.pids = Mutex(pids) }

    func next() -> Int32? { pids.withLock { $0.popFirst() } }
  }

  /// What keeps processes out of sight although none refused.
  private static func whatIsHidden(_ scan: DescriptorScan, _ root: HostRoot) -> Unreadable? {
    guard let first = scan.refusing.min(),
      Capabilities.effective(root)?.includesReadingProcesses == true
    else { return scan.refusal?.why ?? ProcMount.gap(root, grant: DescriptorScan.grant) }
    let others = scan.refusing.count > 1 ? " and \(scan.refusing.count - 1) more" : ""
    return .init(
      "process \(first)\(others) cannot be looked into, not even with CAP_SYS_PTRACE: "
        + "a security module or a sandbox refuses")
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
