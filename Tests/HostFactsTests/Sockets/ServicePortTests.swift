import CEL
import Testing

@testable import HostFacts

extension SocketOwnership {
  /// Held by one process.
  fileprivate static func of(
    _ process: String, pid: Int = 1000, socketActivated: Bool = false
  ) -> SocketOwnership {
    SocketOwnership(
      owners: PartialList([
        SocketOwner(pid: pid, process: .value(process, .dump("test")), unit: .absent("none"))
      ]),
      process: .value(process, .dump("comm")), pid: .value(pid, .dump("fd")),
      unit: .absent("none"), socketActivated: .value(socketActivated, .dump("fd")))
  }

  fileprivate static let ofTheKernel = SocketOwnership(
    owners: PartialList([]), process: .absent("the kernel's own"),
    pid: .absent("the kernel's own"), unit: .absent("none"),
    socketActivated: .value(false, .dump("fd")))
}

/// The facts of listeners on these addresses and ports; their owners in the order of the facts.
private func facts(
  _ listeners: [(InetAddress, UInt16)], owners: [SocketOwnership]
) -> Sockets {
  var facts = SocketTable.complete(listeners.map { SocketRow.listener($0.0, $0.1) })
    .sockets(settings: .test())
  for (index, owner) in zip(facts.listeners.elements.indices, owners) {
    facts.listeners.elements[index].ownership = owner
    facts.listeners.elements[index].fixed = owner.socketActivated
  }
  facts.weighParity()
  return facts
}

struct ServicePortTests {
  @Test func `a port of one process on several addresses is one element`() throws {
    let ports = facts(
      [(.anyIPv4, 40000), (.local, 40000), (.anyIPv6, 40000)],
      owners: [.of("etcd"), .of("etcd"), .of("etcd")]
    ).servicePorts.elements
    let port = try #require(ports.first)
    #expect(ports.count == 1)
    #expect(port.address == .anyIPv4)
    #expect(!port.isLoopback)
    #expect(port.likelyFixed.value == true)
  }

  @Test func `a port of two processes is two`() {
    let ports = facts(
      [(.here, 40000), (.local, 40000)], owners: [.of("a", pid: 1), .of("b", pid: 2)]
    ).servicePorts.elements
    #expect(ports.map(\.isLoopback) == [true, false])
  }

  @Test func `where the process is not known nothing is taken together`() {
    let ports = facts([(.here, 40000), (.local, 40000)], owners: []).servicePorts.elements
    #expect(ports.count == 2)
    #expect(ports.allSatisfy { $0.likelyFixed.problem?.reason == "owner not looked up" })
  }

  @Test func `the kernel's own sockets are taken together`() {
    let ports = facts(
      [(.anyIPv4, 40000), (.anyIPv6, 40000)], owners: [.ofTheKernel, .ofTheKernel]
    ).servicePorts.elements
    #expect(ports.count == 1)
    #expect(ports.first?.likelyFixed.value == true)
  }

  @Test func `evidence for one address is evidence for the port`() throws {
    var sockets = facts(
      [(.anyIPv4, 40001), (.local, 40001)],
      owners: [.of("a"), .of("a", socketActivated: true)])
    let port = try #require(sockets.servicePorts.elements.first)
    #expect(port.fixed.value == true)
    #expect(port.ownership.socketActivated.value == false)
    sockets.listeners.elements[1].fixed = .unavailable(.init("denied"))
    #expect(sockets.servicePorts.elements.first?.fixed.problem?.reason == "denied")
  }

  @Test func `UDP is apart from TCP, and connected sockets serve nobody`() {
    func datagram(_ port: UInt16, peer: UInt16 = 0) -> SocketRow {
      SocketRow(
        transport: .udp, state: peer == 0 ? .close : .established, localAddress: .here,
        localPort: port, remoteAddress: .anyIPv4, remotePort: peer)
    }
    let ports = SocketTable.complete([
      .listener(.here, 53), datagram(53), datagram(40000, peer: 53),
    ]).sockets(settings: .test()).servicePorts.elements
    #expect(ports.map { "\($0.transport) \($0.port)" } == ["tcp 53", "udp 53"])
  }
}

struct PickedPortsTests {
  @Test(arguments: [
    ("docker-proxy", true), ("rootlessport", true), ("rootlessport-ch", true),
    ("pasta.avx2", true), ("passt", true), ("gvproxy", true), ("conmon", true),
    ("slirp4netns", true), ("rootlesskit", true), ("dockerd", false), ("pastag", false),
    ("", false),
  ])
  func `helpers of containers are known by name`(process: String, isHelper: Bool) {
    #expect(PickedPorts.isContainerPortHelper(process) == isHelper)
    let port = facts([(.anyIPv4, 40000)], owners: [.of(process)]).servicePorts.elements.first
    #expect(port?.likelyFixed.value == !isHelper)
  }

  @Test func `one that holds three ports of the other parity picks them itself`() {
    for (others, isLikely) in [([40001, 40003, 40005], false), ([40001, 40003], true)] {
      let ports = [40000] + others
      let listeners = facts(
        ports.sorted().map { (.anyIPv4, UInt16($0)) },
        owners: ports.map { _ in .of("vsftpd") }
      ).listeners.elements
      #expect(listeners.map(\.likelyFixed.value) == [isLikely] + others.map { _ in false })
    }
  }

  @Test func `processes of its name count, others and ports outside the range do not`() {
    let listeners: [(InetAddress, UInt16)] = [
      (.anyIPv4, 8081), (.anyIPv4, 8083), (.anyIPv4, 8085), (.anyIPv4, 40000), (.anyIPv4, 40001),
      (.anyIPv4, 40003), (.anyIPv4, 40005),
    ]
    let ftp = (0..<3).map { SocketOwnership.of("ftp", pid: $0) }
    let same = facts(listeners, owners: ftp + [.of("ftp")] + ftp)
    #expect(same.listeners.elements[3].likelyFixed.value == false)
    let other = facts(listeners, owners: ftp + [.of("etcd")] + ftp)
    #expect(other.listeners.elements[3].likelyFixed.value == true)
    let outside = facts(listeners, owners: ftp + [.of("ftp")] + ftp.map { _ in .of("etcd") })
    #expect(outside.listeners.elements[3].likelyFixed.value == true)
  }

  @Test func `the same port on several addresses counts once`() {
    let listeners: [(InetAddress, UInt16)] = [
      (.anyIPv4, 40000), (.anyIPv4, 40001), (.local, 40001), (.here, 40001),
    ]
    let sockets = facts(listeners, owners: listeners.map { _ in .of("etcd") })
    #expect(sockets.listeners.elements[0].likelyFixed.value == true)
  }

  @Test func `ports whose owner is not known may be its own`() {
    let listeners = ([40000, 40001, 40003, 40005] as [UInt16]).map { (InetAddress.anyIPv4, $0) }
    let sockets = facts(listeners, owners: [.of("etcd"), .of("etcd"), .of("etcd")])
    #expect(sockets.listeners.elements[0].likelyFixed.problem?.reason == "owner not looked up")
    let few = facts(Array(listeners.dropLast()), owners: [.of("etcd"), .of("etcd")])
    #expect(few.listeners.elements[0].likelyFixed.value == true)
  }
}
