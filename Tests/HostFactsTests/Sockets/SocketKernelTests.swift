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
    // The ACK of the last FIN may be delayed for 40 ms, in FIN_WAIT1.
    usleep(100_000)
    return inode(of: listener.descriptor)
  }

  private static func dump() -> (rows: [SocketRow], table: SocketTable, obstacle: Obstacle?) {
    var list = RowList()
    var table = SocketTable(source: .sockDiag)
    let obstacle = SockDiag.read(
      into: &table, kernel: nil, deadline: .after(.seconds(5)), multipath: false
    ) { part, datagram in
      let sequence = unsafe datagram.bytes.native32(8)
      _ = SockDiagReply.parse(
        datagram, transport: part == .udp ? .udp : .tcp, sequence: sequence,
        state: part == .boundInactive ? .boundInactive : nil, into: &list)
    }
    return (list.rows, table, obstacle)
  }

  private static func proc() -> (rows: [SocketRow], table: SocketTable) {
    var list = RowList()
    for isIPv6 in [false, true] {
      var tcp = ProcNetTCP(isIPv6: isIPv6, live: true)
      _ = procNet(isIPv6 ? "tcp6" : "tcp") { tcp.consume($0, into: &list) }
      _ = tcp.finish()
      var udp = ProcNetUDP(isIPv6: isIPv6, live: true)
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
    let (dumped, shown) = try await ScratchNamespace.run { namespace in
      _ = try Self.situation(namespace)
      return (Self.dump().rows, Self.proc().rows)
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
      #expect(abs(Int(row.remaining) - Int(other.remaining)) <= 500, "\(Self.key(row))")
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
}
