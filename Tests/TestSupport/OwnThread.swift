import Glibc

/// A thread that is nobody else's: unshare(2) and setns(2) act on one thread, and those of Swift's
/// pool are shared by all tasks.
enum OwnThread {
  /// Runs a closure on a new thread. It ends with the closure and takes its namespaces with it.
  static func start(_ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
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
    pthread_detach(thread)
  }

  /// Runs a closure on a new thread and waits for it.
  static func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try start { continuation.resume(with: Swift.Result { try body() }) }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
