import Glibc

/// The time that this thread's work takes, however busy the machine is with other work.
public enum ThreadTime {
  /// Seconds of CLOCK_THREAD_CPUTIME_ID; the work must not leave the thread.
  public static func measure(_ body: () throws -> Void) rethrows -> Double {
    let start = now()
    try body()
    return now() - start
  }

  private static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
