import CLinuxShims
import Glibc
import TestSupport
import Testing

@testable import HostFacts

struct OwnThreadTests {
  @Test func `what the body returns comes back`() {
    #expect(onOwnThread { 6 * 7 } == 42)
  }

  @Test(.enabled(if: ScratchNamespace.isAvailable, ScratchNamespace.requirement))
  func `a namespace that the body enters is its thread's alone`() {
    let before = namespaceOfThread()
    let inside = onOwnThread { () -> UInt64? in
      sockwise_unshare(CInt(SOCKWISE_CLONE_NEWNET)) == 0 ? namespaceOfThread() : nil
    }
    #expect(before != 0)
    #expect(inside != nil)
    #expect(inside != before)
    #expect(namespaceOfThread() == before)
  }

  private func namespaceOfThread() -> UInt64 {
    var status = stat()
    return unsafe stat("/proc/thread-self/ns/net", &status) == 0 ? UInt64(status.st_ino) : 0
  }
}
