internal import Glibc

/// Runs `body` on a thread of its own and waits for it.
///
/// Namespaces belong to threads: unshare(2) and setns(2) in `body` end with its thread, and the
/// caller stays where it is. Never do either in asynchronous code, whose tasks change threads.
/// Read `/proc/thread-self/net` there: `/proc/self/net` is the main thread's. Nil where the system
/// refuses another thread (EAGAIN).
func onOwnThread<Result: Sendable>(
  _ body: @escaping @Sendable () -> Result
) -> Result? {
  let outcome = ThreadOutcome<Result>()
  let start = unsafe Unmanaged.passRetained(ThreadStart { outcome.value = body() })
  var thread = pthread_t()
  let status = unsafe pthread_create(
    &thread, nil,
    { argument in
      guard let argument = unsafe argument else { return nil }
      unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().run()
      return nil
    }, start.toOpaque())
  guard status == 0 else {
    unsafe start.release()
    return nil
  }
  pthread_join(thread, nil)
  return outcome.value
}

/// Unchecked: written by the new thread, read after pthread_join(3), which orders the two.
private final class ThreadOutcome<Result: Sendable>: @unchecked Sendable {
  var value: Result?
}

/// What a new thread runs, as one pointer.
private final class ThreadStart {
  let run: () -> Void

  init(_ run: @escaping () -> Void) { self.run = run }
}
