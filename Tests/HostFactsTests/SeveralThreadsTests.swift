import Glibc
import Synchronization
import Testing

@testable import HostFacts

struct SeveralThreadsTests {
  @Test func eachThreadDoesItOnceAndOneIsEnough() {
    let runs = Mutex(0)
    let results = onSeveralThreads(most: 4) {
      runs.withLock { $0 += 1 }
      return pthread_self()
    }
    #expect(results.count == runs.withLock { $0 })
    #expect((1...4).contains(results.count))
    #expect(results.first == pthread_self())
    #expect(onSeveralThreads(most: 1) { pthread_self() } == [pthread_self()])
  }

  /// Runs in a process of its own, which gives up its right to threads.
  @Test(.enabled(if: geteuid() == 0, "becoming another user needs root"))
  func withoutOthersThisThreadDoesItAll() async {
    await #expect(processExitsWith: .success) {
      var none = rlimit(rlim_cur: 0, rlim_max: 0)
      guard unsafe setrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &none) == 0,
        setgid(65534) == 0, setuid(65534) == 0
      else { exit(2) }
      exit(onSeveralThreads(most: 4) { pthread_self() } == [pthread_self()] ? 0 : 3)
    }
  }
}
