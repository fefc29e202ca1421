import CEL
import Glibc
import Testing

@testable import HostFacts

@Suite struct BindAnswerTests {
  private static let origin = Origin.dump("test")

  private static let settings = ProcSys([
    "net.ipv4.ip_unprivileged_port_start": .value(.integer(1024), origin),
    "net.ipv6.bindv6only": .value(.integer(0), origin),
    "net.ipv4.ip_local_port_range": .value(
      .portRange(PortRange(first: 32768, last: 60999)), origin),
    "net.ipv4.ip_local_reserved_ports": .value(.portSet(IntegerSet([])), origin),
  ])

  private func facts(
    _ text: String, _ transport: SocketRow.Transport = .tcp, probe: AddressProbe.Answer = .accepted,
    holders: [PortHolder] = []
  ) throws -> BindFacts {
    let request = BindRequest(transport, try BindAddress(parsing: text))
    return BindFacts(
      request, address: request.address, probe: probe, holders: holders, settings: Self.settings)
  }

  private func holder(
    _ state: SocketState, _ text: String, seconds: Double? = nil, reuseAddress: Bool? = false,
    reusePort: Bool? = false, uid: UInt32 = 0, pid: Int? = nil, unit: String? = nil
  ) throws -> PortHolder {
    let address = try BindAddress(parsing: text)
    var ownership = SocketOwnership.notLookedUp
    if let pid { ownership.pid = .value(pid, Self.origin) }
    if let pid { ownership.process = .value("server \(pid)", Self.origin) }
    if let unit { ownership.unit = .value(unit, Self.origin) }
    return PortHolder(
      state: state, isRemnant: seconds != nil, isHeld: pid != nil, address: address.address,
      port: address.port, remote: nil, uid: uid,
      v6Only: !address.address.isIPv4 && !address.address.isWildcard, reuseAddress: reuseAddress,
      reusePort: reusePort, secondsLeft: seconds, ownership: ownership)
  }

  @Test func errorsComeInTheOrderOfTheKernel() throws {
    let listener = try holder(.listen, "0.0.0.0:80", pid: 7)
    for (text, expected) in [
      ("10.0.0.1:80", [EADDRNOTAVAIL, EACCES, EADDRINUSE]),
      ("[::ffff:10.0.0.1]:80", [EACCES, EADDRNOTAVAIL, EADDRINUSE]),
    ] {
      var facts = try facts(text, probe: .refused(EADDRNOTAVAIL), holders: [listener])
      facts.mayBindAnyPort = false
      let answer = BindAnswer(facts)
      #expect(answer.bind == .no)
      #expect(answer.listen == .no)
      #expect(answer.refusals.map(\.errno) == expected)
    }
  }

  @Test(arguments: [
    ("0.0.0.0:1023", false, BindAnswer.Verdict.no), ("0.0.0.0:1024", false, .yes),
    ("0.0.0.0:0", false, .yes), ("0.0.0.0:1023", true, .yes), ("[::]:1", false, .no),
  ]) func privilegedPorts(_ text: String, _ mayBind: Bool, _ verdict: BindAnswer.Verdict) throws {
    var facts = try facts(text)
    facts.taken = TakenPorts(facts.request)
    facts.mayBindAnyPort = mayBind
    #expect(BindAnswer(facts).bind == verdict)
    facts.firstUnprivilegedPort = .value(0, Self.origin)
    #expect(BindAnswer(facts).bind == .yes)
  }

  @Test func whatIsNotKnownIsSaid() throws {
    var facts = try facts("[::]:80")
    let why = Unreadable("hidden")
    facts.mayBindAnyPort = false
    facts.firstUnprivilegedPort = .unavailable(why)
    #expect(BindAnswer(facts).missing == [why])
    // Whoever raised the first port is not known to have stopped at 1024.
    facts.address.port = 8080
    #expect(BindAnswer(facts).missing == [why])
    facts.firstUnprivilegedPort = .absent("hidden")
    #expect(BindAnswer(facts).bind == .yes)
    facts.kernel = KernelVersion(4, 18)
    #expect(BindAnswer(facts).bind == .unknown)
    facts.address.port = 80
    facts.mayBindAnyPort = true
    facts.gaps = [why]
    #expect(BindAnswer(facts).bind == .unknown)
    facts.gaps = []
    // net.ipv6.bindv6only matters only where an IPv4 socket is in the way.
    facts.bindV6Only = .unavailable(why)
    #expect(BindAnswer(facts).bind == .yes)
    facts.holders = [try holder(.listen, "127.0.0.1:80")]
    #expect(BindAnswer(facts).missing == [why])
    facts.request.v6Only = true
    #expect(BindAnswer(facts).bind == .yes)
    facts.holders = []
    facts.probe = .unknown(why)
    #expect(BindAnswer(facts).bind == .unknown)
    // One thing that is certainly in the way is enough.
    facts.holders = [try holder(.listen, "[::1]:80")]
    #expect(BindAnswer(facts).bind == .no)
    #expect(BindAnswer(facts).missing == [])
  }

  /// Facts for port 0 with sockets on these ports.
  private func facts(
    range: ClosedRange<Int>, _ taken: [Int], _ transport: SocketRow.Transport = .tcp,
    at address: InetAddress = .local, reuseAddress: Bool = false
  ) throws -> BindFacts {
    var facts = try facts("127.0.0.1:0", transport)
    facts.request.reuseAddress = reuseAddress
    facts.autobindReuse = .value(0, Self.origin)
    facts.portRange = .value(
      PortRange(first: range.lowerBound, last: range.upperBound), Self.origin)
    var ports = TakenPorts(facts.request)
    for port in taken {
      ports.add(
        SocketRow(
          transport: transport, state: transport == .tcp ? .boundInactive : .close,
          localAddress: address, localPort: UInt16(port), remoteAddress: .anyIPv4, remotePort: 0))
    }
    facts.taken = ports
    return facts
  }

  @Test func portZeroNeedsAPortOfTheRange() throws {
    var all = try facts(range: 40000...40010, Array(40000...40010))
    #expect(BindAnswer(all).refusals == [.noPort(of: 11)])
    #expect(BindAnswer(all).remedies == [.widenRange])
    // A reserved one is not picked.
    all.reservedPorts = .value(IntegerSet([40003...40003]), Self.origin)
    #expect(BindAnswer(all).refusals == [.noPort(of: 10)])
    let elsewhere = try facts(range: 40000...40010, Array(40000...40010), at: .here)
    #expect(BindAnswer(elsewhere).bind == .yes)
    // What hides sockets on a port hides none on a port that the kernel picks.
    var hidden = elsewhere
    hidden.gaps = [.init("hidden")]
    #expect(BindAnswer(hidden).bind == .yes)
    hidden.gapsOfTaken = [.init("hidden")]
    #expect(BindAnswer(hidden).missing == [.init("hidden")])
  }

  /// As measured on Linux 6.18, and as inet_csk_find_open_port() says.
  @Test(arguments: [
    (40000...40010, [40005], false, BindAnswer.Verdict.yes), (40000...40010, [40004], false, .yes),
    (40000...40010, [40000], false, .unknown), (40000...40010, [40010], false, .unknown),
    (40000...40010, [40000, 40010], false, .yes), (40000...40009, [40000], false, .yes),
    (40000...40002, [40002], false, .no), (40000...40002, [40000], false, .yes),
    (40000...40000, [40000], false, .yes),
    // With SO_REUSEADDR the range is searched in halves: 40000-40003 and 40004-40010.
    (40000...40010, [40000], true, .yes), (40000...40010, [40004], true, .unknown),
    (40000...40004, [40004], true, .no),
  ]) func ofAnOddRangeAnEndIsMissed(
    _ range: ClosedRange<Int>, _ free: [Int], _ reuseAddress: Bool, _ verdict: BindAnswer.Verdict
  ) throws {
    let taken = range.filter { !free.contains($0) }
    let tcp = try facts(range: range, taken, reuseAddress: reuseAddress)
    #expect(BindAnswer(tcp).bind == verdict)
    let udp = try facts(range: range, taken, .udp)
    #expect(BindAnswer(udp).bind == .yes)
  }

  @Test func whereIdleSocketsAreNotShownTheirNumberCounts() throws {
    var facts = try facts(range: 40000...40099, Array(40000...40009))
    facts.hiddenIdle = .value(87, Self.origin)
    #expect(BindAnswer(facts).bind == .yes)
    facts.hiddenIdle = .value(88, Self.origin)
    #expect(BindAnswer(facts).bind == .unknown)
    facts.hiddenIdle = .unavailable(.init("hidden"))
    #expect(BindAnswer(facts).bind == .unknown)
  }

  @Test func portsThatMayBeSharedAreNotRefused() throws {
    let taken = Array(40000...40009)
    var tcp = try facts(range: 40000...40009, taken, reuseAddress: true)
    tcp.autobindReuse = .value(0, Self.origin)
    #expect(BindAnswer(tcp).bind == .no)
    tcp.autobindReuse = .value(1, Self.origin)
    #expect(BindAnswer(tcp).bind == .unknown)
    tcp.request.reuseAddress = false
    #expect(BindAnswer(tcp).bind == .no)
    #expect(BindAnswer(try facts(range: 40000...40009, taken, .udp)).bind == .no)
    #expect(
      BindAnswer(try facts(range: 40000...40009, taken, .udp, reuseAddress: true)).bind == .unknown)
  }

  @Test func devicesOfAVRFAreNotJudged() throws {
    var facts = try facts("0.0.0.0:80", holders: [holder(.listen, "0.0.0.0:80")])
    facts.vrfs = .named(["blue", "eth1"])
    #expect(BindAnswer(facts).bind == .no)
    facts.holders[0].device = .named("eth1")
    #expect(BindAnswer(facts).bind == .unknown)
    #expect(
      BindAnswer(facts).missing.map(\.reason) == [
        "'eth1' is in a VRF, whose sockets may have ports of their own "
          + "(net.ipv4.tcp_l3mdev_accept): that is not modelled"
      ])
    facts.holders[0].device = .named("eth0")
    #expect(BindAnswer(facts).bind == .no)
    facts.vrfs = .unknown(.init("hidden"))
    #expect(BindAnswer(facts).missing == [.init("hidden")])
    facts.holders[0].device = .named("lo")
    #expect(BindAnswer(facts).bind == .no)
    facts.holders[0].device = .none
    facts.vrfs = .named(["blue"])
    facts.address.device = "blue"
    #expect(BindAnswer(facts).bind == .unknown)
  }

  @Test func addressesThatNoSocketOfItsKindTakes() throws {
    var mapped = try facts("[::ffff:127.0.0.1]:80")
    mapped.request.v6Only = true
    #expect(BindAnswer(mapped).refusals == [.mappedOnV6Only])
    #expect(BindAnswer(try facts("[ff02::1%eth0]:80")).refusals == [.multicast])
    #expect(BindAnswer(try facts("[ff02::1%eth0]:80", .udp)).bind == .yes)
    #expect(
      BindAnswer(try facts("[::1]:80", probe: .noFamily)).refusals.map(\.errno) == [EAFNOSUPPORT])
    #expect(
      BindAnswer(try facts("0.0.0.0%eth7:80", probe: .refused(ENODEV))).refusals
        == [.noDevice("eth7")])
  }

  @Test func remediesWereTried() throws {
    func remedies(_ text: String, _ holders: PortHolder...) throws -> [BindRemedy] {
      BindAnswer(try facts(text, holders: holders)).remedies
    }
    #expect(
      try remedies("[::]:80", holder(.listen, "0.0.0.0:80", pid: 7, unit: "web.service"))
        == [.setV6Only, .stop(unit: "web.service", lingers: false)])
    #expect(
      try remedies("[::]:80", holder(.listen, "[::1]:80", pid: 7)) == [
        .end(process: "server 7", pid: 7, lingers: false)
      ])
    #expect(
      try remedies("0.0.0.0:80", holder(.boundInactive, "0.0.0.0:80", reuseAddress: true, pid: 7))
        == [.setReuseAddress(isCertain: true), .end(process: "server 7", pid: 7, lingers: false)])
    #expect(
      try remedies("0.0.0.0:80", holder(.listen, "0.0.0.0:80", reusePort: true, pid: 7))
        == [.setReusePort(isCertain: true), .end(process: "server 7", pid: 7, lingers: false)])
    #expect(
      try remedies("0.0.0.0:80", holder(.listen, "0.0.0.0:80", reusePort: true, uid: 33, pid: 7))
        == [.runAs(33), .end(process: "server 7", pid: 7, lingers: false)])
    #expect(
      try remedies(
        "0.0.0.0:80",
        holder(.timeWait, "127.0.0.1:80", seconds: 12.5, reuseAddress: nil, reusePort: nil),
        holder(.timeWait, "127.0.0.1:80", seconds: 7, reuseAddress: nil, reusePort: nil))
        == [.setReuseAddress(isCertain: false), .wait(seconds: 12.5)])
    var connection = try holder(.established, "127.0.0.1:80", pid: 7)
    connection.remote = (.there, 40000)
    #expect(
      try remedies("0.0.0.0:80", holder(.listen, "0.0.0.0:80", pid: 7), connection)
        == [.end(process: "server 7", pid: 7, lingers: true)])
    // Only the port of a client in the range.
    #expect(
      try remedies("0.0.0.0:40000", holder(.established, "127.0.0.1:40000", pid: 9))
        == [.end(process: "server 9", pid: 9, lingers: false), .reservePort])
    // What is not accepted yet ends with its listener.
    #expect(
      try remedies(
        "0.0.0.0:80", holder(.listen, "0.0.0.0:80", pid: 7), holder(.established, "127.0.0.1:80"))
        == [.end(process: "server 7", pid: 7, lingers: false)])
    var ofKernel = try holder(.listen, "0.0.0.0:80")
    (ofKernel.isHeld, ofKernel.ownership.pid) = (true, .absent("the kernel's own"))
    #expect(try remedies("0.0.0.0:80", ofKernel) == [.stopKernel])
    // It may have closed before the processes were looked at.
    for state in [SocketState.established, .closeWait] {
      var connection = ofKernel
      connection.state = state
      #expect(try remedies("0.0.0.0:80", connection).contains(.endUnknown))
      #expect(try !remedies("0.0.0.0:80", connection).contains(.stopKernel))
    }
    ofKernel.ownership.pid = .unavailable(.init("hidden"))
    #expect(try remedies("0.0.0.0:80", ofKernel) == [.endUnknown])
    #expect(
      try remedies("0.0.0.0:80", holder(.lastAck, "127.0.0.1:80", reuseAddress: nil))
        .contains(.waitForPeers))
  }

  @Test func whoSharesIsNamed() throws {
    var facts = try facts(
      "0.0.0.0:80",
      holders: [
        holder(.boundInactive, "0.0.0.0:80", reuseAddress: true), holder(.listen, "[::1]:80"),
      ])
    facts.request.reuseAddress = true
    let answer = BindAnswer(facts)
    #expect(answer.bind == .yes)
    #expect(answer.beside.map(\.state) == [.boundInactive])
    #expect(answer.blockers.isEmpty)
  }
}

extension BindAnswer.Refusal {
  fileprivate var errno: Int32 {
    switch self {
    case .noFamily: EAFNOSUPPORT
    case .noDevice: ENODEV
    case .notLocal: EADDRNOTAVAIL
    case .privileged: EACCES
    case .inUse, .noPort: EADDRINUSE
    case .multicast, .mappedOnV6Only: EINVAL
    case .refused(let number): number
    }
  }
}
