import Glibc
import Testing

@testable import HostFacts

@Suite struct NetworkNamespaceTests {
  @Test(arguments: [
    ("self", NetworkNamespace.Selection?.some(.own)), ("1", .process(1)),
    ("/run/netns/blue", .path("/run/netns/blue")), ("./blue", .path("./blue")),
    ("", nil), ("0", nil), ("-1", nil), ("blue", nil), ("99999999999", nil),
  ]) func selections(_ text: String, _ expected: NetworkNamespace.Selection?) {
    #expect(NetworkNamespace.Selection(text) == expected)
  }

  @Test func failures() {
    let scratch = ScratchDirectory()
    scratch.write("file", "x")
    unsafe mkfifo("\(scratch.path)/fifo", 0o600)
    let cases: [(NetworkNamespace.Selection, String)] = [
      (.process(.max), "there is no process 2147483647"),
      (.path("/nonexistent/ns"), "there is no '/nonexistent/ns'"),
      (.path("\(scratch.path)/file"), "'\(scratch.path)/file' is not a network namespace"),
      (.path("\(scratch.path)/fifo"), "'\(scratch.path)/fifo' is not a network namespace"),
      (.path("/dev/null"), "'/dev/null' is not a network namespace"),
      (.path(scratch.path), "'\(scratch.path)' is not a network namespace"),
      (.path("/proc/self/ns/mnt"), "'/proc/self/ns/mnt' is not a network namespace"),
    ]
    for (selection, message) in cases {
      #expect(throws: NetworkNamespace.Failure(description: message)) {
        try NetworkNamespace.open(selection)
      }
    }
  }

  @Test func theOwnOneNeedsNoRight() throws {
    for selection in [NetworkNamespace.Selection.own, .process(getpid())] {
      let namespace = try NetworkNamespace.open(selection)
      #expect(namespace.inode == (try HostRoot().status("/proc/self/ns/net").inode))
      try namespace.tryToEnter(by: .after(.seconds(10)))
    }
  }

  @Test(.enabled(if: geteuid() == 0, "entering a namespace needs root"))
  func aThreadReadsTheSettingsOfTheNamespaceItEntered() throws {
    let child = Child(
      python: """
        open("/proc/sys/net/ipv4/ip_local_port_range", "w").write("20000 20199")
        ready()
        """, prefix: "unshare -n")
    let namespace = try NetworkNamespace.open(.process(child.pid))
    func read(in namespace: NetworkNamespace) -> String? {
      HostSource(in: namespace) {
        HostRoot().line("/proc/sys/net/ipv4/ip_local_port_range").value ?? "none"
      }.value(by: .after(.seconds(10)))
    }
    #expect(read(in: namespace) == "20000\t20199")
    #expect(read(in: try .open(.own)) != "20000\t20199")
    let initial = HostSource(in: namespace) { NetworkNamespace.callerIsInInitial(HostRoot()) }
    #expect(initial.value(by: .after(.seconds(10)))?.value == false)
    // `/proc/net` is the thread's, not the process's.
    let devices = HostSource(in: namespace) { HostRoot().text("/proc/net/dev").value ?? "" }
    let lines = try #require(devices.value(by: .after(.seconds(10)))).split(separator: "\n")
    #expect(lines.count == 3, "two lines of header and lo")
  }

  @Test(.enabled(if: geteuid() == 0, "making namespaces needs root"))
  func theSurveyFindsNamespacesOfProcessesAndMounts() throws {
    let child = Child(python: "ready()", prefix: "unshare -n")
    let name = "sockwise-test-\(getpid())"
    runShell("mkdir -p /run/netns && touch /run/netns/\(name)")
    runShell("unshare --net=/run/netns/\(name) true")
    defer { runShell("umount /run/netns/\(name); rm -f /run/netns/\(name)") }
    let root = HostRoot()
    let survey = NamespaceSurvey.read(root, deadline: .never)
    let ofChild = try root.status("/proc/\(child.pid)/ns/net").inode
    let ofMount = try root.status("/run/netns/\(name)").inode
    let entries = survey.entries(audited: try .open(.process(child.pid)))
    #expect(entries.first?.inode == ofChild)
    #expect(entries.first?.kind == "process")
    #expect(entries.filter(\.audited).map(\.inode) == [ofChild])
    let mounted = try #require(entries.first { $0.inode == ofMount })
    #expect(mounted.name == name)
    #expect(mounted.kind == "path")
    #expect(mounted.reason == "not asked for")
    let own = try #require(NetworkNamespace.open(.own).inode)
    #expect(entries.first { $0.inode == own }?.kind == "own")
    #expect(entries.first { $0.inode == own }?.name == nil)
    // In some sandboxes PID 1 is out of root's reach.
    #expect((survey.ofPID1 == nil) == (survey.gap?.grant == "CAP_SYS_PTRACE (or root)"))
  }

  @Test func anotherRootHasNoNamespaces() {
    let survey = NamespaceSurvey.read(HostRoot("/nonexistent"), deadline: .never)
    #expect(survey.found.isEmpty)
    #expect(survey.gap == .init("'/nonexistent' is not a running system"))
  }
}
