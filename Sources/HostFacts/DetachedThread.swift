internal import Glibc

/// What a new thread runs, as one pointer.
private final class DetachedStart {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs `body` on a thread that nobody waits for; an errno where the system refuses one.
package func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Int32 {
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
