import CEL
import Glibc
import Testing

@testable import HostFacts

/// The part of a listener or UDP socket that the look-up fills.
private struct Group: OwnedSocket {
  var inodes: [UInt64]
  var cgroupIDs: [UInt64] = []
  var ownership = SocketOwnership.notLookedUp
  var reuseAddress = Reading<Bool>.unavailable(.init("not read"))
  var reusePort = Reading<Bool>.unavailable(.init("not read"))
  var v6Only = Reading<Bool>.unavailable(.init("not read"))
  var bindAddressNoPort = Reading<Bool>.unavailable(.init("not read"))
}

/// With more time than an audit takes: this process and the other tests' have many descriptors, and a
/// sanitizer makes all slower.
private func holders(of inodes: Set<UInt64>, _ root: HostRoot = HostRoot()) -> SocketHolders {
  SocketHolders.find(inodes, root: root, deadline: .never, budget: .seconds(30))
}

private func looked(_ group: Group) -> Group {
  var group = group
  var lookup = SocketOwnerLookup(
    holders(of: Set(group.inodes)), cgroupIDs: Set(group.cgroupIDs), root: HostRoot(),
    deadline: .after(.seconds(30)))
  lookup.attach(to: &group)
  return group
}

@Suite struct SocketHoldersTests {
  @Test(arguments: [
    ("socket:[123]", UInt64?.some(123)), ("socket:[18446744073709551615]", .max),
    ("socket:[18446744073709551616]", nil), ("socket:[]", nil), ("socket:[1", nil),
    ("pipe:[1]", nil), ("/tmp/socket:[1]", nil), ("", nil), ("socket:[-1]", nil),
  ]) func inodes(_ target: String, _ inode: UInt64?) {
    #expect(Directory.socketInode(target.utf8) == inode)
  }

  @Test func nothingWantedIsNothingRead() {
    let holders = SocketHolders.find([], root: HostRoot("/nonexistent"), deadline: .never)
    #expect(holders.holders.isEmpty)
    #expect(holders.gap == nil)
  }

  @Test func withoutProcNothingIsSaid() {
    let holders = SocketHolders.find([1], root: HostRoot("/nonexistent"), deadline: .never)
    #expect(holders.gap == .init("'/proc' is not mounted"))
  }

  @Test func hiddenProcessesAreAGap() throws {
    let scratch = ScratchDirectory()
    runShell("mkdir -p '\(scratch.path)/proc/4711/fd'")
    let holders = SocketHolders.find([1], root: HostRoot(scratch.path), deadline: .never)
    #expect(holders.gap?.reason == "'/proc' hides the processes of other users (hidepid)")
    runShell("mkdir -p '\(scratch.path)/proc/1/fd'")
    #expect(try !ProcMount.hidesProcesses(HostRoot(scratch.path)))
    scratch.write("proc/self/mountinfo", "22 1 0:21 / /proc rw - proc proc rw,hidepid=invisible\n")
    #expect(try ProcMount.hidesProcesses(HostRoot(scratch.path)))
    // Who may trace any process sees them all; root in a container may not.
    scratch.write("proc/thread-self/status", "Name:\troot\nCapEff:\t00000000a80425fb\n")
    #expect(try ProcMount.hidesProcesses(HostRoot(scratch.path)))
    scratch.write("proc/thread-self/status", "Name:\troot\nCapEff:\t0000000000080000\n")
    #expect(try !ProcMount.hidesProcesses(HostRoot(scratch.path)))
  }

  @Test func aPassedDeadlineIsAGap() {
    let holders = SocketHolders.find([1], root: HostRoot(), deadline: .after(.zero))
    #expect(holders.gap == .init("descriptor scan stopped at the time limit"))
  }

  @Test func descriptorsThatWereNotReadMayBeFurtherHolders() {
    let scratch = ScratchDirectory()
    runShell(
      """
      cd '\(scratch.path)' && mkdir -p proc/1/fd proc/2/fd proc/3/fd
      for i in $(seq 0 299); do ln -s /dev/null proc/2/fd/$i; ln -s /dev/null proc/3/fd/$i; done
      ln -s 'socket:[17]' proc/1/fd/9
      """)
    let root = HostRoot(scratch.path)
    let found = holders(of: [17], root)
    #expect(found.holders[17] == [.init(pid: 1, descriptor: 9)])
    #expect(
      found.skipped
        == .init("descriptors beyond the first 256 of 2 processes were not read"))
    // For one without a holder everything is read.
    #expect(holders(of: [17, 18], root).skipped == nil)
  }

  /// So many processes that several threads look at them, where there are processors.
  @Test func manyProcessesAreSearchedAsFewAre() {
    let scratch = ScratchDirectory()
    runShell(
      """
      cd '\(scratch.path)' && for p in $(seq 1 100); do
        mkdir -p proc/$p/fd && ln -s /dev/null proc/$p/fd/0
      done
      for i in $(seq 1 299); do for p in 40 60; do ln -s /dev/null proc/$p/fd/$i; done; done
      ln -s 'socket:[17]' proc/90/fd/7; ln -s 'socket:[17]' proc/5/fd/9
      ln -s 'socket:[17]' proc/5/fd/3
      """)
    let root = HostRoot(scratch.path)
    let found = holders(of: [17], root)
    #expect(
      found.holders == [
        17: [
          .init(pid: 5, descriptor: 3), .init(pid: 5, descriptor: 9),
          .init(pid: 90, descriptor: 7),
        ]
      ])
    #expect(found.hasReadPID1)
    #expect(
      found.skipped == .init("descriptors beyond the first 256 of 2 processes were not read"))
    // One that nobody holds is looked for everywhere.
    let both = holders(of: [17, 18], root)
    #expect(both.holders == found.holders)
    #expect(both.skipped == nil)
    #expect(
      SocketHolders.find([17], root: root, deadline: .after(.zero)).gap
        == .init("descriptor scan stopped at the time limit"))
  }

  @Test func aSocketBehindManyDescriptorsIsFound() throws {
    let child = Child(
      python: """
        many = [os.open("/dev/null", os.O_RDONLY) for _ in range(400)]
        s = socket.socket()
        ready(s.fileno(), os.fstat(s.fileno()).st_ino)
        """)
    let inode = try #require(UInt64(child.words[1]))
    let found = holders(of: [inode])
    #expect(
      found.holders[inode] == [.init(pid: child.pid, descriptor: Int32(child.words[0]) ?? -1)])
  }

  /// What closes in front of a socket between two looks moves it forward in the directory.
  @Test func aSocketIsFoundWhileDescriptorsInFrontOfItClose() throws {
    let child = Child(
      python: """
        import signal
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
        signal.signal(signal.SIGUSR1, lambda *_: os.closerange(3, 103))
        many = [os.open("/dev/null", os.O_RDONLY) for _ in range(300)]
        s = socket.socket()
        ready(s.fileno(), os.fstat(s.fileno()).st_ino)
        """)
    let inode = try #require(UInt64(child.words[1]))
    var scan = DescriptorScan(
      for: [inode], root: HostRoot(), deadline: .after(.seconds(60)), budget: .seconds(60))
    let hasTime = scan.read(child.pid, 0..<256)
    #expect(hasTime)
    #expect(scan.holders == [:])
    kill(child.pid, SIGUSR1)
    let end = Deadline.after(.seconds(20))
    while unsafe access("/proc/\(child.pid)/fd/102", F_OK) == 0, !end.hasPassed {
      usleep(1_000)
    }
    #expect(unsafe access("/proc/\(child.pid)/fd/102", F_OK) != 0)
    scan.readOn(from: 256)
    #expect(
      scan.holders[inode] == [.init(pid: child.pid, descriptor: Int32(child.words[0]) ?? -1)])
  }
}

@Suite(.enabled(if: geteuid() == 0, "descriptors of other processes need root here"))
struct SocketOwnerTests {
  @Test func aListenerSharedByAFork() throws {
    let child = Child(
      python: """
        s = socket.socket()
        s.setsockopt(1, 2, 1)
        s.bind(("127.0.0.1", 0))
        s.listen()
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
        else:
            ready(os.fstat(s.fileno()).st_ino, pid)
        """)
    defer { child.words.last.flatMap { Int32($0) }.map { _ = kill($0, SIGKILL) } }
    let group = looked(Group(inodes: [try #require(UInt64(child.words[0]))]))
    let other = try #require(Int(child.words[1]))
    #expect(group.ownership.owners.elements.map(\.pid) == [Int(child.pid), other].sorted())
    #expect(group.ownership.pid.value == min(Int(child.pid), other))
    #expect(group.ownership.process.value?.hasPrefix("python3") == true)
    #expect(group.ownership.socketActivated.value == false)
    #expect(group.reuseAddress.value == true)
    #expect(group.reusePort.value == false)
  }

  @Test func aListThatMayLackHoldersSaysSo() throws {
    let many = Child(
      python: """
        many = [os.open("/dev/null", os.O_RDONLY) for _ in range(400)]
        ready()
        """)
    let child = Child(
      python: """
        s = socket.socket()
        ready(os.fstat(s.fileno()).st_ino)
        """)
    let group = looked(Group(inodes: [try #require(UInt64(child.words[0]))]))
    #expect(many.pid > 0)
    #expect(group.ownership.owners.elements.map(\.pid) == [Int(child.pid)])
    #expect(group.ownership.owners.rest != nil)
    #expect(group.ownership.pid.value == Int(child.pid))
    #expect(group.reuseAddress.value == false)
  }

  @Test func membersThatDisagree() throws {
    let child = Child(
      python: """
        a, b = socket.socket(), socket.socket()
        a.setsockopt(1, 2, 1)
        a.setsockopt(1, 15, 1)
        b.setsockopt(1, 15, 1)
        ready(*[os.fstat(s.fileno()).st_ino for s in (a, b)])
        """)
    let group = looked(Group(inodes: child.words.compactMap { UInt64($0) }))
    #expect(group.reuseAddress == .unavailable(membersDisagree))
    #expect(group.reusePort.value == true)
  }

  @Test func optionsOfAConnectedDatagramSocketAreNotLookedAt() throws {
    let child = Child(
      python: """
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ready(os.fstat(s.fileno()).st_ino)
        """)
    var row = SocketRow(
      transport: .udp, state: .established, localAddress: .local, localPort: 4000,
      remoteAddress: .local, remotePort: 53)
    row.inode = try #require(UInt64(child.words[0]))
    var sockets = SocketTable.complete([row]).sockets(settings: .test())
    sockets.attachOwners(HostRoot(), deadline: .after(.seconds(30)))
    let socket = try #require(sockets.boundUDP.elements.first)
    #expect(socket.ownership.pid.value == Int(child.pid))
    #expect(
      socket.reuseAddress.problem?.reason == "options of connected UDP sockets are not looked at")
  }

  @Test func aNameThatWantsToDeceive() throws {
    let child = Child(
      python: #"""
        open("/proc/self/comm", "w").write("a\x1b[2J\nb")
        s = socket.socket()
        ready(os.fstat(s.fileno()).st_ino)
        """#)
    let group = looked(Group(inodes: [try #require(UInt64(child.words[0]))]))
    #expect(group.ownership.process.value == "a\u{1b}[2J\nb")
  }

  @Test func whatNobodyHolds() throws {
    // No socket has this inode.
    let group = looked(Group(inodes: [UInt64.max]))
    #expect(group.ownership.owners.elements.isEmpty)
    let gap = holders(of: [.max]).gap
    if let gap {
      // In some sandboxes PID 1 is out of root's reach.
      #expect(group.ownership.process == .unavailable(gap))
      #expect(group.reuseAddress == .unavailable(gap))
    } else {
      #expect(
        group.ownership.process == .absent("no process holds the socket: the kernel's own"))
      #expect(group.reuseAddress == .absent("no process holds the socket: the kernel's own"))
    }
  }

  @Test func whatADumpToldStays() throws {
    let child = Child(
      python: """
        s = socket.socket(socket.AF_INET6)
        ready(os.fstat(s.fileno()).st_ino)
        """)
    var group = Group(inodes: [try #require(UInt64(child.words[0]))])
    group.v6Only = .value(true, .dump("sock_diag"))
    #expect(looked(group).v6Only == .value(true, .dump("sock_diag")))
  }

  /// Where cgroup2 is mounted as a whole and writable.
  static let controlGroups: String? = {
    let mounts = MountInfo.parse(HostRoot().text("/proc/self/mountinfo").value ?? "")
    return mounts.first { $0.type == "cgroup2" && $0.root == "/" && $0.isWritable }?.path
  }()

  @Test(.enabled(if: controlGroups != nil, "needs a cgroup2 that is mounted here and writable"))
  func theUnitOfACgroupNumber() throws {
    let path = "\(try #require(Self.controlGroups))/sockwise-test-\(getpid()).service"
    try #require(unsafe mkdir(path, 0o755) == 0)
    defer { unsafe rmdir(path) }
    let number = try HostRoot().status(path).inode
    let tree = ControlGroupTree.read([number], root: HostRoot(), deadline: .never)
    #expect(tree.group([number])?.unit == "sockwise-test-\(getpid()).service")
    #expect(tree.group([number, 1]) == nil)
    // A socket whose holder is out of sight has its unit from there.
    #expect(
      looked(Group(inodes: [UInt64.max], cgroupIDs: [number])).ownership.unit.value
        == "sockwise-test-\(getpid()).service")
  }
}

/// nfsd and lockd have listeners that no process holds.
@Suite struct KernelSocketTests {
  @Test func optionsAreAbsentWhereEveryProcessWasRead() {
    // Asked for nothing, the search has no gap.
    let everyone = SocketHolders.find([], root: HostRoot(), deadline: .never)
    var lookup = SocketOwnerLookup(
      everyone, cgroupIDs: [], root: HostRoot(), deadline: .never)
    var group = Group(inodes: [.max])
    let nobody = "no process holds the socket: the kernel's own"
    let options = lookup.attach(to: &group)
    #expect(options.map(\.lingerSeconds) == [.absent(nobody)])
    #expect(group.reuseAddress == .absent(nobody))
    #expect(group.reusePort == .absent(nobody))
    #expect(group.ownership.process == .absent(nobody))
    #expect(group.ownership.owners.rest == nil)
  }

  @Test func theyAreUnavailableWhereOneWasNot() {
    let some = SocketHolders.find([.max], root: HostRoot("/nonexistent"), deadline: .never)
    var lookup = SocketOwnerLookup(some, cgroupIDs: [], root: HostRoot(), deadline: .never)
    var group = Group(inodes: [.max])
    let options = lookup.attach(to: &group)
    let why = Unreadable("'/proc' is not mounted")
    #expect(options.map(\.lingerSeconds) == [.unavailable(why)])
    #expect(group.reuseAddress == .unavailable(why))
    #expect(group.ownership.process == .unavailable(why))
  }
}

@Suite struct FillOptionsTests {
  static func options(_ value: Reading<Bool>) -> SocketOptions {
    var options = SocketOptions.unavailable(.init("denied"))
    options.reuseAddress = value
    return options
  }
  static let yes = options(.value(true, .dump("a")))
  static let no = options(.value(false, .dump("b")))
  static let denied = SocketOptions.unavailable(.init("denied"))

  @Test(arguments: [
    ([yes, yes], Reading<Bool>.value(true, .dump("a"))),
    ([yes, no, denied], .unavailable(membersDisagree)),
    ([yes, denied], .unavailable(.init("denied"))),
    ([denied], .unavailable(.init("denied"))),
    ([], .unavailable(.init("not read"))),
  ]) func agreement(_ members: [SocketOptions], _ expected: Reading<Bool>) {
    var group = Group(inodes: [])
    group.fillOptions(from: members)
    #expect(group.reuseAddress == expected)
  }

  static func linger(_ value: Reading<Int>) -> SocketOptions {
    var options = SocketOptions.unavailable(.init("denied"))
    options.lingerSeconds = value
    return options
  }
  static let off = linger(.absent("SO_LINGER is off"))
  static let reset = linger(.value(0, .dump("a")))
  static let waiting = linger(.value(5, .dump("b")))

  /// Two ESTABLISHED and one in TIME_WAIT.
  @Test(arguments: [
    ([off], Reading<Int>.absent("SO_LINGER is off"), 3), ([reset], .value(0, .dump("a")), 1),
    ([waiting], .value(5, .dump("b")), 3),
    ([reset, off], .unavailable(membersDisagree), 3),
    ([reset, denied], .unavailable(.init("denied")), 3),
  ]) func lingering(_ members: [SocketOptions], _ expected: Reading<Int>, _ blocking: Int) throws {
    let facts = SocketTable.complete([
      .listener(.here, 80), .connection(.here, 80, .there, 40000),
      .connection(.here, 80, .there, 40001),
      .connection(.here, 80, .there, 40002, .timeWait, age: 10),
    ]).sockets(settings: .test())
    var listener = try #require(facts.listeners.elements.first)
    listener.fillLinger(from: members)
    #expect(listener.lingerSeconds == expected)
    #expect(listener.inbound.value?.blocksRestart == blocking)
    #expect(listener.inbound.value?.established == 2)
  }
}

@Suite struct MixedOptionsTests {
  @Test func whatADumpShowsToBeMixedStaysMixed() {
    var group = Group(inodes: [])
    group.bindAddressNoPort = .unavailable(membersDisagree)
    var member = SocketOptions.unavailable(.init("denied"))
    member.bindAddressNoPort = .value(true, .dump("a"))
    group.fillOptions(from: [member])
    #expect(group.bindAddressNoPort == .unavailable(membersDisagree))
  }
}

extension MountInfo {
  /// access(2) tells a mount that is read-only.
  fileprivate var isWritable: Bool { unsafe access(path, W_OK) == 0 }
}
