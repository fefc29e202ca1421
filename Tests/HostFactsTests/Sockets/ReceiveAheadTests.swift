import Glibc
import Synchronization
import Testing

@testable import HostFacts

struct ReceiveAheadTests {
  /// Gives numbered datagrams of one byte, then something else.
  private final class Numbers: Sendable {
    private let given = Atomic(0)
    private let count: Int
    private let end: NetlinkSocket.Received

    init(_ count: Int, then end: NetlinkSocket.Received) {
      self.count = count
      self.end = end
    }

    var calls: Int { given.load(ordering: .relaxed) }

    func next(_ buffer: inout [UInt8]) -> NetlinkSocket.Received {
      let number = given.add(1, ordering: .relaxed).oldValue
      if number >= count { return end }
      buffer[0] = UInt8(truncatingIfNeeded: number)
      return .datagram(number)
    }
  }

  /// Reads batches until there are no more; false where there is no thread. The receiver is gone
  /// afterwards.
  private static func read(
    _ source: Numbers, most: Int = .max, _ each: (ReceiveAhead.Batch) -> Void
  ) -> Bool {
    guard var ahead = ReceiveAhead({ source.next(&$0) }) else { return false }
    var batches = 0
    while batches < most, let batch = ahead.next() {
      each(batch)
      batches += 1
    }
    return true
  }

  @Test(arguments: [0, 1, 15, 16, 17, 32, 1000])
  func `every datagram comes once and in order, then what came instead of one`(_ count: Int) {
    let source = Numbers(count, then: .failed(105))
    var numbers: [Int] = []
    var ends: [Int32] = []
    let isRead = Self.read(source) { batch in
      for (received, bytes) in zip(batch.received, batch.buffers) {
        switch received {
        case .datagram(let number):
          #expect(bytes[0] == UInt8(truncatingIfNeeded: number))
          numbers.append(number)
        case .failed(let code): ends.append(code)
        default: Issue.record("\(received)")
        }
      }
    }
    #expect(isRead)
    #expect(numbers == Array(0..<count))
    #expect(ends == [105])
    #expect(source.calls == count + 1)
  }

  @Test(arguments: [0, 1, 3])
  func `nothing is received once it is gone`(_ batches: Int) {
    let source = Numbers(.max, then: .timedOut)
    let isRead = Self.read(source, most: batches) { #expect(!$0.isLast) }
    #expect(isRead)
    let calls = source.calls
    // There are two batches, of which the reader has one.
    #expect(calls <= max(2, batches + 1) * 16)
    usleep(20_000)
    #expect(source.calls == calls)
  }

  /// Runs in a process of its own, which gives up its right to threads.
  @Test(.enabled(if: geteuid() == 0, "becoming another user needs root"))
  func `without a thread there is none`() async {
    await #expect(processExitsWith: .success) {
      var none = rlimit(rlim_cur: 0, rlim_max: 0)
      guard unsafe setrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &none) == 0,
        setgid(65534) == 0, setuid(65534) == 0
      else { exit(2) }
      if ReceiveAhead({ _ in .timedOut }) != nil { exit(3) }
      exit(0)
    }
  }
}
