import CEL
import Glibc
import Testing

@testable import HostFacts

/// The same sockets of a scratch network namespace through both interfaces of the kernel.
@Suite(.enabled(if: geteuid() == 0, "needs root: makes network namespaces"))
struct SocketKernelTests {
  /// Every state that loopback gives without tricks.
  private struct Situation {
    var sockets: [ScratchSocket] = []

    init() throws {
      let listener = try keep(ScratchSocket()).bind("127.0.0.1", 5000).listening(7)
      let dual = try keep(ScratchSocket(AF_INET6)).option(IPPROTO_IPV6, IPV6_V6ONLY, 0)
        .bind("::", 5001).listening()
      try keep(ScratchSocket(AF_INET6)).option(IPPROTO_IPV6, IPV6_V6ONLY, 1).bind("::1", 5002)
        .listening()

      // Accepted, with and without unread bytes; then one that stays in the queue.
      try keep(ScratchSocket()).connect("127.0.0.1", 5000)
      keep(try listener.accepted())
      let talker = try keep(ScratchSocket()).connect("127.0.0.1", 5000)
      keep(try listener.accepted())
      try talker.send([1, 2, 3])
      try keep(ScratchSocket()).connect("127.0.0.1", 5000)

      // IPv6, and IPv4 through the dual-stack listener.
      try keep(ScratchSocket(AF_INET6)).connect("::1", 5001)
      keep(try dual.accepted())
      try keep(ScratchSocket()).connect("127.0.0.1", 5001)
      keep(try dual.accepted())

      // TIME_WAIT at the client, CLOSE_WAIT at the server, FIN_WAIT2 without owner.
      let first = try ScratchSocket().connect("127.0.0.1", 5001)
      let second = try dual.accepted()
      first.shut()
      usleep(10_000)
      second.shut()
      let leaver = try ScratchSocket().connect("127.0.0.1", 5001)
      keep(try dual.accepted())
      leaver.shut()

      // SYN_RECV: the server waits for data.
      try keep(ScratchSocket()).bind("127.0.0.1", 5003).option(Int32(IPPROTO_TCP), 9, 30)
        .listening()
      try keep(ScratchSocket()).connect("127.0.0.1", 5003)

      try keep(ScratchSocket()).bind("127.0.0.1", 6000)
      try keep(ScratchSocket(AF_INET, udp: true)).bind("127.0.0.1", 53)
      try keep(ScratchSocket(AF_INET6, udp: true)).bind("::", 5353)
      try keep(ScratchSocket(AF_INET, udp: true)).connect("127.0.0.1", 53)
      usleep(20_000)
    }

    @discardableResult
    private mutating func keep(_ socket: ScratchSocket) -> ScratchSocket {
      sockets.append(socket)
      return socket
    }
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
      #expect(tcp.finish().malformed == 0)
      var udp = ProcNetUDP(isIPv6: isIPv6, live: true)
      _ = procNet(isIPv6 ? "udp6" : "udp") { udp.consume($0, into: &list) }
      #expect(udp.finish().malformed == 0)
    }
    var table = SocketTable(source: .proc)
    ProcNet.read(into: &table, live: true, deadline: .after(.seconds(5)), from: procNet)
    return (list.rows, table)
  }

  /// What identifies a row in both.
  private static func key(_ row: SocketRow) -> String {
    "\(row.transport) \(row.localAddress):\(row.localPort) \(row.remoteAddress):\(row.remotePort)"
  }

  @Test func `both interfaces show the same rows`() throws {
    let (dumped, shown) = try inScratchNamespace {
      let situation = try Situation()
      let rows = (Self.dump().rows, Self.proc().rows)
      _ = situation.sockets.count
      return rows
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

  @Test func `both interfaces give the same facts`() throws {
    let settings = SocketSettings.test()
    let (ofDump, ofProc, inode) = try inScratchNamespace {
      let situation = try Situation()
      let dump = Self.dump()
      #expect(dump.obstacle == nil)
      let facts = (
        dump.table.sockets(settings: settings), Self.proc().table.sockets(settings: settings),
        situation.sockets[0].inode
      )
      return facts
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

  @Test func `an MPTCP listener is known by the inode of its descriptor`() throws {
    let (inode, listeners) = try inScratchNamespace { () -> (UInt64?, [Listener]) in
      // Not every kernel has MPTCP.
      guard let socket = try? ScratchSocket(AF_INET6, number: 262) else { return (nil, []) }
      try socket.bind("::", 7000).listening()
      var table = SocketTable(source: .sockDiag)
      _ = SockDiag.read(into: &table, kernel: nil, deadline: .after(.seconds(5)))
      let facts = table.sockets(settings: .test())
      return (socket.inode, facts.listeners.elements)
    }
    guard let inode else {
      print("skipped: this kernel has no MPTCP")
      return
    }
    #expect(listeners.count == 1)
    #expect(listeners.first?.port == 7000)
    #expect(listeners.first?.inodes.contains(inode) == true)
  }

  @Test func `a deadline in the past stops at once and says so`() throws {
    let table = try inScratchNamespace {
      let listener = try ScratchSocket().bind("127.0.0.1", 5000).listening()
      var table = SocketTable(source: .sockDiag)
      _ = SockDiag.read(into: &table, kernel: (6, 12), deadline: .after(.zero))
      _ = listener.inode
      return table
    }
    let facts = table.sockets(settings: .test())
    #expect(facts.tcp.problem?.reason == "sock_diag: not finished in the time given")
    #expect(facts.role.value == nil)
    #expect(facts.destinations.rest != nil)
  }

  @Test func `a device is named`() throws {
    let listeners = try inScratchNamespace {
      let listener = try ScratchSocket()
      var name: [UInt8] = [UInt8(ascii: "l"), UInt8(ascii: "o"), 0]
      try check(
        "setsockopt",
        unsafe setsockopt(listener.descriptor, SOL_SOCKET, SO_BINDTODEVICE, &name, 3))
      try listener.bind("0.0.0.0", 5000).listening()
      let client = try ScratchSocket().connect("127.0.0.1", 5000)
      var table = SocketTable(source: .sockDiag)
      _ = SockDiag.read(into: &table, kernel: nil, deadline: .after(.seconds(5)))
      _ = client.inode
      return table.sockets(settings: .test()).listeners.elements
    }
    #expect(listeners.first?.device.value == "lo")
    #expect(listeners.first?.inbound.value?.total == 1)
  }
}
