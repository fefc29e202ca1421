internal import Glibc
internal import Synchronization

/// One source of facts, read on a thread of its own. A thread that does not answer in time is left
/// behind: nothing can interrupt a read(2) that the kernel does not let go.
final class HostSource<Value: Sendable>: Sendable {
  private let outcome = Mutex<Outcome>(.none)
  /// The end of a pipe whose other end the thread closes when it has answered.
  private let answered: Int32

  private enum Outcome {
    case none
    case value(Value)
    case refused(Unreadable)
  }

  /// Starts reading; nil is no answer.
  init(_ body: @escaping @Sendable () -> Value?) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      let failure = errno
      answered = -1
      outcome.withLock { $0 = .refused(Self.refusal("another pipe", failure)) }
      return
    }
    answered = ends[0]
    let writer = ends[1]
    let failure = startDetachedThread { [self] in
      if let value = body() { outcome.withLock { $0 = .value(value) } }
      close(writer)
    }
    if failure != 0 {
      close(writer)
      outcome.withLock { $0 = .refused(Self.refusal("another thread", failure)) }
    }
  }

  private static func refusal(_ what: String, _ failure: Int32) -> Unreadable {
    let text = "the system refuses \(what)"
    return switch failure {
    // What pthread_create(3) makes of every limit.
    case EAGAIN:
      .init(
        "\(text) (EAGAIN)",
        grant: "a higher RLIMIT_NPROC or RLIMIT_AS, or pids.max of the control group")
    case EMFILE: .init("\(text): \(errnoText(failure))", grant: "a higher RLIMIT_NOFILE")
    default: .init("\(text): \(errnoText(failure))")
    }
  }

  /// Why it was not even started; nil where it was.
  var refusal: Unreadable? {
    outcome.withLock { if case .refused(let why) = $0 { why } else { nil } }
  }

  // The thread keeps this object until it has answered.
  deinit { if answered >= 0 { close(answered) } }

  /// What was read; nil where it did not come in time or the system refused another thread.
  func value(by deadline: Deadline) -> Value? {
    guard answered >= 0 else { return nil }
    while true {
      var wait = pollfd(fd: answered, events: Int16(POLLIN), revents: 0)
      let remaining = deadline.remaining.map { $0.milliseconds }
      let count = unsafe poll(&wait, 1, remaining ?? -1)
      if count > 0 {
        return outcome.withLock { if case .value(let value) = $0 { value } else { nil } }
      }
      // EINTR: a signal came; the deadline says whether to go on. 0 may come early by rounding.
      if deadline.hasPassed { return nil }
    }
  }
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

/// What a new thread runs, as one pointer.
private final class DetachedStart {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs `body` on a thread that nobody waits for; an errno where the system refuses one, else 0.
private func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Int32 {
  let start = unsafe Unmanaged.passRetained(DetachedStart(body))
  var thread = pthread_t()
  let status = unsafe pthread_create(
    &thread, nil,
    { argument in
      guard let argument = unsafe argument else { return nil }
      unsafe Unmanaged<DetachedStart>.fromOpaque(argument).takeRetainedValue().run()
      return nil
    }, start.toOpaque())
  guard status == 0 else {
    unsafe start.release()
    return status
  }
  pthread_detach(thread)
  return 0
}
