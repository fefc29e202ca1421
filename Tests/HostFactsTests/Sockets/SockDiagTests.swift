import Glibc
import Testing

@testable import HostFacts

struct SockDiagTests {
  @Test func `no bound sockets means none only where the kernel would show them`() {
    func coverage(_ rows: Int, _ kernel: KernelVersion?) -> SocketCoverage {
      SockDiag.coverage(ofBoundInactive: rows, among: .complete, kernel: kernel)
    }
    #expect(isComplete(coverage(0, KernelVersion(6, 8))))
    #expect(isComplete(coverage(0, KernelVersion(7, 0))))
    // Backported, as in RHEL 9.
    #expect(isComplete(coverage(1, KernelVersion(5, 14))))
    #expect(isComplete(coverage(1, nil)))
    guard case .absent(let why) = coverage(0, KernelVersion(6, 1)) else {
      Issue.record("not absent")
      return
    }
    #expect(why == "added in Linux 6.8; this kernel is 6.1")
    guard case .incomplete = coverage(0, nil) else {
      Issue.record("not incomplete")
      return
    }
  }

  private func isComplete(_ coverage: SocketCoverage) -> Bool {
    if case .complete = coverage { true } else { false }
  }

  @Test func `a refused address family says what to grant`() {
    #expect(SockDiag.obstacle(EAFNOSUPPORT).grant == "AF_NETLINK sockets")
    #expect(SockDiag.obstacle(EAFNOSUPPORT).reason.hasPrefix("sock_diag: "))
    #expect(SockDiag.obstacle(ENOENT).grant == nil)
  }

  @Test func `requests are laid out as the kernel's structures`() {
    let legacy = SockDiagRequest.tcp(states: 1 << 10).bytes(sequence: 3)
    // nlmsghdr 16 and inet_diag_req 60.
    #expect(legacy.count == 76)
    #expect(Array(legacy[0..<4]) == UInt32(76).nativeBytes)
    #expect(Array(legacy[4..<6]) == UInt16(18).nativeBytes)
    #expect(Array(legacy[68..<72]) == UInt32(1 << 10).nativeBytes)
    let udp = SockDiagRequest.udp(UInt8(AF_INET6)).bytes(sequence: 3)
    #expect(udp.count == 72)
    #expect(Array(udp[16..<20]) == [10, 17, 1 << 6, 0])
    let multipath = SockDiagRequest.multipath(UInt8(AF_INET), states: 1 << 10).bytes(sequence: 3)
    #expect(multipath.count == 80)
    #expect(Array(multipath[76..<80]) == UInt32(262).nativeBytes)
  }
}
