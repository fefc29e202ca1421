import CEL
import Testing

@testable import HostFacts

/// The terms of the rules: U, R, E, total, blocked, free, preferred.
struct PortUseTests {
  /// One connection on each of these local ports to 192.0.2.7:443.
  private static func outbound(
    _ ports: some Sequence<Int>, _ state: SocketState = .established, age: Double? = nil,
    from local: InetAddress = .here, to remote: InetAddress = .there, _ port: Int = 443
  ) -> [SocketRow] {
    ports.map { .connection(local, $0, remote, port, state, age: age) }
  }

  private static func facts(_ rows: [SocketRow], _ settings: SocketSettings) -> Sockets {
    SocketTable.complete(rows).sockets(settings: settings)
  }

  @Test func `an exhausted destination`() throws {
    let facts = Self.facts(
      Self.outbound(40000...40009, .timeWait, age: 20), .test(40000...40009))
    let group = try #require(facts.destinations.elements.first)
    #expect(group.portsUsed.value == 10)
    #expect(group.portsReusable.value == 0)
    #expect(group.portsHeld.value == 10)
    #expect(group.portsTotal.value == 10)
    #expect(group.portsFree.value == 0)
    #expect(group.percentUsed.value == 100)
    #expect(group.preferredTotal.value == 5)
    #expect(group.preferredHeld.value == 5)
    #expect(group.states.timeWait == 10)
    #expect(group.reuseApplies.value == false)
    // Past the knee the other parity blocks nobody else.
    #expect(facts.portPool.blocked.value == 0)
    #expect(facts.portPool.total.value == 10)
    #expect(facts.portPool.lowParity.value == 0)
  }

  @Test func `a healthy destination`() throws {
    let facts = Self.facts(Self.outbound([40000, 40002]), .test(40000...40009))
    let group = try #require(facts.destinations.elements.first)
    #expect(group.portsHeld.value == 2)
    #expect(group.portsFree.value == 8)
    #expect(group.percentUsed.value.map { ($0 * 1000).rounded() } == 20_000)
    #expect(group.preferredHeld.value == 2)
    #expect(group.portsBlockedByOthers.value == 0)
    #expect(group.portsAvailable.value == 10)
    #expect(facts.role.value == "client")
  }

  @Test func `TIME_WAIT is reusable once it is old enough, where reuse applies`() throws {
    func group(
      _ reuse: Int, timestamps: Int = 1, delay: Reading<Int> = .absent("older kernel"),
      local: InetAddress = .here, remote: InetAddress = .there, interface: UInt32 = 0
    ) throws -> Destination {
      var rows =
        Self.outbound(40000...40003, .timeWait, age: 0.5, from: local, to: remote)
        + Self.outbound(40004...40009, .timeWait, age: 1.5, from: local, to: remote)
      for index in rows.indices { rows[index].interface = interface }
      var settings = SocketSettings.test(40000...40009, reuse: reuse, timestamps: timestamps)
      settings.twReuseDelay = delay
      return try #require(Self.facts(rows, settings).destinations.elements.first)
    }
    #expect(try group(0).portsReusable.value == 0)
    #expect(try group(1).portsReusable.value == 6)
    #expect(try group(1).portsHeld.value == 4)
    #expect(try group(1).reuseApplies.value == true)
    #expect(try group(1, timestamps: 0).portsReusable.value == 0)
    #expect(try group(1, timestamps: 0).reuseApplies.value == false)
    #expect(try group(1, delay: .value(400, .dump("test"))).portsReusable.value == 10)
    #expect(try group(1, delay: .value(3000, .dump("test"))).portsReusable.value == 0)
    // 2 is for loopback: 127/8 and ::1, or bound to lo. The host's own address is none.
    #expect(try group(2).portsReusable.value == 0)
    #expect(try group(2, local: .local, remote: .local).portsReusable.value == 6)
    #expect(try group(2, local: .here, remote: .here).portsReusable.value == 0)
    #expect(try group(2, interface: 1).portsReusable.value == 6)
    #expect(try group(2, interface: 2).portsReusable.value == 0)
  }

  @Test func `what is not in TIME_WAIT is never reusable`() throws {
    let facts = Self.facts(
      Self.outbound(40000...40004, .finWait2, age: 20) + Self.outbound(40005...40009),
      .test(40000...40009, reuse: 1))
    let group = try #require(facts.destinations.elements.first)
    #expect(group.portsReusable.value == 0)
    #expect(group.states.finWait2 == 5)
  }

  @Test func `an explicit bind blocks its port for every destination`() throws {
    var idle = SocketRow.listener(.local, 40004)
    idle.state = .boundInactive
    let facts = Self.facts(
      [
        // Whatever its address or family.
        .listener(.local, 40000), .listener(.anyIPv6, 40002), idle,
        .connection(.here, 40002, .there, 50001), .connection(.here, 40002, .there, 50002),
        // Outside the range, or the same port twice.
        .listener(.here, 80), .listener(InetAddress(127, 0, 0, 5), 40000),
      ] + Self.outbound([40000, 40006]), .test(40000...40009))
    #expect(facts.portPool.blocked.value == 3)
    #expect(facts.portPool.blockedByListeners.value == 2)
    #expect(facts.portPool.blockedByInbound.value == 1)
    #expect(facts.portPool.blockedByBind.value == 1)
    let group = try #require(facts.destinations.elements.first)
    #expect(group.portsHeld.value == 2)
    #expect(group.portsBlockedByOthers.value == 3)
    // 40000 is its own, whoever else has bound it.
    #expect(group.portsAvailable.value == 8)
    #expect(group.portsFree.value == 6)
  }

  @Test func `a port that is blocked and held counts once`() throws {
    let facts = Self.facts(
      [.listener(.local, 40000)] + Self.outbound([40000, 40002]), .test(40000...40009))
    let group = try #require(facts.destinations.elements.first)
    #expect(group.portsHeld.value == 2)
    #expect(group.portsFree.value == 8)
  }

  @Test func `bind before connect shows in the parity that bind takes`() throws {
    let bound = Self.outbound([40001, 40003, 40005], to: .there, 5432)
    let facts = Self.facts(bound + Self.outbound([40000]), .test(40000...40009))
    #expect(facts.portPool.blockedByBindBeforeConnect.value == 3)
    #expect(facts.portPool.blocked.value == 3)
    let (web, database) = (
      try #require(facts.destinations.elements.first { $0.port == 443 }),
      try #require(facts.destinations.elements.first { $0.port == 5432 })
    )
    #expect(web.portsBlockedByOthers.value == 3)
    #expect(web.portsFree.value == 6)
    // Its own ports are held, not blocked by others.
    #expect(database.portsBlockedByOthers.value == 0)
    #expect(database.portsHeld.value == 3)
    #expect(database.portsFree.value == 7)
  }

  @Test func `what a burst past the knee leaves behind is no bind`() {
    // The first half has expired, or is expiring.
    for ports in [40001...40001, 40019...40199, 40150...40199] {
      let left = ports.filter { $0 % 2 == 1 }
      let facts = Self.facts(
        Self.outbound(left, .timeWait, age: 30), .test(40000...40199))
      #expect(facts.portPool.blocked.value == 0)
    }
    // Connections that stay, on either parity.
    let facts = Self.facts(Self.outbound(40010...40199), .test(40000...40199))
    #expect(facts.portPool.blocked.value == 0)
  }

  @Test func `two groups on one such port block it for each other`() throws {
    let facts = Self.facts(
      Self.outbound([40001], to: .there, 1) + Self.outbound([40001], to: .there, 2),
      .test(40000...40009))
    #expect(facts.destinations.elements.map(\.portsBlockedByOthers.value) == [1, 1])
    #expect(facts.destinations.elements.map(\.portsFree.value) == [9, 9])
  }

  @Test func `a port that another group binds too is still available to who holds it`() throws {
    let ports = stride(from: 40001, to: 40200, by: 2)
    let facts = Self.facts(
      Self.outbound(ports) + Self.outbound(ports, from: .there, to: .here),
      .test(40000...40199))
    #expect(facts.destinations.elements.count == 2)
    for group in facts.destinations.elements {
      #expect(group.portsHeld.value == 100)
      #expect(group.portsBlockedByOthers.value == 100)
      #expect(group.portsAvailable.value == 200)
      #expect(group.portsFree.value == 100)
    }
  }

  @Test func `reserved ports that a program binds are not of the range's`() throws {
    let facts = Self.facts(
      Self.outbound(40000...40009), .test(40000...40009, reserved: [40000...40007]))
    let group = try #require(facts.destinations.elements.first)
    #expect(group.portsUsed.value == 2)
    #expect(group.portsHeld.value == 2)
    #expect(group.portsAvailable.value == 2)
    #expect(group.portsFree.value == 0)
  }

  /// Whatever the sockets are, a group's ports are held, free, or not available to it.
  @Test(arguments: [UInt64](1...200)) func `held and free make available`(seed: UInt64) throws {
    var random = Random(state: seed)
    let low = Int.random(in: 39990...40010, using: &random)
    let high = low + Int.random(in: 0...60, using: &random)
    let near = low - 5...high + 5
    var rows: [SocketRow] = []
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      var row = SocketRow.listener(
        Bool.random(using: &random) ? .local : .anyIPv6,
        UInt16(Int.random(in: near, using: &random)))
      if Bool.random(using: &random) { row.state = .boundInactive }
      rows.append(row)
    }
    let states: [SocketState] = [.established, .timeWait, .timeWait, .finWait2, .closeWait]
    for _ in 0..<Int.random(in: 0...200, using: &random) {
      let state = states.randomElement(using: &random) ?? .established
      var row = SocketRow.connection(
        Bool.random(using: &random) ? .here : .local, Int.random(in: near, using: &random),
        Bool.random(using: &random) ? .there : .local, Int.random(in: 1...2, using: &random),
        state, age: state == .timeWait ? Double.random(in: 0...60, using: &random) : nil)
      row.bindAddressNoPort = Bool.random(using: &random)
      rows.append(row)
    }
    let first = Int64.random(in: 39990...40070, using: &random)
    let facts = Self.facts(
      rows,
      .test(
        low...high, reserved: [first...first + 4],
        reuse: Int.random(in: 0...2, using: &random)))
    for group in facts.destinations.elements {
      let held = try #require(group.portsHeld.value)
      let free = try #require(group.portsFree.value)
      let available = try #require(group.portsAvailable.value)
      #expect(held + free == available)
      #expect(available <= group.portsTotal.value ?? -1)
      #expect(group.portsUsed.value == held + (group.portsReusable.value ?? -1))
    }
  }

  @Test func `NO_PORT shows that no bind took the port`() {
    var row = SocketRow.connection(.here, 40001, .there, 443)
    row.bindAddressNoPort = true
    #expect(Self.facts([row], .test(40000...40009)).portPool.blocked.value == 0)
  }

  @Test func `the parity is that of the low bound`() throws {
    let facts = Self.facts(Self.outbound([40001, 40003]), .test(40001...40010))
    let group = try #require(facts.destinations.elements.first)
    #expect(group.preferredHeld.value == 2)
    #expect(facts.portPool.lowParity.value == 1)
    #expect(facts.portPool.blocked.value == 0)
  }

  @Test func `reserved ports are not in the total`() throws {
    let facts = Self.facts(
      [.listener(.here, 40000)] + Self.outbound([40002, 40004]),
      .test(40000...40009, reserved: [1...2, 39000...40001, 40008...50000, 60000...60001]))
    #expect(facts.portPool.size.value == 10)
    #expect(facts.portPool.reserved.value == 4)
    #expect(facts.portPool.total.value == 6)
    #expect(facts.portPool.blocked.value == 0)
    let group = try #require(facts.destinations.elements.first)
    #expect(group.preferredTotal.value == 3)
    #expect(group.portsFree.value == 4)
  }

  @Test func `all ports reserved leave nothing, and divide by nothing`() throws {
    let facts = Self.facts(
      Self.outbound([40000]), .test(40000...40009, reserved: [0...65535]))
    #expect(facts.portPool.total.value == 0)
    // None of its ports counts.
    #expect(facts.destinations.elements.isEmpty)
    #expect(facts.smallDestinations.value == 1)
  }

  @Test func `groups below one hundredth of the range are counted, not kept`() {
    let facts = Self.facts(
      Self.outbound(40000...40009) + Self.outbound(40000...40008, to: .there, 80),
      .test(40000...40999))
    #expect(facts.destinations.elements.map(\.port) == [443])
    #expect(facts.smallDestinations.value == 1)
    #expect(facts.outbound.value == 19)
  }

  @Test func `v4-mapped addresses are the same group, link-local ones are apart by device`() throws
  {
    let mapped = InetAddress(high: 0, low: 0xffff << 32 | 0xc000_0207)
    let one = InetAddress(high: 0xfe80 << 48, low: 1)
    let two = InetAddress(high: 0xfe80 << 48, low: 2)
    var first = SocketRow.connection(one, 40000, two, 443)
    first.interface = 2
    var second = SocketRow.connection(one, 40002, two, 443)
    second.interface = 3
    let table = SocketTable.complete(
      Self.outbound([40000]) + Self.outbound([40002], to: mapped) + [second, first])
    let facts = table.sockets(settings: .test(40000...40009), interfaceName: { "eth\($0)" })
    #expect(facts.destinations.elements.map(\.portsUsed.value) == [2, 1, 1])
    #expect(facts.destinations.elements.map(\.device.value) == [nil, "eth2", "eth3"])
  }

  @Test func `closes per second from the ages in TIME_WAIT`() throws {
    let rows =
      Self.outbound(40000..<40010, .timeWait, age: 2)
      + Self.outbound(40010..<40015, .timeWait, age: 7)
      + Self.outbound(40015..<40035, .timeWait, age: 12)
      + Self.outbound(40035..<40060, .timeWait, age: 40)
      // The timer wheel is late: such a row is older than a minute.
      + Self.outbound(40060..<40062, .timeWait, age: 61)
    let group = try #require(
      Self.facts(rows, .test(40000...40099)).destinations.elements.first)
    #expect(group.closesPerSecond5s.value == 2)
    #expect(group.closesPerSecond15s.value == 35.0 / 15)
    #expect(group.closesPerSecond60s.value == 1)
    #expect(group.closesPerSecondLeast5s.value == 1)
    #expect(group.portsUsed.value == 62)
  }

  @Test func `rows outside the range are in the group, and hold none of its ports`() throws {
    let facts = Self.facts(
      Self.outbound([700, 701]) + Self.outbound([40000]), .test(40000...40009))
    let group = try #require(facts.destinations.elements.first)
    #expect(group.rows == 3)
    #expect(group.portsUsed.value == 1)
    #expect(group.states.established == 3)
  }

  @Test func `an unreadable range leaves no destinations and says why`() {
    var settings = SocketSettings.test()
    settings.portRange = .unavailable(.init("permission denied", grant: "root"))
    let facts = Self.facts(Self.outbound([40000]) + [.listener(.here, 80)], settings)
    #expect(facts.destinations.elements.isEmpty)
    #expect(facts.destinations.rest == .init("permission denied", grant: "root"))
    #expect(facts.portPool.total.problem?.grant == "root")
    #expect(facts.listeners.elements.first?.inEphemeralRange.problem?.grant == "root")
    #expect(facts.outbound.value == 1)
    settings.portRange = .value(PortRange(first: 5, last: 70_000), .dump("test"))
    #expect(
      Self.facts([], settings).destinations.rest?.reason == "5-70000 is not a range of ports")
  }

  @Test func `an unreadable setting is missing only where it is needed`() throws {
    var settings = SocketSettings.test(40000...40009)
    settings.twReuse = .unavailable(.init("hidden"))
    let rows = Self.outbound([40000], .timeWait, age: 5)
    var group = try #require(Self.facts(rows, settings).destinations.elements.first)
    #expect(group.portsUsed.value == 1)
    #expect(group.portsTotal.value == 10)
    #expect(group.portsHeld.problem?.reason == "hidden")
    #expect(group.percentUsed.problem?.reason == "hidden")
    #expect(group.reuseApplies.problem?.reason == "hidden")
    #expect(Self.facts(rows, settings).portPool.blocked.problem?.reason == "hidden")
    settings = .test(40000...40009)
    settings.reservedPorts = .unavailable(.init("hidden"))
    group = try #require(Self.facts(rows, settings).destinations.elements.first)
    #expect(group.rows == 1)
    #expect(group.reuseApplies.value == false)
    #expect(group.portsHeld.problem?.reason == "hidden")
    #expect(group.portsTotal.problem?.reason == "hidden")
    #expect(group.portsFree.problem?.reason == "hidden")
    #expect(Self.facts(rows, settings).destinations.rest?.reason == "hidden")
    #expect(Self.facts(rows, settings).smallDestinations.problem?.reason == "hidden")
  }
}

/// The same numbers in every run.
private struct Random: RandomNumberGenerator {
  var state: UInt64

  // SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
