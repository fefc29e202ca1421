internal import CEL
internal import CLinuxShims
internal import Glibc

/// Which listeners a process serves: an epoll set of its has one, a thread is in accept() on it, or it
/// has a connection that came in through it.
///
/// poll(), select() and io_uring have their lists in the process's memory, which is not read; and who
/// is at work for a client waits for nothing. So of a thread only some calls say that it waits for
/// something else: where one is in another, nothing is known.
struct ProcessWait: Sendable {
  /// Sockets, by inode, that it waits for.
  private(set) var served: Set<UInt64> = []
  /// Sockets that it holds.
  private(set) var held: Set<UInt64> = []
  /// Why it may wait for others too; nil where it does not.
  private(set) var unclear: Unreadable?

  /// Of one process; where there are more, nothing is known.
  private static let mostDescriptors = 4096
  private static let mostThreads = 256
  /// Bytes of one epoll set's list: those of 100,000 sockets.
  private static let longestList = 16 << 20

  /// Reads it.
  /// - Parameters:
  ///   - wanted: inodes of the sockets that are asked for.
  ///   - yama: `kernel.yama.ptrace_scope`; nil where the kernel has none.
  static func read(
    _ pid: Int32, _ wanted: Set<UInt64>, _ root: HostRoot, yama: Int?
  ) -> ProcessWait {
    var wait = ProcessWait()
    do throws(Unreadable) {
      try wait.addDescriptors(pid, wanted, root)
      try wait.addThreads(pid, wanted, root, yama: yama)
    } catch {
      wait.unclear = wait.unclear ?? error
    }
    return wait
  }

  /// Whether it serves any of these sockets, of which it holds some; `accepted` are connections.
  func serves(_ sockets: Set<UInt64>, accepted: [UInt64]) -> Reading<Bool> {
    let origin = Origin.dump("/proc/PID/fdinfo and /proc/PID/task/TID/syscall")
    if !served.isDisjoint(with: sockets) || accepted.contains(where: held.contains) {
      return .value(true, origin)
    }
    if let unclear { return .unavailable(unclear) }
    // It was seen to hold one when the holders were looked for.
    return held.isDisjoint(with: sockets)
      ? .unavailable(.init("a process closed it while it was looked at")) : .value(false, origin)
  }

  // MARK: Descriptors

  private mutating func addDescriptors(
    _ pid: Int32, _ wanted: Set<UInt64>, _ root: HostRoot
  ) throws(Unreadable) {
    var sets: [String] = []
    do throws(ReadFailure) {
      var directory = try root.directory("/proc/\(pid)/fd")
      var count = 0
      while let entry = directory.next() {
        count += 1
        if count > Self.mostDescriptors { throw .longer(limit: Self.mostDescriptors) }
        guard let target = try? directory.link(entry.name) else { continue }
        if let inode = Directory.socketInode(target.utf8) {
          if wanted.contains(inode) { held.insert(inode) }
        } else if target == "anon_inode:[eventpoll]" {
          sets.append(entry.name)
        } else if target == "anon_inode:[io_uring]" {
          unclear = .init("process \(pid) uses io_uring, whose requests are not shown")
        }
      }
      if directory.failure != 0 { throw .system(directory.failure) }
    } catch .longer(let limit) {
      throw Unreadable("process \(pid) has more than \(limit) descriptors")
    } catch {
      throw Self.refusal(pid, error, yama: nil)
    }
    for name in sets { try addSet(pid, name, wanted, root) }
  }

  /// Lines such as `tfd: 3 events: 19 data: 3 pos:0 ino:7e9b5d2 sdev:9`; the inode since Linux 4.13
  /// (fs/eventpoll.c, ep_show_fdinfo).
  private mutating func addSet(
    _ pid: Int32, _ name: String, _ wanted: Set<UInt64>, _ root: HostRoot
  ) throws(Unreadable) {
    let path = "/proc/\(pid)/fdinfo/\(name)"
    switch root.bytes(path, limit: Self.longestList, isNoted: false) {
    // Closed meanwhile.
    case .absent: return
    case .unavailable(let why): throw why
    case .value(let list, _):
      for line in lines(String(decoding: list, as: UTF8.self)) where line.hasPrefix("tfd:") {
        guard let field = words(line).first(where: { $0.hasPrefix("ino:") }),
          let inode = UInt64(field.dropFirst("ino:".count), radix: 16)
        else { throw Unreadable("'\(path)' does not tell which files the set has") }
        if wanted.contains(inode) { served.insert(inode) }
      }
    }
  }

  // MARK: Threads

  private mutating func addThreads(
    _ pid: Int32, _ wanted: Set<UInt64>, _ root: HostRoot, yama: Int?
  ) throws(Unreadable) {
    let threads = try Self.threads(pid, root, yama: yama)
    guard threads.count <= Self.mostThreads else {
      throw Unreadable("process \(pid) has more than \(Self.mostThreads) threads")
    }
    for thread in threads {
      switch root.text("/proc/\(pid)/task/\(thread)/syscall") {
      // It has ended: the list is compared below.
      case .absent: continue
      case .unavailable(let why):
        throw Self.refusal(pid, why.grant == nil ? .system(EIO) : .system(EPERM), yama: yama)
      case .value(let text, _):
        switch ThreadCall(text) {
        case .accept(let descriptor):
          guard let target = root.linkTarget("/proc/\(pid)/fd/\(descriptor)"),
            let inode = Directory.socketInode(target.utf8)
          else { continue }
          if wanted.contains(inode) { served.insert(inode) }
        case .idle: continue
        case .unclear(let what):
          unclear = unclear ?? .init("a thread of process \(pid) \(what)")
        }
      }
    }
    // A list that is read while a thread ends may lack others (fs/proc/base.c, proc_task_readdir).
    if try Self.threads(pid, root, yama: yama) != threads {
      unclear = unclear ?? .init("threads of process \(pid) began or ended while it was looked at")
    }
  }

  private static func threads(
    _ pid: Int32, _ root: HostRoot, yama: Int?
  ) throws(Unreadable) -> Set<String> {
    do throws(ReadFailure) {
      return Set(try root.names("/proc/\(pid)/task"))
    } catch {
      throw refusal(pid, error, yama: yama)
    }
  }

  private static func refusal(_ pid: Int32, _ failure: ReadFailure, yama: Int?) -> Unreadable {
    if failure.isAbsence { return .init("process \(pid) ended while it was looked at") }
    guard failure.isRefusal else { return failure.unreadable("/proc/\(pid)") }
    return .init(
      "what process \(pid) waits for may not be read",
      grant: yama == 3
        ? "a boot with kernel.yama.ptrace_scope below 3" : "CAP_SYS_PTRACE (or root)")
  }
}

/// The system call that a thread is in, from `/proc/PID/task/TID/syscall` (proc_pid_syscall(5)):
/// `NUMBER ARGUMENT… STACK PC`, `-1 STACK PC` outside of calls, `running`.
enum ThreadCall: Hashable {
  /// accept() on this descriptor.
  case accept(UInt64)
  /// In a call that waits for no socket, or for an epoll set, which tells itself what it has.
  case idle
  /// It may wait for any socket, or be at work: words that go on after "a thread of process 812".
  case unclear(String)

  init(_ text: String) {
    let fields = words(text)
    guard let first = fields.first, let number = Int(first), number >= 0, fields.count == 9,
      let stack = Self.hexadecimal(fields[7])
    else {
      self = .unclear("is not in a system call")
      return
    }
    // Programs of 32 bits have other numbers, and their stacks are there.
    if stack <= UInt64(UInt32.max) {
      self = .unclear("is of 32 bits: its system calls have other numbers")
      return
    }
    switch Int(sockwise_call_kind(number)) {
    case SOCKWISE_CALL_ACCEPT:
      self =
        Self.hexadecimal(fields[1]).map { .accept($0) } ?? .unclear("is not in a system call")
    case SOCKWISE_CALL_IDLE: self = .idle
    default: self = .unclear("may be at work, or wait in poll(), select() or the like")
    }
  }

  private static func hexadecimal(_ field: Substring) -> UInt64? {
    field.hasPrefix("0x") ? UInt64(field.dropFirst(2), radix: 16) : nil
  }
}
