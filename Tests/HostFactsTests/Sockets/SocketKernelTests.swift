import Glibc
import Testing

@testable import HostFacts
@testable import TestSupport

/// The same sockets of a scratch network namespace through both interfaces of the kernel.
@Suite(.enabled(if: ScratchNamespace.isAvailable, ScratchNamespace.requirement))
struct SocketKernelTests {
  /// Every state that loopback gives without tricks; the inode of the first listener.
  private static func situation(_ namespace: ScratchNamespace) throws -> UInt64 {
    let listener = try namespace.listen(.loopback(5000), backlog: 7)
    var options = LabSocket.Options()
    options.v6Only = false
    let dual = try namespace.listen(Endpoint("::", 5001), options)
    options.v6Only = true
    _ = try namespace.listen(Endpoint("::1", 5002), options)

    // Accepted, with and without unread bytes; then one that stays in the queue.
    try namespace.socket().connect(.loopback(5000))
    namespace.keep(try listener.accept())
    let talker = try namespace.socket()
    try talker.connect(.loopback(5000))
    namespace.keep(try listener.accept())
    try talker.send("hey")
    try namespace.socket().connect(.loopback(5000))

    // IPv6, and IPv4 through the dual-stack listener.
    try namespace.socket(ipv6: true).connect(Endpoint("::1", 5001))
    namespace.keep(try dual.accept())
    try namespace.socket().connect(.loopback(5001))
    namespace.keep(try dual.accept())

    // TIME_WAIT at the client; CLOSE_WAIT at the server and FIN_WAIT2 without owner.
    let first = try namespace.socket()
    try first.connect(.loopback(5001))
    let second = try dual.accept()
    first.close()
    try second.waitForPeerClose()
    second.close()
    let leaver = try namespace.socket()
    try leaver.connect(.loopback(5001))
    let left = namespace.keep(try dual.accept())
    leaver.close()
    try left.waitForPeerClose()

    // SYN_RECV: TCP_DEFER_ACCEPT, 9, waits for data.
    let deferring = try namespace.socket()
    var seconds: CInt = 30
    _ = unsafe setsockopt(deferring.descriptor, CInt(IPPROTO_TCP), 9, &seconds, 4)
    try deferring.bind(.loopback(5003))
    try deferring.listen()
    try namespace.socket().connect(.loopback(5003))

    try namespace.socket().bind(.loopback(6000))
    _ = try namespace.bindUDP(.loopback(53))
    _ = try namespace.bindUDP(Endpoint("::", 5353))
    try namespace.socket(.udp).connect(.loopback(53))
    // The ACK of a FIN may be delayed, in FIN_WAIT1, and a busy machine is slow to send one at all.
    let passing: Set<KernelSockets.State> = [.finWait1, .lastAck, .closing]
    while try KernelSockets.tcp().contains(where: { passing.contains($0.state) }) {
      try namespace.checkTime()
      usleep(2000)
    }
    return inode(of: listener.descriptor)
  }

  private static func dump() -> (rows: [SocketRow], table: SocketTable, obstacle: Obstacle?) {
    var list = RowList()
    var table = SocketTable(source: .sockDiag)
    let obstacle = SockDiag.read(
      into: &table, kernel: nil, deadline: .after(.seconds(5)), multipath: false
    ) { dump, datagram in
      _ = dump.parse(datagram, into: &list)
    }
    return (list.rows, table, obstacle)
  }

  private static func proc() -> (rows: [SocketRow], table: SocketTable) {
    var list = RowList()
    for isIPv6 in [false, true] {
      var tcp = ProcNetTable(.tcp, isIPv6: isIPv6, live: true)
      _ = procNet(isIPv6 ? "tcp6" : "tcp") { tcp.consume($0, into: &list) }
      _ = tcp.finish()
      var udp = ProcNetTable(.udp, isIPv6: isIPv6, live: true)
      _ = procNet(isIPv6 ? "udp6" : "udp") { udp.consume($0, into: &list) }
      _ = udp.finish()
    }
    var table = SocketTable(source: .proc)
    ProcNet.read(into: &table, live: true, deadline: .after(.seconds(5)), from: procNet)
    return (list.rows, table)
  }

  /// What identifies a row in both.
  private static func key(_ row: SocketRow) -> String {
    "\(row.transport) \(row.localAddress):\(row.localPort) \(row.remoteAddress):\(row.remotePort)"
  }

  @Test func `both interfaces show the same rows`() async throws {
    let (dumped, shown, elapsed) = try await ScratchNamespace.run { namespace in
      _ = try Self.situation(namespace)
      let clock = SuspendingClock()
      let start = clock.now
      let rows = (Self.dump().rows, Self.proc().rows)
      return (rows.0, rows.1, Int(start.duration(to: clock.now) / .milliseconds(1)))
    }
    let ofDump = dumped.filter { $0.state != .boundInactive }
    #expect(dumped.count { $0.state == .boundInactive && $0.localPort == 6000 } == 1)
    #expect(Set(ofDump.map(Self.key)) == Set(shown.map(Self.key)))
    #expect(ofDump.count == shown.count)
    let states = Set(shown.filter { $0.transport == .tcp }.map(\.state))
    #expect(
      states.isSuperset(of: [
        .listen, .established, .timeWait, .closeWait, .finWait2, .synReceived,
      ]))

    let byKey = Dictionary(ofDump.map { (Self.key($0), $0) }) { first, _ in first }
    for row in shown {
      guard let other = byKey[Self.key(row)] else { continue }
      #expect(row.state == other.state, "\(Self.key(row))")
      #expect(row.timer == other.timer, "\(Self.key(row))")
      #expect(row.uid == other.uid, "\(Self.key(row))")
      #expect(row.inode == other.inode, "\(Self.key(row))")
      #expect(row.receiveQueue == other.receiveQueue, "\(Self.key(row))")
      // /proc rounds down to 1/100 s, and was read later.
      let passed = Int(other.remaining) - Int(row.remaining)
      #expect(-50...elapsed + 50 ~= passed, "\(Self.key(row))")
      #expect(row.drops == other.drops, "\(Self.key(row))")
      if row.state == .listen {
        #expect(row.sendQueue == 0)
        #expect(other.sendQueue > 0)
      } else {
        #expect(row.sendQueue == other.sendQueue, "\(Self.key(row))")
      }
      #expect(row.cookie == nil)
      #expect(other.cookie != nil)
    }
  }

  @Test func `both interfaces give the same facts`() async throws {
    let (ofDump, ofProc, inode) = try await ScratchNamespace.run { namespace in
      let inode = try Self.situation(namespace)
      let settings = SocketSettings.test()
      return (
        Self.dump().table.sockets(settings: settings),
        Self.proc().table.sockets(settings: settings), inode
      )
    }
    #expect(ofDump.source == "sock_diag")
    #expect(ofProc.source == "proc")
    #expect(ofDump.tcp.value == ofProc.tcp.value)
    #expect(ofDump.udp.value == 3)
    #expect(ofProc.udp.value == 3)
    #expect(ofDump.inbound.value == ofProc.inbound.value)
    #expect(ofDump.outbound.value == ofProc.outbound.value)
    #expect(ofDump.states.value?.timeWait == 1)
    #expect(ofDump.states.value?.synReceived == 1)
    #expect(ofDump.listeners.elements.count == 4)
    #expect(ofDump.listeners.elements.map(\.address) == ofProc.listeners.elements.map(\.address))
    #expect(
      ofDump.listeners.elements.compactMap(\.inbound.value).map { $0.total }
        == ofProc.listeners.elements.compactMap(\.inbound.value).map { $0.total })

    let listener = try #require(ofDump.listeners.elements.first { $0.port == 5000 })
    #expect(listener.backlog.value == 7)
    #expect(listener.queue == 1)
    #expect(listener.inodes == [inode])
    #expect(ofProc.listeners.elements.first { $0.port == 5000 }?.inodes == [inode])
    #expect(listener.inbound.value?.established == 3)
    #expect(listener.inbound.value?.unread == 1)
    #expect(listener.inbound.value?.unaccepted == 1)
    #expect(listener.inbound.value?.blocksRestart == 1)
    #expect(listener.bindAddressNoPort.value == false)
    let dual = try #require(ofDump.listeners.elements.first { $0.port == 5001 })
    #expect(dual.v6Only.value == false)
    #expect(dual.inbound.value?.closeWait == 1)
    #expect(dual.inbound.value?.established == 2)
    #expect(ofDump.listeners.elements.first { $0.port == 5002 }?.v6Only.value == true)
    #expect(ofProc.listeners.elements.first { $0.port == 5000 }?.backlog.value == nil)
    #expect(ofDump.boundIdle.value?.elements.map(\.port) == [6000])
    #expect(ofProc.boundIdle.value?.rest != nil)
  }

  @Test func `an MPTCP listener is known by the inode of its descriptor`() async throws {
    let (expected, listeners) = try await ScratchNamespace.run {
      namespace -> (UInt64?, [Listener]) in
      // IPPROTO_MPTCP. Not every kernel has it.
      let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 262)
      if descriptor < 0 { return (nil, []) }
      defer { close(descriptor) }
      // Without bind() it listens on a port of the kernel's choice.
      _ = listen(descriptor, 5)
      _ = try namespace.listen(.loopback(5000))
      var table = SocketTable(source: .sockDiag)
      _ = SockDiag.read(into: &table, kernel: nil, deadline: .after(.seconds(5)))
      return (inode(of: descriptor), table.sockets(settings: .test()).listeners.elements)
    }
    guard let expected else {
      print("not tried: this kernel has no MPTCP")
      return
    }
    #expect(listeners.count == 2)
    #expect(listeners.first { $0.port != 5000 }?.inodes.contains(expected) == true)
    #expect(listeners.first { $0.port == 5000 }?.inodes.contains(expected) == false)
  }

  @Test func `a deadline in the past stops at once and says so`() async throws {
    let facts = try await ScratchNamespace.run { namespace in
      _ = try namespace.listen(.loopback(5000))
      var table = SocketTable(source: .sockDiag)
      _ = SockDiag.read(into: &table, kernel: KernelVersion(6, 12), deadline: .after(.zero))
      return table.sockets(settings: .test())
    }
    #expect(facts.tcp.problem?.reason == "sock_diag: not finished in the time given")
    #expect(facts.role.value == nil)
    #expect(facts.destinations.rest != nil)
  }

  @Test func `a device is named`() async throws {
    let listeners = try await ScratchNamespace.run { namespace in
      var options = LabSocket.Options.server
      options.device = "lo"
      _ = try namespace.listen(Endpoint("0.0.0.0", 5000), options)
      try namespace.socket().connect(.loopback(5000))
      var table = SocketTable(source: .sockDiag)
      _ = SockDiag.read(into: &table, kernel: nil, deadline: .after(.seconds(5)))
      return table.sockets(settings: .test()).listeners.elements
    }
    #expect(listeners.first?.device.value == "lo")
    #expect(listeners.first?.inbound.value?.total == 1)
  }

  /// Connects until the kernel refuses, and reads what Sockwise makes of it.
  private static func exhaust(
    _ namespace: ScratchNamespace, at endpoint: Endpoint
  ) throws -> (connected: Int, facts: Sockets) {
    _ = try namespace.listen(endpoint)
    var connected = 0
    while connected < 100 {
      let client = try namespace.socket()
      do {
        try client.connect(endpoint)
      } catch {
        if error.code != EADDRNOTAVAIL { throw error }
        break
      }
      connected += 1
    }
    let facts = Self.dump().table.sockets(settings: .test(40000...40009))
    return (connected, facts)
  }

  @Test func `where connect fails no port is free`() async throws {
    let (connected, facts) = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_local_port_range": "40000 40009"]
    ) { namespace in
      try Self.exhaust(namespace, at: .loopback(80))
    }
    #expect(connected == 10)
    let group = try #require(facts.destinations.elements.first)
    #expect(facts.destinations.elements.count == 1)
    #expect(group.portsUsed.value == 10)
    #expect(group.portsFree.value == 0)
    #expect(group.percentUsed.value == 100)
    #expect(group.portsBlockedByOthers.value == 0)
    #expect(facts.listeners.elements.first?.inbound.value?.established == 10)
  }

  @Test func `bound ports are gone for connect, and counted as blocked`() async throws {
    let (connected, facts) = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_local_port_range": "40000 40009"]
    ) { namespace in
      _ = try namespace.listen(Endpoint("127.0.0.5", 40004))
      try namespace.socket().bind(Endpoint("127.0.0.6", 40002))
      // bind(address, 0) and connect: one odd port, lost to all destinations.
      _ = try namespace.listen(Endpoint("127.0.0.1", 81))
      let early = try namespace.socket()
      try early.bind(Endpoint("127.0.0.1", 0))
      try early.connect(.loopback(81))
      return try Self.exhaust(namespace, at: .loopback(80))
    }
    #expect(connected == 7)
    let group = try #require(facts.destinations.elements.first { $0.port == 80 })
    #expect(group.portsUsed.value == 7)
    #expect(group.portsAvailable.value == 7)
    #expect(group.portsFree.value == 0)
    #expect(facts.portPool.blocked.value == 3)
    #expect(facts.portPool.blockedByListeners.value == 1)
    #expect(facts.portPool.blockedByBind.value == 1)
    #expect(facts.portPool.blockedByBindBeforeConnect.value == 1)
  }

  @Test func `what two source addresses bind, each can use`() async throws {
    let (connected, facts) = try await ScratchNamespace.run(
      addresses: ["10.0.0.1", "10.0.0.2", "10.0.0.9"],
      sysctls: ["net.ipv4.ip_local_port_range": "40000 40039"]
    ) { namespace in
      let server = Endpoint("10.0.0.9", 5000)
      _ = try namespace.listen(server)
      for port in stride(from: 40001, to: 40040, by: 2) {
        for address in ["10.0.0.1", "10.0.0.2"] {
          let client = try namespace.socket()
          try client.bind(Endpoint(address, port))
          try client.connect(server)
        }
      }
      let facts = Self.dump().table.sockets(settings: .test(40000...40039))
      var options = LabSocket.Options()
      options.bindAddressNoPort = true
      var connected = 0
      while connected < 100 {
        let client = try namespace.socket(.tcp, options)
        try client.bind(Endpoint("10.0.0.1", 0))
        do throws(SystemCallError) {
          try client.connect(server)
        } catch {
          if error.code != EADDRNOTAVAIL { throw error }
          break
        }
        connected += 1
      }
      return (connected, facts)
    }
    #expect(connected == 20)
    #expect(facts.destinations.elements.map(\.portsHeld.value) == [20, 20])
    #expect(facts.destinations.elements.map(\.portsAvailable.value) == [40, 40])
    #expect(facts.destinations.elements.map(\.portsFree.value) == [20, 20])
  }

  @Test func `connections of a stopped listener stay inbound`() async throws {
    let facts = try await ScratchNamespace.run { namespace in
      let listener = try namespace.listen(.loopback(5000))
      try namespace.leaveTimeWait(
        on: .server, count: 20, to: listener, at: .loopback(5000))
      listener.close()
      return Self.dump().table.sockets(settings: .test())
    }
    #expect(facts.listeners.elements.isEmpty)
    #expect(facts.states.value?.timeWait == 20)
    #expect(facts.inboundTimeWait.value == 20)
    #expect(facts.outbound.value == 0)
  }
}
