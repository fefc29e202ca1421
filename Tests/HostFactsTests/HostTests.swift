import CEL
import Glibc
import Testing

@testable import HostFacts

@Suite struct HostTests {
  @Test func thisHost() throws {
    let host = try Host.read()
    #expect(host.kernel.value != nil)
    #expect(host.name.value?.isEmpty == false)
    #expect(host.sysctl.portRange("net.ipv4.ip_local_port_range").value != nil)
    #expect(host.namespaces.first?.audited == true)
    #expect(host.sources.contains { $0.name == "/proc/net/netstat" && ($0.bytes ?? 0) > 0 })
  }

  @Test func theValuesAreThoseThatTheSchemaDeclares() throws {
    let host = try Host.read(rawKeys: ["net.ipv4.tcp_tw_reuse"])
    let activation = host.activation
    #expect(Set(activation.variables.keys) == Set(Host.schema.variables.keys))
    for (name, variable) in Host.schema.variables {
      check(activation.variables[name], is: variable.type, name)
    }
  }

  @Test func everyStructureOfTheSchemaIsDeclared() {
    for object in Host.schema.objects.values {
      #expect(Set(object.fields.map(\.name)).count == object.fields.count, "\(object.name)")
      for field in object.fields {
        var type = field.type
        while case .list(let element) = type { type = element }
        if case .object(let name) = type {
          #expect(Host.schema.objects[name] != nil, "\(object.name).\(field.name): \(name)")
        }
        #expect(!field.documentation.isEmpty)
      }
    }
    #expect(Host.schema.objects["SysctlNetIpv4"]?.field("tcp_tw_reuse")?.type == .int)
    #expect(
      Host.schema.objects["SysctlNetIpv4"]?.field("ip_local_port_range")?.type
        == .object("PortRange"))
    #expect(Host.schema.objects["HostSysctlFs"]?.field("file_max")?.mayBeAbsent == true)
    #expect(Host.schema.objects["NetstatDeltaTcpExt"]?.field("TWRecycled") != nil)
  }

  /// A value is of its type, each field declared, and nothing but optional fields absent.
  private func check(_ field: Field?, is type: Type, _ path: String) {
    guard case .value(let value, _)? = field else { return }
    switch (value, type) {
    case (.object(let object), .object(let name)):
      guard let declared = Host.schema.objects[name], object.typeName == name else {
        Issue.record("\(path) is a \(object.typeName), not a \(name)")
        return
      }
      #expect(Set(object.fields.keys) == Set(declared.fields.map(\.name)), "\(path)")
      for declaration in declared.fields {
        if case .absent(let why)? = object.fields[declaration.name], !declaration.mayBeAbsent {
          Issue.record("\(path).\(declaration.name) is absent: \(why)")
        }
        check(object.fields[declaration.name], is: declaration.type, "\(path).\(declaration.name)")
      }
    case (.list(let elements), .list(let element)):
      for value in elements { check(.value(value, nil), is: element, "\(path)[]") }
    case (.int, .int), (.bool, .bool), (.string, .string), (.double, .double),
      (.duration, .duration), (.intSet, .intSet), (.map, .map), (.unknown, _):
      break
    default: Issue.record("\(path) is \(value), not a \(type)")
    }
  }

  @Test func withoutASecondSampleDeltaIsAbsent() throws {
    let host = try Host.read()
    guard case .absent(let why) = host.delta.seconds else {
      Issue.record("delta has seconds")
      return
    }
    #expect(why == "no second sample: use --sample")
  }

  @Test func aSecondSampleTellsGrowthAndTime() throws {
    let host = try Host.read(HostOptions(sample: 0.2))
    let seconds = try #require(host.delta.seconds.value)
    #expect(seconds >= 0.2 && seconds < 100)
    #expect((host.delta.netstat.growth("TcpExt", "TW").value ?? -1) >= 0)
  }

  @Test func numbersThatAreNoTimesAreNoCrash() throws {
    let host = try Host.read(HostOptions(timeLimit: .infinity, sample: .nan))
    #expect(host.delta.seconds.value != nil)
    // Others may answer within no time at all.
    var sources = HostSources()
    sources.sockstat = { _ in
      sleep(5)
      return .unavailable(.init("too late"))
    }
    let hurried = try Host.read(HostOptions(timeLimit: -1), from: sources)
    #expect(hurried.notices.contains { $0.message.contains("did not answer within 0 s") })
    // What answers at once is there; dumps stop before they begin.
    #expect(try Host.read(HostOptions(timeLimit: -1)).sockets.value?.tcp.value == nil)
  }

  @Test func withoutProcEverythingHasAReason() throws {
    let scratch = ScratchDirectory()
    let host = try Host.read(HostOptions(root: HostRoot(scratch.path)))
    #expect(
      host.kernel.unreadable
        == .init(
          "which kernel the image boots is not known", grant: "--kernel VERSION"))
    // What a directory without /proc would have depends on its kernel.
    #expect(
      host.sysctl.integer("net.core.somaxconn").unreadable
        == .init(
          "which kernel the image boots is not known",
          grant: "--kernel VERSION"))
    #expect(
      host.netstat["TcpExt", "TW"] == .unavailable(.init("'/proc' is not mounted")))
    #expect(Set(host.activation.variables.keys) == Set(Host.schema.variables.keys))
  }

  @Test func anotherRootIsReadFromItsFiles() throws {
    let scratch = ScratchDirectory()
    let header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"
    let row =
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0"
      + "        0 4711 1 0000000000000000 100 0 0 10 0                     "
    scratch.write("proc/net/tcp", "\(header)\n\(row)\n")
    scratch.write("proc/net/udp", "\(header)\n")
    scratch.write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n")
    let host = try Host.read(HostOptions(root: HostRoot(scratch.path)))
    let sockets = try #require(host.sockets.value)
    #expect(sockets.source == "proc")
    #expect(sockets.listeners.elements.map(\.port) == [8080])
    #expect(sockets.listeners.rest == nil)
    #expect(
      sockets.listeners.elements.first?.origin == .file(SourceLocation(path: "/proc/net/tcp")))
    #expect(host.namespace.inode.value == nil)
    #expect(
      throws: NetworkNamespace.Failure(
        description: "'\(scratch.path)' is not a running system: it has no namespaces")
    ) {
      try Host.read(HostOptions(netns: .process(1), root: HostRoot(scratch.path)))
    }
  }

  @Test func whereSockDiagIsRefusedProcIsRead() throws {
    let context = SocketsReading.Context(kernel: KernelVersion(6, 1)) {
      SocketSettings(ProcSys([:]))
    }
    let reading = SocketsReading.read(HostRoot(), deadline: .never, context: context) {
      _, _, _, _ in Unreadable("sock_diag: refused", grant: "AF_NETLINK sockets")
    }
    #expect(reading.sockets.value?.source == "proc")
    #expect(
      reading.notices == [
        "sock_diag: refused; the tables in /proc/net were read instead, which lack backlogs, "
          + "devices and sockets that are only bound"
      ])
    #expect(reading.sources.first?.failure?.grant == "AF_NETLINK sockets")
  }

  @Test func eachTransportThatSockDiagRefusesIsReadInProc() throws {
    let udp = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(udp) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(udp, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(bound == 0)
    let context = SocketsReading.Context(kernel: KernelVersion(6, 12)) { .test() }
    let reading = SocketsReading.read(HostRoot(), deadline: .never, context: context) {
      table, _, _, _ in
      table.add(.listener(.local, 80))
      for part in [SocketPart.listeners, .boundInactive, .connections] {
        table.cover(part, .complete)
      }
      table.refuse(.udp, .init("sock_diag: this kernel has no such dump (ENOENT)"))
      return nil
    }
    let sockets = try #require(reading.sockets.value)
    #expect(sockets.source == "sock_diag")
    #expect(sockets.listeners.elements.first?.origin == .dump("sock_diag"))
    #expect(sockets.listeners.elements.first?.backlog.value != nil)
    let mine = try #require(sockets.boundUDP.elements.first { $0.inodes == [inode(of: udp)] })
    #expect(mine.origin == .file(SourceLocation(path: "/proc/net/udp")))
    #expect(mine.device.problem?.reason == "/proc/net does not show it")
    #expect(
      sockets.udp.origin
        == .derived([
          .file(SourceLocation(path: "/proc/net/udp")),
          .file(SourceLocation(path: "/proc/net/udp6")),
        ]))
    #expect(
      reading.notices == [
        "sock_diag: this kernel has no such dump (ENOENT); /proc/net/udp and udp6 were read "
          + "instead, which lack devices"
      ])
  }

  /// Runs in a process of its own, which gives up its rights.
  @Test(.enabled(if: geteuid() == 0, "becoming another user needs root"))
  func anOrdinaryUserReadsWhatIsOpenToAll() async {
    await #expect(processExitsWith: .success) {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      // Nobody may not end what root began, so it ends when this process has: it then reads the end
      // of a pipe that nobody writes to.
      var ends: [Int32] = [-1, -1]
      guard unsafe pipe(&ends) == 0 else { exit(2) }
      let other = Child(
        python: """
          s = socket.socket()
          s.listen()
          print(os.getpid(), os.fstat(s.fileno()).st_ino, flush=True)
          os.close(\(ends[1]))
          os.read(\(ends[0]), 1)
          """)
      guard listen(descriptor, 1) == 0, setgroups(0, nil) == 0, setgid(65534) == 0,
        setuid(65534) == 0
      else { exit(2) }
      // An expectation that fails in here says no more than the status does.
      func need(_ condition: Bool, _ status: Int32) { if !condition { exit(status) } }
      let host = try Host.read()
      need(host.kernel.value != nil, 3)
      need(host.sysctl.portRange("net.ipv4.ip_local_port_range").value != nil, 4)
      need(host.netstat["TcpExt", "TW"].value != nil, 5)
      need(host.sockets.value?.source == "sock_diag", 6)
      need(host.namespacesGap?.grant == "CAP_SYS_PTRACE (or root)", 7)
      func listener(_ inode: UInt64?) -> Listener? {
        host.sockets.value?.listeners.elements.first { $0.inodes == [inode] }
      }
      let ofRoot = listener(other.words.first.flatMap { UInt64($0) })
      let grant = "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH (or root)"
      need(ofRoot?.ownership.process.problem?.grant == grant, 8)
      need(ofRoot?.reuseAddress.problem?.grant == grant, 9)
      need(ofRoot?.ownership.owners.rest?.grant == grant, 10)
      let own = listener(inode(of: descriptor))
      need(own?.ownership.pid.value == Int(getpid()), 11)
      need(own?.reuseAddress.value == false, 12)
      let message = "the network namespace of process 1 may not be opened"
      let failure = #expect(throws: NetworkNamespace.Failure.self) {
        try Host.read(HostOptions(netns: .process(1)))
      }
      need(failure?.description.hasPrefix(message) == true, 13)
      exit(0)
    }
  }

  @Test func aNamespaceThatIsNotThereIsAnError() {
    #expect(throws: NetworkNamespace.Failure.self) {
      try Host.read(HostOptions(netns: .path("/nonexistent")))
    }
  }

  @Test(.enabled(if: geteuid() == 0, "entering a namespace needs root"))
  func anotherNamespace() throws {
    let child = Child(
      python: """
        open("/proc/sys/net/ipv4/tcp_tw_reuse", "w").write("1")
        ready()
        """, prefix: "unshare -n")
    let namespace = try NetworkNamespace.open(.process(child.pid))
    let host = try Host.read(HostOptions(netns: .process(child.pid)))
    #expect(host.sysctl.integer("net.ipv4.tcp_tw_reuse").value == 1)
    #expect(host.namespace.isInitial.value == false)
    #expect(host.namespace.kind == "process")
    #expect(host.namespace.name.value?.hasPrefix("python3") == true)
    if let first = try? HostRoot().status("/proc/1/ns/net").inode {
      #expect(first != namespace.inode)
      #expect(host.isNamespaceOfPID1.value == false)
      #expect(
        host.notices.contains(.init(.info, "the audited network namespace is not that of PID 1")))
    } else {
      // In some sandboxes PID 1 is out of root's reach.
      #expect(host.isNamespaceOfPID1.problem?.grant == "CAP_SYS_PTRACE (or root)")
    }
    // Keys of the whole host come from where this process is.
    #expect(host.identity.sysctl.settings.readings["net.ipv4.tcp_mem"]?.value != nil)
  }
}
