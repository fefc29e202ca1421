internal import Glibc

/// Looks through the descriptors of processes for sockets; see ``SocketHolders``. Each thread has one
/// of its own.
struct DescriptorScan: Sendable {
  private let wanted: Set<UInt64>
  private let root: HostRoot
  private let deadline: Deadline
  /// The thread's processor time at which to stop.
  private let end: Duration

  /// Processor time of a thread that looks: on a host with very many descriptors, owners are a detail.
  /// A busy host makes the search slower, and must not make it blind. Not optimized, and with a
  /// sanitizer, the program is about ten times slower.
  #if DEBUG
    static let budget = Duration.seconds(2)
  #else
    static let budget = Duration.milliseconds(200)
  #endif
  static let grant = "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH (or root)"

  private(set) var holders: [UInt64: [SocketHolders.Holder]] = [:]
  /// Processes that let nobody look.
  private(set) var refusing: [Int32] = []
  /// Why the descriptors of some processes could not be read: of the last of them.
  private(set) var refusal: (pid: Int32, why: Unreadable)?
  /// Processes with more than the first descriptors.
  private(set) var unfinished: [Int32] = []
  /// Whether PID 1's were read to the end.
  private(set) var hasReadPID1 = false
  /// Why some processes were not looked at.
  private(set) var whyStopped: Unreadable?

  /// Call it on the thread that scans.
  init(for wanted: Set<UInt64>, root: HostRoot, deadline: Deadline, budget: Duration) {
    self.wanted = wanted
    self.root = root
    self.deadline = deadline
    end = processorTimeOfThread() + budget
  }

  /// What is left of it; to be asked on the same thread.
  var budgetLeft: Duration { max(.zero, end - processorTimeOfThread()) }

  /// False where there is no time left.
  private mutating func hasTime() -> Bool {
    if deadline.hasPassed {
      whyStopped = .init("descriptor scan stopped at the time limit")
    } else if processorTimeOfThread() >= end {
      let seconds = Self.budget / .seconds(1)
      whyStopped = .init("descriptor scan stopped after \(seconds) s of processor time")
    }
    return whyStopped == nil
  }

  /// Reads the descriptors of a process that have these numbers; one that has higher ones is one of
  /// the `unfinished`. False where no time is left for others.
  ///
  /// By number, not by place in the directory: a descriptor that closes between two looks moves those
  /// behind it forward. `/proc` lists them in this order (fs/proc/fd.c, proc_readfd_common).
  mutating func read(_ pid: Int32, _ numbers: Range<Int32> = 0..<Int32.max) -> Bool {
    guard hasTime() else { return false }
    do throws(ReadFailure) {
      var directory = try root.directory("/proc/\(pid)/fd")
      var count = 0
      while let entry = directory.next() {
        count += 1
        if count % 64 == 0, !hasTime() { return false }
        guard let descriptor = Int32(entry.name), descriptor >= numbers.lowerBound else { continue }
        if descriptor >= numbers.upperBound {
          unfinished.append(pid)
          return true
        }
        let inode: UInt64?
        do throws(ReadFailure) {
          inode = try directory.socket(entry.name)
        } catch .system(ENOENT) {
          // Closed meanwhile.
          continue
        }
        guard let inode, wanted.contains(inode) else { continue }
        holders[inode, default: []].append(.init(pid: pid, descriptor: descriptor))
      }
      if directory.failure != 0 { throw .system(directory.failure) }
      if pid == 1 { hasReadPID1 = true }
    } catch {
      // A process that ended holds nothing; another that may not be read counts.
      guard !error.isAbsence else { return true }
      if error.isRefusal { refusing.append(pid) }
      refusal = (pid, error.ofSomeProcesses("descriptors", grant: Self.grant))
    }
    return true
  }

  /// Takes over what another thread found in other processes.
  mutating func merge(_ other: DescriptorScan) {
    for (inode, found) in other.holders { holders[inode, default: []] += found }
    refusing += other.refusing
    unfinished += other.unfinished
    hasReadPID1 = hasReadPID1 || other.hasReadPID1
    whyStopped = whyStopped ?? other.whyStopped
    if (other.refusal?.pid ?? 0) > (refusal?.pid ?? 0) { refusal = other.refusal }
  }

  /// Reads on in the `unfinished` processes until each socket has a holder, or there are none left.
  mutating func readOn(from first: Int32) {
    var pending = unfinished.sorted()[...]
    while holders.count < wanted.count, let pid = pending.first, read(pid, first..<Int32.max) {
      pending.removeFirst()
    }
    unfinished = Array(pending)
  }
}
