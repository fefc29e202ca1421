import CEL
import Glibc
import Testing

@testable import HostFacts

@Suite struct ThreadCallTests {
  /// Numbers of x86_64 and of arm64.
  #if arch(x86_64)
    private static let (accept, accept4, ppoll, read, sleep) = (43, 288, 271, 0, 230)
  #else
    private static let (accept, accept4, ppoll, read, sleep) = (202, 242, 73, 63, 115)
  #endif

  @Test func callsAreToldByTheirNumbers() {
    func call(_ number: Int, stack: String = "0x7fefb8bef920") -> ThreadCall {
      ThreadCall("\(number) 0x1f 0x7fef 0x10 0x0 0x0 0x0 \(stack) 0x7fefb9328fa8\n")
    }
    #expect(call(Self.accept) == .accept(31))
    #expect(call(Self.accept4) == .accept(31))
    #expect(call(Self.sleep) == .idle)
    let unclear = ThreadCall.unclear("may be at work, or wait in poll(), select() or the like")
    #expect(call(Self.read) == unclear && call(Self.ppoll) == unclear)
    #expect(
      call(Self.accept, stack: "0xffb8bef0")
        == .unclear("is of 32 bits: its system calls have other numbers"))
  }

  @Test(arguments: [
    "running\n", "-1 0x7ffe22 0x7fef\n", "", "0", "0 0x1",
    "x 0x1 0x2 0x3 0x4 0x5 0x6 0x7fefb8bef920 0x8",
    "99999999999999999999 0x1 0x2 0x3 0x4 0x5 0x6 0x7fefb8bef920 0x8",
    "0 0x1 0x2 0x3 0x4 0x5 0x6 7fefb8bef920 0x8",
  ]) func whatIsNoCallIsUnclear(_ text: String) {
    #expect(ThreadCall(text) == .unclear("is not in a system call"))
  }
}

@Suite(.enabled(if: geteuid() == 0, "descriptors of other processes need root here"))
struct ProcessWaitTests {
  /// What is said of a process with a listener `s` once it does what follows: until it is `expected`,
  /// or ten seconds have passed.
  private func reading(_ code: String, until expected: (Reading<Bool>) -> Bool) throws
    -> Reading<Bool>
  {
    let child = Child(
      python: """
        import select, threading
        s = socket.create_server(("127.0.0.1", 0))
        print(os.getpid(), os.fstat(s.fileno()).st_ino, flush=True)
        \(code)
        """)
    let inode = try #require(UInt64(child.words[0]))
    for _ in 0..<1000 where !expected(Self.reading(child.pid, inode)) { usleep(10_000) }
    return Self.reading(child.pid, inode)
  }

  private static func reading(_ pid: Int32, _ inode: UInt64) -> Reading<Bool> {
    ProcessWait.read(pid, [inode], HostRoot(), yama: nil).serves([inode], accepted: [])
  }

  @Test(arguments: [
    "s.accept()",
    "threading.Thread(target=s.accept).start(); time.sleep(60)",
    "e = select.epoll(); e.register(s); time.sleep(60)",
    "e = select.epoll(); e.register(s, select.EPOLLIN | select.EPOLLONESHOT); e.poll()",
  ]) func whatServesWaits(_ code: String) throws {
    #expect(try reading(code) { $0.value == true }.value == true)
  }

  @Test(arguments: [
    "time.sleep(60)",
    "os.waitpid(os.spawnlp(os.P_NOWAIT, \"sleep\", \"sleep\", \"60\"), 0)",
    "o = socket.create_server((\"127.0.0.1\", 0)); o.accept()",
    """
    o = socket.create_server(("127.0.0.1", 0)); e = select.epoll(); e.register(o); e.poll()
    """,
  ]) func whatDoesNotServeDoesNot(_ code: String) throws {
    #expect(try reading(code) { $0.value == false }.value == false)
  }

  @Test(arguments: [
    ("select.select([s], [], [])", "wait in poll(), select() or the like"),
    ("p = select.poll(); p.register(s); p.poll()", "wait in poll(), select() or the like"),
    // At work for a client.
    ("os.read(os.pipe()[0], 1)", "may be at work, or wait in poll(), select() or the like"),
    ("while True: pass", "is not in a system call"),
  ]) func whatCannotBeSeenIsNotSaid(_ code: String, _ why: String) throws {
    let reading = try reading(code) { $0.unreadable?.reason.hasSuffix(why) == true }
    #expect(reading.unreadable?.reason.hasSuffix(why) == true, "\(reading)")
  }

  @Test func aProcessThatEndedIsNotKnown() throws {
    let pid: Int32
    do {
      let child = Child(python: "ready()")
      pid = child.pid
    }
    for _ in 0..<1000
    where Self.reading(pid, 1).unreadable?.reason.hasSuffix("looked at") != true {
      usleep(10_000)
    }
    #expect(
      Self.reading(pid, 1).unreadable?.reason == "process \(pid) ended while it was looked at")
  }

  @Test func whoHasItsConnectionServesIt() {
    var wait = ProcessWait()
    // What it was seen to hold it has closed since.
    #expect(
      wait.serves([1, 2], accepted: [3]).unreadable?.reason
        == "a process closed it while it was looked at")
    let child = Child(
      python: """
        s = socket.create_server(("127.0.0.1", 0))
        c = socket.create_connection(s.getsockname())
        a = s.accept()[0]
        ready(os.fstat(s.fileno()).st_ino, os.fstat(a.fileno()).st_ino)
        """)
    let inodes = child.words.compactMap { UInt64($0) }
    wait = ProcessWait.read(child.pid, Set(inodes), HostRoot(), yama: nil)
    #expect(wait.serves([inodes[0]], accepted: [inodes[1]]).value == true)
  }
}
