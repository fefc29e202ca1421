import CEL
import Testing

@testable import HostFacts

struct SocketTableTests {
  @Test func `connections of a listener are counted by what they mean to it`() throws {
    var unread = SocketRow.connection(.here, 80, .there, 40001)
    unread.receiveQueue = 5
    var unaccepted = SocketRow.connection(.here, 80, .there, 40002)
    unaccepted.inode = 0
    let facts = SocketTable.complete([
      .listener(.anyIPv4, 80), .connection(.here, 80, .there, 40000), unread, unaccepted,
      .connection(.here, 80, .there, 40003, .timeWait, age: 10),
      .connection(.here, 80, .there, 40004, .timeWait, age: 30),
      .connection(.here, 80, .there, 40005, .finWait1),
      .connection(.here, 80, .there, 40006, .finWait2),
      .connection(.here, 80, .there, 40007, .closing),
      .connection(.here, 80, .there, 40008, .closeWait),
      .connection(.here, 80, .there, 40009, .lastAck),
      .connection(.here, 80, .there, 40010, .synReceived),
    ]).sockets(settings: .test())
    let inbound = try #require(facts.listeners.elements.first?.inbound.value)
    #expect(inbound.total == 11)
    #expect(inbound.established == 3)
    #expect(inbound.unread == 1)
    // The one in the accept queue, and the CLOSE_WAIT without inode.
    #expect(inbound.unaccepted == 2)
    #expect(inbound.timeWait == 2)
    #expect(inbound.blocksRestart == 6)
    #expect(inbound.secondsLeft.value == 50)
    #expect(facts.inbound.value == 11)
    #expect(facts.inboundTimeWait.value == 2)
    #expect(facts.outbound.value == 0)
    #expect(facts.role.value == "server")
    #expect(facts.states.value?.listen == 1)
    #expect(facts.states.value?.timeWait == 2)
  }

  @Test func `a connection belongs to the closest listener`() {
    var onDevice = SocketRow.listener(.anyIPv4, 80)
    onDevice.interface = 3
    var fromDevice = SocketRow.connection(.there, 80, .here, 40000)
    fromDevice.interface = 3
    var sixOnly = SocketRow.listener(.anyIPv6, 81)
    sixOnly.v6Only = true
    var dual = SocketRow.listener(.anyIPv6, 82)
    dual.v6Only = false
    let facts = SocketTable.complete([
      .listener(.here, 80), .listener(.anyIPv4, 80), onDevice, sixOnly, dual,
      .listener(.anyIPv6, 83),
      .connection(.here, 80, .there, 40000), .connection(.there, 80, .here, 40001), fromDevice,
      .connection(.here, 81, .there, 40000), .connection(.here, 82, .there, 40000),
      .connection(.here, 83, .there, 40000),
      .connection(InetAddress(high: 1, low: 1), 81, InetAddress(high: 1, low: 2), 40000),
    ]).sockets(settings: .test(), interfaceName: { $0 == 3 ? "eth0" : nil })
    let totals = facts.listeners.elements.map { listener in
      "\(listener.address):\(listener.port)%\(listener.device.value ?? "")"
        + " \(listener.inbound.value?.total ?? -1)"
    }
    #expect(
      totals == [
        "0.0.0.0:80% 1", "0.0.0.0:80%eth0 1", "192.0.2.1:80% 1", ":::81% 1", ":::82% 1",
        ":::83% 1",
      ])
    #expect(facts.outbound.value == 1)
  }

  @Test func `the order of rows does not matter`() {
    let rows: [SocketRow] = [
      .connection(.here, 80, .there, 40000, .timeWait, age: 1),
      .connection(.local, 80, .local, 40000), .listener(.anyIPv6, 80), .listener(.local, 80),
    ]
    let first = SocketTable.complete(rows).sockets(settings: .test())
    let second = SocketTable.complete(rows.reversed()).sockets(settings: .test())
    #expect(first.listeners.elements.map(\.inbound) == second.listeners.elements.map(\.inbound))
    #expect(first.listeners.elements.map { $0.inbound.value?.total } == [1, 1])
    #expect(first.outbound.value == 0)
  }

  @Test func `members of a group are one listener`() throws {
    var first = SocketRow.listener(.here, 443)
    first.inode = 20
    first.receiveQueue = 1
    first.sendQueue = 128
    first.cgroupID = 7
    first.bindAddressNoPort = false
    var second = first
    second.inode = 10
    second.receiveQueue = 9
    second.sendQueue = 64
    second.bindAddressNoPort = true
    var other = first
    other.inode = 30
    other.uid = 33
    let facts = SocketTable.complete([first, second, other]).sockets(settings: .test())
    #expect(facts.listeners.elements.map(\.uid) == [0, 33])
    let listener = try #require(facts.listeners.elements.first)
    #expect(listener.members == 2)
    #expect(listener.inodes == [10, 20])
    #expect(listener.memberQueues == [9, 1])
    #expect(listener.cgroupIDs == [7])
    #expect(listener.queue == 9)
    #expect(listener.backlog.value == 64)
    #expect(listener.bindAddressNoPort.problem?.reason == "members of the group disagree")
    #expect(listener.reuseAddress.problem?.reason == "owner not looked up")
    #expect(listener.ownership.owners.rest != nil)
    #expect(listener.v6Only == .absent("an IPv4 socket"))
  }

  @Test func `ports in the range and reserved ones are told`() {
    let facts = SocketTable.complete([
      .listener(.here, 80), .listener(.here, 40000), .listener(.here, 40001),
    ]).sockets(settings: .test(reserved: [40000...40000]))
    #expect(facts.listeners.elements.map(\.inEphemeralRange.value) == [false, true, true])
    #expect(facts.listeners.elements.map(\.reserved.value) == [false, true, false])
    #expect(facts.listeners.elements.map(\.likelyFixed.value) == [false, nil, false])
    #expect(facts.listeners.elements[1].likelyFixed.problem?.reason == "owner not looked up")
  }

  @Test func `without the range nothing is told that follows from it`() throws {
    var settings = SocketSettings.test()
    settings.portRange = .absent("the kernel has no such key")
    settings.reservedPorts = .unavailable(.init("hidden"))
    let facts = SocketTable.complete([.listener(.here, 40000)]).sockets(settings: settings)
    let listener = try #require(facts.listeners.elements.first)
    // Rules read these without asking whether they are there.
    let missing = Reading<Bool>.unavailable(.init("the kernel has no such key"))
    #expect(listener.inEphemeralRange == missing)
    #expect(listener.likelyFixed == missing)
    #expect(listener.reserved == .unavailable(.init("hidden")))
    #expect(facts.portPool.total == .unavailable(.init("the kernel has no such key")))
    #expect(facts.udpPorts.rest?.reason == "the kernel has no such key")
  }

  @Test func `UDP sockets, and the ports that they take`() throws {
    func socket(_ address: InetAddress, _ port: UInt16, peer: UInt16 = 0) -> SocketRow {
      var row = SocketRow(
        transport: .udp, state: peer == 0 ? .close : .established, localAddress: address,
        localPort: port, remoteAddress: .anyIPv4, remotePort: peer)
      row.drops = 2
      return row
    }
    let facts = SocketTable.complete([
      socket(.here, 40000, peer: 53), socket(.here, 40001, peer: 53), socket(.anyIPv4, 53),
      socket(.anyIPv4, 40002), socket(.anyIPv4, 53), socket(.local, 323),
    ]).sockets(settings: .test(40000...40009))
    #expect(facts.udp.value == 6)
    #expect(
      facts.boundUDP.elements.map { "\($0.address):\($0.port)" } == [
        "0.0.0.0:53", "0.0.0.0:40002", "127.0.0.1:323", "192.0.2.1:40000", "192.0.2.1:40001",
      ])
    let resolver = try #require(facts.boundUDP.elements.first)
    #expect(resolver.members == 2)
    #expect(resolver.drops.value == 4)
    #expect(!resolver.connected)
    #expect(facts.boundUDP.elements.last?.connected == true)
    #expect(facts.udpPorts.elements.map(\.portsUsed) == [1, 1, 3])
    #expect(facts.udpPorts.elements.last?.percentUsed.value == 30)
  }

  /// One UDP socket, port 4000, on each of so many addresses.
  private static func udp(_ count: UInt32, peer: UInt16 = 0) -> [SocketRow] {
    (0..<count).map { number in
      SocketRow(
        transport: .udp, state: .close, localAddress: InetAddress(ipv4: 0x7f01_0000 + number),
        localPort: 40000, remoteAddress: .anyIPv4, remotePort: peer)
    }
  }

  @Test func `many groups are kept up to a limit, and the lists say so`() {
    let limit = BoundGroups.limit
    let facts = SocketTable.complete(
      Self.udp(UInt32(limit) + 5)
        + (0..<limit + 3).map { number in
          .listener(InetAddress(ipv4: 0x7f01_0000 + UInt32(number)), number == 0 ? 81 : 80)
        }
        // Through the last listener, which is beyond the limit.
        + [.connection(InetAddress(ipv4: 0x7f01_0000 + UInt32(limit) + 2), 80, .there, 50000)]
    ).sockets(settings: .test(40000...40009))
    #expect(facts.boundUDP.elements.count == limit)
    #expect(
      facts.boundUDP.rest?.reason
        == "there are more than 10000 bound UDP sockets, and those beyond are not looked at (5 sockets)"
    )
    #expect(facts.udp.value == limit + 5)
    #expect(facts.udpPorts.elements.count == limit)
    #expect(facts.udpPorts.rest == facts.boundUDP.rest)
    #expect(facts.listeners.elements.count == limit)
    #expect(
      facts.listeners.rest?.reason
        == "there are more than 10000 listeners, and those beyond are not looked at (3 sockets)")
    #expect(facts.inbound.value == 1)
    #expect(facts.outbound.value == 0)
  }

  @Test func `ports of idle sockets beyond the limit are blocked all the same`() {
    let limit = BoundGroups.limit
    var rows = (0..<limit).map { number in
      SocketRow.listener(InetAddress(ipv4: 0x7f01_0000 + UInt32(number)), 80)
    }
    rows.append(.listener(.local, 40000))
    for index in rows.indices { rows[index].state = .boundInactive }
    let facts = SocketTable.complete(rows).sockets(settings: .test(40000...40009))
    #expect(
      facts.boundIdle.value?.rest?.reason
        == "there are more than 10000 bound TCP sockets, and those beyond are not looked at (1 sockets)"
    )
    #expect(facts.portPool.blockedByBind.value == 1)
    #expect(facts.portPool.blocked.value == 1)
  }

  @Test func `without the range or the reserved ports the use by UDP is not known`() {
    var settings = SocketSettings.test()
    settings.reservedPorts = .unavailable(.init("hidden"))
    #expect(
      SocketTable.complete(Self.udp(1)).sockets(settings: settings).udpPorts.rest?.reason
        == "hidden")
    settings.portRange = .unavailable(.init("gone"))
    #expect(
      SocketTable.complete(Self.udp(1)).sockets(settings: settings).udpPorts.rest?.reason == "gone")
  }

  @Test func `what is repeated counts once`() {
    var listener = SocketRow.listener(.here, 80)
    listener.inode = 7
    var resolver = Self.udp(1)[0]
    resolver.inode = 8
    let rows = [
      listener, listener, resolver, resolver, .connection(.here, 40000, .there, 443),
      .connection(.here, 40002, .there, 443), .connection(.here, 40000, .there, 443),
      .connection(.here, 40000, .there, 444),
    ]
    let shown = SocketTable.complete(rows, source: .proc).sockets(settings: .test(40000...40009))
    #expect(shown.listeners.elements.map(\.members) == [1])
    #expect(shown.boundUDP.elements.map(\.members) == [1])
    #expect(shown.udp.value == 1)
    #expect(shown.destinations.elements.map(\.rows) == [2, 1])
    // Nor does a dump's repetition, by the cookie: one listener may share another's address.
    listener.cookie = 1
    var sharer = listener
    sharer.cookie = 2
    let dumped = SocketTable.complete([listener, sharer, listener]).sockets(settings: .test())
    #expect(dumped.listeners.elements.map(\.members) == [2])
  }

  @Test func `a cookie is not another's inode`() {
    var listener = SocketRow.listener(.here, 80)
    listener.cookie = 8
    var resolver = Self.udp(1)[0]
    resolver.inode = 8
    var table = SocketTable(source: .sockDiag)
    table.refuse(.udp, Unreadable("sock_diag: refused"))
    table.add(listener)
    table.add(resolver)
    #expect(table.listeners.groups.count == 1)
    #expect(table.udpRows == 1)
  }

  @Test func `a socket connected to itself is told, but for TIME_WAIT`() {
    let facts = SocketTable.complete([
      .connection(.local, 40000, .local, 40000),
      .connection(.local, 40001, .local, 40001, .timeWait, age: 1),
    ]).sockets(settings: .test())
    #expect(facts.selfConnections.elements.map(\.port) == [40000])
    #expect(facts.outbound.value == 2)
    #expect(facts.outboundNonLoopback.value == 0)
    #expect(facts.role.value == "idle")
  }

  @Test(arguments: [
    (["in"], "server"), (["out"], "client"), (["in", "out"], "both"), ([], "idle"),
    (["loop"], "idle"),
  ])
  func `the role is what connections there are`(kinds: [String], role: String) {
    var rows: [SocketRow] = [.listener(.here, 80)]
    if kinds.contains("in") { rows.append(.connection(.here, 80, .there, 40000)) }
    if kinds.contains("out") { rows.append(.connection(.here, 40000, .there, 443)) }
    if kinds.contains("loop") { rows.append(.connection(.local, 40000, .local, 443)) }
    #expect(SocketTable.complete(rows).sockets(settings: .test()).role.value == role)
  }

  @Test func `bound sockets are listed; an older kernel has no such list`() {
    var row = SocketRow.listener(.here, 6000)
    row.state = .boundInactive
    var table = SocketTable.complete([row])
    let known = table.sockets(settings: .test())
    #expect(known.boundIdle.value?.elements.map(\.port) == [6000])
    #expect(known.states.value?.boundInactive.value == 1)
    // Like every count of sockets in use, the total leaves out what is not connected.
    #expect(known.tcp.value == 0)
    table.cover(.boundInactive, .absent("added in Linux 6.8; this kernel is 6.1"))
    let unknown = table.sockets(settings: .test())
    #expect(unknown.boundIdle.problem?.reason == "added in Linux 6.8; this kernel is 6.1")
    #expect(unknown.portPool.blockedByBind == .absent("added in Linux 6.8; this kernel is 6.1"))
  }

  @Test func `a part that was not read makes its facts unavailable, and not the others`() {
    var table = SocketTable.complete([
      .listener(.here, 40000), .connection(.here, 40000, .there, 1024),
    ])
    table.cover(.connections, .incomplete(.init("stopped")))
    let facts = table.sockets(settings: .test())
    #expect(facts.listeners.rest == nil)
    #expect(facts.listeners.elements.first?.inbound.problem?.reason == "stopped")
    #expect(facts.portPool.blockedByListeners.value == 1)
    #expect(facts.portPool.blocked.problem?.reason == "stopped")
    #expect(facts.smallDestinations.problem?.reason == "stopped")
    for reading in [facts.tcp, facts.inbound, facts.outbound] {
      #expect(reading.problem?.reason == "stopped")
    }
    #expect(facts.udp.value == 0)
  }

  @Test func `nothing is known of a table that was not read`() {
    let facts = SocketTable(source: .proc).sockets(settings: .test())
    #expect(facts.tcp.problem?.reason == "not read")
    #expect(facts.listeners.rest?.reason == "not read")
    #expect(facts.udp.value == nil)
  }

  @Test func `facts have a schema and values for all of it`() throws {
    var schema = Schema()
    Sockets.register(in: &schema)
    #expect(
      Set(schema.objects.keys).isSuperset(of: [
        "Sockets", "Listener", "UDPSocket", "BoundSocket", "Destination", "InboundConnections",
        "TCPStates", "PortPool", "SocketOwner", "SelfConnection", "UDPPortUse",
      ]))
    #expect(
      schema.objects["Listener"]?.keyFields == ["protocol", "address", "port", "device", "uid"])
    #expect(
      schema.objects["Destination"]?.keyFields == ["local_address", "address", "port", "device"])
    let facts = SocketTable.complete([.listener(.here, 80)]).sockets(settings: .test())
    guard case .object(let value) = facts.factValue else {
      Issue.record("not an object")
      return
    }
    for field in Sockets.fields.list { #expect(value.fields[field.declaration.name] != nil) }
  }
}
