import CEL
import Glibc
import Testing

@testable import HostFacts

/// With openat2(2) and with the walk that replaces it on older kernels.
@Suite struct HostRootTests {
  let scratch = ScratchDirectory()

  func root(_ usingOpenat2: Bool) -> HostRoot {
    HostRoot(scratch.path, usingOpenat2: usingOpenat2)
  }

  @Test(arguments: [true, false]) func readsBelowTheDirectory(_ new: Bool) {
    scratch.write("etc/a.conf", "one\ntwo\n")
    scratch.link("etc/b.conf", to: "a.conf")
    scratch.link("etc/c.conf", to: "/etc/a.conf")
    scratch.link("up", to: "etc/../etc")
    let expected = Reading.value(
      "one\ntwo\n", .file(SourceLocation(path: "/etc/a.conf")))
    #expect(root(new).text("/etc/a.conf") == expected)
    for path in ["/etc/b.conf", "/etc/c.conf", "/up/a.conf", "/etc/../../../etc/./a.conf"] {
      #expect(root(new).text(path).value == "one\ntwo\n", "\(path)")
    }
    #expect(root(new).line("/etc/a.conf").value == "one")
    #expect(root(new).text("/etc/none") == .absent("there is no '/etc/none'"))
    #expect(root(new).text("/etc/a.conf/x") == .absent("there is no '/etc/a.conf/x'"))
  }

  @Test(arguments: [true, false]) func nothingLeadsOut(_ new: Bool) {
    let outside = ScratchDirectory()
    outside.write("secret", "secret")
    scratch.write("inside", "inside")
    scratch.link("absolute", to: "\(outside.path)/secret")
    scratch.link("climbing", to: "../../../../../../..\(outside.path)/secret")
    scratch.link("directory", to: outside.path)
    scratch.link("magic", to: "/proc/self/root")
    let paths = [
      "/absolute", "/climbing", "/directory/secret", "/..\(outside.path)/secret",
      "/magic\(outside.path)/secret", "/../../../../..\(outside.path)/secret",
    ]
    for path in paths {
      #expect(root(new).text(path) == .absent("there is no '\(path)'"), "\(path)")
    }
    #expect(root(new).text("/../../inside").value == "inside")
  }

  @Test(arguments: [true, false]) func linksThatTurnInCirclesEnd(_ new: Bool) {
    scratch.link("a", to: "b")
    scratch.link("b", to: "/a")
    #expect(
      root(new).text("/a")
        == .unavailable(.init("'/a': too many symbolic links (ELOOP)")))
  }

  @Test(arguments: [true, false]) func onlyRegularFilesAreRead(_ new: Bool) {
    scratch.write("etc/x", "")
    unsafe mkfifo("\(scratch.path)/fifo", 0o600)
    scratch.link("link", to: "/fifo")
    #expect(root(new).text("/fifo") == .unavailable(.init("'/fifo' is a FIFO")))
    #expect(root(new).text("/link") == .unavailable(.init("'/link' is a FIFO")))
    #expect(root(new).text("/etc") == .unavailable(.init("'/etc' is a directory")))
    #expect(root(new).text("/") == .unavailable(.init("'/' is a directory")))
    #expect(HostRoot().text("/dev/zero") == .unavailable(.init("'/dev/zero' is a device")))
  }

  @Test(.enabled(if: geteuid() == 0, "making a device node needs root"))
  func devicesAreNotOpened() {
    // 10:130 is a watchdog, which restarts the machine once it has been opened.
    unsafe mknod("\(scratch.path)/watchdog", S_IFCHR | 0o600, 10 << 8 | 130)
    #expect(root(true).text("/watchdog") == .unavailable(.init("'/watchdog' is a device")))
    let path = "\(scratch.path)/watchdog"
    #expect(HostRoot().text(path) == .unavailable(.init("'\(path)' is a device")))
  }

  @Test func lengthIsBounded() {
    scratch.write("long", [UInt8](repeating: 65, count: 5000))
    #expect(root(true).bytes("/long", limit: 5000).value?.count == 5000)
    #expect(
      root(true).bytes("/long", limit: 4999)
        == .unavailable(.init("'/long' is longer than 4999 bytes")))
  }

  @Test func textThatIsNotUTF8IsRepaired() {
    scratch.write("bytes", [0x61, 0xff, 0x00, 0x62])
    #expect(root(true).text("/bytes").value == "a\u{FFFD}\u{0}b")
  }

  @Test func pathsWithNULNameNothing() {
    scratch.write("a", "a")
    #expect(root(true).text("/a\u{0}b") == .unavailable(.init("a path holds a NUL character")))
    #expect(HostRoot().text("/a\u{0}b") == .unavailable(.init("a path holds a NUL character")))
  }

  @Test func aMissingRootIsNoCrash() {
    let root = HostRoot("/nonexistent/root")
    #expect(root.text("/etc/x") == .absent("there is no '/etc/x'"))
    #expect(root.text("/proc/stat") == .unavailable(.init("'/proc' is not mounted")))
    #expect(!root.hasProc)
  }

  @Test func aTableOfAnotherRootHasALimit() {
    scratch.write("table", "aaaabbbbcc")
    func pieces(_ root: HostRoot, _ path: String) -> (sizes: [Int], end: Reading<Int>) {
      var sizes: [Int] = []
      let end = root.stream(path, limit: 8, chunk: 4) { bytes in
        sizes.append(bytes.count)
        return true
      }
      return (sizes, end)
    }
    let live = pieces(HostRoot(), "\(scratch.path)/table")
    #expect(live.sizes == [4, 4, 2])
    #expect(live.end.value == 10)
    let recorded = pieces(root(true), "/table")
    #expect(recorded.sizes == [4, 4])
    #expect(recorded.end == .unavailable(.init("'/table' is longer than 8 bytes")))
  }

  @Test func aTableEndsWhereItsReaderHasEnough() {
    scratch.write("table", "aaaabbbbcc")
    #expect(root(true).stream("/table", chunk: 4) { _ in false }.value == 4)
    #expect(root(true).stream("/none") { _ in true } == .absent("there is no '/none'"))
  }

  @Test func itNotesWhatItRead() {
    scratch.write("etc/a", "abc")
    unsafe mkfifo("\(scratch.path)/fifo", 0o600)
    let root = root(true)
    _ = root.text("/etc/a")
    _ = root.text("/none")
    _ = root.text("/fifo")
    _ = HostRoot().text("/proc/1/comm")
    #expect(
      root.read == [
        .init(path: "/etc/a", bytes: 3, failure: nil, isAbsent: false),
        .init(path: "/fifo", bytes: 0, failure: .init("'/fifo' is a FIFO"), isAbsent: false),
        .init(path: "/none", bytes: 0, failure: nil, isAbsent: true),
      ])
  }

  @Test func filesOfSingleProcessesAreNotNoted() {
    let root = HostRoot()
    _ = root.text("/proc/\(getpid())/comm")
    #expect(root.read.isEmpty)
  }

  @Test func theLiveRootIsRecognized() {
    #expect(HostRoot().isLive)
    #expect(HostRoot("//").isLive)
    #expect(!HostRoot(scratch.path).isLive)
    #expect(!HostRoot("").isLive)
  }

  @Test func directoriesAndIdentities() throws {
    scratch.write("d/one", "1")
    scratch.write("d/two", "2")
    #expect(try root(true).names("/d").sorted() == ["one", "two"])
    #expect(try root(true).status("/d").kind == .directory)
    #expect(throws: ReadFailure.system(ENOENT)) { try root(true).names("/e") }
    #expect(throws: ReadFailure.system(ENOTDIR)) { try root(true).names("/d/one") }
  }
}

@Suite struct ReadFailureTests {
  @Test(arguments: [
    (ReadFailure.system(ENOENT), Reading<Int>.absent("there is no '/f'")),
    (.system(ESRCH), .absent("there is no '/f'")),
    (.system(EACCES), .unavailable(.init("'/f': permission denied", grant: "root"))),
    (.system(EPERM), .unavailable(.init("'/f': permission denied", grant: "root"))),
    (.system(EIO), .unavailable(.init("'/f': input or output error (EIO)"))),
    (.system(4711), .unavailable(.init("'/f': error number 4711"))),
    (.isA("a FIFO"), .unavailable(.init("'/f' is a FIFO"))),
    (.longer(limit: 5), .unavailable(.init("'/f' is longer than 5 bytes"))),
  ]) func readings(_ failure: ReadFailure, _ expected: Reading<Int>) {
    #expect(failure.reading("/f") == expected)
  }
}
