import Glibc
import TestSupport
import Testing

@testable import HostFacts

@Suite struct ReadAheadTests {
  /// A file of so many bytes, each of which tells where it is.
  private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8 ^ $0 >> 16) }
  }

  private func write(_ bytes: [UInt8], _ scratch: ScratchDirectory) -> HostRoot {
    let file = unsafe open("\(scratch.path)/table", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    _ = unsafe Glibc.write(file, bytes, bytes.count)
    close(file)
    return HostRoot(scratch.path)
  }

  @Test(arguments: [0, 1, 1 << 20, 1 << 20 + 1, 3 << 20 + 17]) func everyByteComesOnceInOrder(
    _ count: Int
  ) {
    let content = bytes(count)
    let scratch = ScratchDirectory()
    let root = write(content, scratch)
    for chunk in [1 << 12 + 1, 1 << 18, 1 << 22] {
      var found: [UInt8] = []
      let end = root.stream("/table", chunk: chunk) {
        found += $0.copied
        return true
      }
      #expect(end.value == count)
      #expect(found == content, "in pieces of \(chunk)")
    }
  }

  @Test func whoWantsNoMoreGetsNoMore() {
    let scratch = ScratchDirectory()
    let root = write(bytes(4 << 20), scratch)
    var calls = 0
    let end = root.stream("/table", chunk: 1 << 18) { _ in
      calls += 1
      return calls < 7
    }
    #expect(calls == 7)
    #expect(end.value == 7 << 18)
    // What read ahead for it has ended, and its descriptor is closed.
    for _ in 0..<1000 where isOpen(scratch) { usleep(10_000) }
    #expect(!isOpen(scratch))
  }

  private func isOpen(_ scratch: ScratchDirectory) -> Bool {
    let names = (try? HostRoot().names("/proc/self/fd")) ?? []
    return names.contains {
      HostRoot().linkTarget("/proc/self/fd/\($0)")?.hasPrefix(scratch.path) == true
    }
  }

  @Test func aTableBeyondTheLimitIsHandedOverUpToIt() {
    let scratch = ScratchDirectory()
    let root = write(bytes(4 << 20), scratch)
    var total = 0
    let end = root.stream("/table", limit: 3 << 20, chunk: 1 << 18) {
      total += $0.count
      return true
    }
    #expect(total == 3 << 20)
    #expect(end.unreadable?.reason == "'/table' is longer than 3145728 bytes")
  }
}
