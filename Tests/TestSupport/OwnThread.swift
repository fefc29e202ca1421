import Glibc
import Synchronization

/// A thread that is nobody else's: unshare(2) and setns(2) act on one thread, and those of Swift's
/// pool are shared by all tasks.
enum OwnThread {
  /// Runs a closure on a new thread. It ends with the closure and takes its namespaces with it.
  static func start(_ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
    pthread_detach(try spawn(body))
  }

  /// Runs a closure on a new thread and waits for it.
  ///
  /// Another thread goes on when it has ended: resuming a task may start a thread of Swift's pool,
  /// which would take over the namespaces and system call filters of the one that resumes.
  static func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try start {
          let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
          do {
            let thread = try spawn { outcome.withLock { $0 = Swift.Result { try body() } } }
            pthread_join(thread, nil)
          } catch {
            outcome.withLock { $0 = .failure(error) }
          }
          // There is one: it is set before the thread ends.
          continuation.resume(with: outcome.withLock { $0! })
        }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private static func spawn(
    _ body: @escaping @Sendable () -> Void
  ) throws(SystemCallError) -> pthread_t {
    var thread = pthread_t()
    let work = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        // Not nil: it is the pointer passed below.
        unsafe Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, work)
    if code != 0 {
      unsafe Unmanaged<Work>.fromOpaque(work).release()
      throw SystemCallError("pthread_create", code: code)
    }
    return thread
  }

  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
