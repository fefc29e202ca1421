internal import Glibc
internal import Synchronization

/// One source of facts, read on a thread of its own, or other work that can stall. A thread that does not
/// answer in time is left behind: nothing can interrupt a read(2) that the kernel does not let go.
package final class HostSource<Value: Sendable>: Sendable {
  private let outcome = Mutex<Result<Value, Unreadable>?>(nil)
  /// The end of a pipe whose other end the thread closes when it has answered; -1 where there is
  /// no thread.
  private let answered: Int32
  /// What this source's thread does next; nil once it is past that.
  private let followers = Mutex<[@Sendable () -> Void]?>([])

  /// Starts reading.
  package convenience init(_ body: @escaping @Sendable () throws(Unreadable) -> Value) {
    self.init(on: startDetachedThread, body)
  }

  /// Reads once another source has answered, on its thread: what takes less time than it takes to make
  /// a thread, and can stall where the other can.
  convenience init(
    after other: HostSource<some Sendable>,
    _ body: @escaping @Sendable () throws(Unreadable) -> Value
  ) {
    self.init(on: { other.follow($0) ? 0 : startDetachedThread($0) }, body)
  }

  private init(
    on start: (@escaping @Sendable () -> Void) -> Int32,
    _ body: @escaping @Sendable () throws(Unreadable) -> Value
  ) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      answered = -1
      notStarted("another pipe", errno)
      return
    }
    answered = ends[0]
    let writer = ends[1]
    let status = start { [self] in
      let result = Result { () throws(Unreadable) in try body() }
      outcome.withLock { $0 = result }
      close(writer)
      for follower in endFollowing() { follower() }
    }
    if status != 0 {
      notStarted("another thread", status)
      close(writer)
    }
  }

  // The thread keeps this object until it has answered.
  deinit { if answered >= 0 { close(answered) } }

  /// False where the thread does nothing more.
  private func follow(_ run: @escaping @Sendable () -> Void) -> Bool {
    followers.withLock { followers in
      followers?.append(run)
      return followers != nil
    }
  }

  private func endFollowing() -> [@Sendable () -> Void] {
    followers.withLock { followers in
      defer { followers = nil }
      return followers ?? []
    }
  }

  private func notStarted(_ what: String, _ number: Int32) {
    _ = endFollowing()
    let text = "the system refuses \(what)"
    let why: Unreadable =
      switch number {
      // What pthread_create(3) makes of every limit.
      case EAGAIN:
        .init(
          "\(text) (EAGAIN)",
          grant: "a higher RLIMIT_NPROC or RLIMIT_AS, or pids.max of the control group")
      case EMFILE: .init("\(text): \(errnoText(number))", grant: "a higher RLIMIT_NOFILE")
      default: .init("\(text): \(errnoText(number))")
      }
    outcome.withLock { $0 = .failure(why) }
  }

  /// What was read, or why it was not; nil where that did not come in time.
  package func answer(by deadline: Deadline) -> Result<Value, Unreadable>? {
    while answered >= 0 {
      var wait = pollfd(fd: answered, events: Int16(POLLIN), revents: 0)
      let remaining = deadline.remaining.map { $0.milliseconds }
      let count = unsafe poll(&wait, 1, remaining ?? -1)
      if count > 0 { break }
      // EINTR: a signal came; the deadline says whether to go on. 0 may come early by rounding.
      if deadline.hasPassed { return nil }
    }
    return outcome.withLock { $0 }
  }

  /// What was read; nil where it was not, or not in time.
  func value(by deadline: Deadline) -> Value? { try? answer(by: deadline)?.get() }
}

extension Duration {
  /// Whole milliseconds, at least 1, as poll(2) takes them.
  fileprivate var milliseconds: Int32 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    if overflow || whole > Int64(Int32.max) - 1000 { return Int32.max }
    return Int32(whole + attoseconds / 1_000_000_000_000_000) + 1
  }
}
