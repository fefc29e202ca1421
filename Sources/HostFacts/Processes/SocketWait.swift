internal import CEL
internal import CLinuxShims
internal import Glibc

/// Whether a process waits for what comes on a socket: an epoll set of its has the socket, or a
/// thread is in accept() on it. What holds a listener and does neither does not serve it.
///
/// poll(), select() and io_uring have their lists in the process's memory, which is not read: where
/// a thread may be in one of them, nothing is known.
struct SocketWait {
  let pid: Int32
  /// The socket's.
  let inode: UInt64
  let root: HostRoot

  /// Of one process; where there are more, nothing is known.
  private static let mostDescriptors = 4096
  private static let mostThreads = 256
  /// Bytes of one epoll set's list: those of 100,000 sockets.
  private static let longestList = 16 << 20

  /// Reads it.
  var reading: Reading<Bool> {
    do throws(Unreadable) {
      var waits = try isInEpollSet()
      if !waits { waits = try isAccepting() }
      return .value(
        waits, .dump("/proc/\(pid)/fdinfo and /proc/\(pid)/task/TID/syscall"))
    } catch {
      return .unavailable(error)
    }
  }

  private func isInEpollSet() throws(Unreadable) -> Bool {
    let wanted = Array(" ino:\(String(inode, radix: 16)) ".utf8)
    var hasRing = false
    for (name, target) in try descriptors() {
      hasRing = hasRing || target == "anon_inode:[io_uring]"
      guard target == "anon_inode:[eventpoll]" else { continue }
      let path = "/proc/\(pid)/fdinfo/\(name)"
      switch root.bytes(path, limit: Self.longestList, isNoted: false) {
      case .value(let list, _):
        if list.firstRange(of: wanted) != nil { return true }
        // Since Linux 4.13 (fs/eventpoll.c, ep_show_fdinfo).
        if list.firstRange(of: Array("tfd:".utf8)) != nil,
          list.firstRange(of: Array(" ino:".utf8)) == nil
        {
          throw Unreadable("'\(path)' does not tell which files the set has")
        }
      // Closed meanwhile.
      case .absent: continue
      case .unavailable(let why): throw why
      }
    }
    if hasRing { throw Unreadable("process \(pid) uses io_uring, whose requests are not shown") }
    return false
  }

  private func isAccepting() throws(Unreadable) -> Bool {
    var unclear: Unreadable?
    for thread in try threads() {
      guard case .value(let text, _) = root.text("/proc/\(pid)/task/\(thread)/syscall") else {
        throw refusal(root.text("/proc/\(pid)/task/\(thread)/syscall").unreadable)
      }
      switch ThreadCall(text) {
      case .accept(let descriptor):
        if root.linkTarget("/proc/\(pid)/fd/\(descriptor)") == "socket:[\(inode)]" { return true }
      case .elsewhere: continue
      case .unclear(let what): unclear = unclear ?? .init("a thread of process \(pid) \(what)")
      }
    }
    if let unclear { throw unclear }
    return false
  }

  /// Each with what its link says.
  private func descriptors() throws(Unreadable) -> [(name: String, target: String)] {
    do throws(ReadFailure) {
      var directory = try root.directory("/proc/\(pid)/fd")
      var descriptors: [(name: String, target: String)] = []
      while let entry = directory.next() {
        if descriptors.count == Self.mostDescriptors {
          throw .longer(limit: Self.mostDescriptors)
        }
        do throws(ReadFailure) {
          descriptors.append((entry.name, try directory.link(entry.name)))
        } catch .system(ENOENT) {
          // Closed meanwhile.
          continue
        }
      }
      if directory.failure != 0 { throw .system(directory.failure) }
      return descriptors
    } catch .longer(let limit) {
      throw Unreadable("process \(pid) has more than \(limit) descriptors")
    } catch {
      throw refusal(error.isAbsence ? nil : error.unreadable("/proc/\(pid)/fd"))
    }
  }

  private func threads() throws(Unreadable) -> [String] {
    do throws(ReadFailure) {
      let threads = try root.names("/proc/\(pid)/task")
      if threads.count <= Self.mostThreads { return threads }
    } catch {
      throw refusal(error.isAbsence ? nil : error.unreadable("/proc/\(pid)/task"))
    }
    throw Unreadable("process \(pid) has more than \(Self.mostThreads) threads")
  }

  private func refusal(_ why: Unreadable?) -> Unreadable {
    guard let why else { return Unreadable("process \(pid) ended while it was looked at") }
    return Unreadable(
      "what process \(pid) waits for may not be read: \(why.reason)",
      grant: why.grant == nil ? nil : "CAP_SYS_PTRACE (or root)")
  }
}

/// The system call that a thread is in, from `/proc/PID/task/TID/syscall` (proc_pid_syscall(5)):
/// `NUMBER ARGUMENT… STACK PC`, `-1 STACK PC` outside of calls, `running`.
enum ThreadCall: Hashable {
  /// accept() on this descriptor.
  case accept(UInt64)
  /// In a call that waits for something else.
  case elsewhere
  /// It may wait for any socket: words that go on after "a thread of process 812".
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
      self = Self.hexadecimal(fields[1]).map { .accept($0) } ?? .elsewhere
    case SOCKWISE_CALL_LIST: self = .unclear("waits in poll(), select() or the like")
    default: self = .elsewhere
    }
  }

  private static func hexadecimal(_ field: Substring) -> UInt64? {
    field.hasPrefix("0x") ? UInt64(field.dropFirst(2), radix: 16) : nil
  }
}
