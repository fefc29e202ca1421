internal import Glibc

/// A counting semaphore, sem_overview(7): a thread waits until another has signalled.
@safe final class Semaphore: @unchecked Sendable {
  // Unchecked: sem_t is made for several threads, and stays where it is.
  private let pointer = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  /// - Parameter count: how often `wait()` returns before the first signal.
  init(_ count: UInt32) { unsafe sem_init(pointer, 0, count) }

  /// Nobody may be waiting any more.
  deinit {
    unsafe sem_destroy(pointer)
    unsafe pointer.deallocate()
  }

  func wait() {
    // EINTR: a signal came.
    while unsafe sem_wait(pointer) != 0 {}
  }

  func signal() { unsafe sem_post(pointer) }
}
