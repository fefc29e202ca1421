import Glibc
import Testing

@testable import HostFacts
@testable import TestSupport

@Suite(.needsNamespaces) struct AddressProbeTests {
  private static func ask(_ addresses: [String]) throws -> [AddressProbe.Answer] {
    try addresses.map { AddressProbe.run(HostRoot(), try BindAddress(parsing: $0)).answer }
  }

  @Test func `the kernel says which addresses there are`() async throws {
    let answers = try await ScratchNamespace.run(addresses: ["10.0.0.1"]) { _ in
      try Self.ask([
        "0.0.0.0:80", "127.0.0.1:80", "127.9.9.9:80", "10.0.0.1:80", "10.0.0.2:80", "[::]:80",
        "[::1]:80", "[2001:db8::1]:80", "[::ffff:10.0.0.1]:80", "[::ffff:10.0.0.2]:80",
        "127.0.0.1%lo:80", "127.0.0.1%nowhere:80",
      ])
    }
    let no = AddressProbe.Answer.refused(EADDRNOTAVAIL)
    #expect(
      answers == [
        .accepted, .accepted, .accepted, .accepted, no, .accepted, .accepted, no, .accepted, no,
        .accepted, .refused(ENODEV),
      ])
  }

  @Test func `settings that let bind() take any address count`() async throws {
    let answers = try await ScratchNamespace.run(
      sysctls: [
        "net.ipv4.ip_nonlocal_bind": "1", "net.ipv6.ip_nonlocal_bind": "1",
        "net.ipv6.conf.all.disable_ipv6": "1",
      ]
    ) { _ in try Self.ask(["10.0.0.2:80", "[2001:db8::1]:80"]) }
    #expect(answers == [.accepted, .accepted])
  }

  @Test func `without IPv6 on any interface the wildcard is left`() async throws {
    let answers = try await ScratchNamespace.run(
      sysctls: ["net.ipv6.conf.all.disable_ipv6": "1"]
    ) { _ in try Self.ask(["[::]:80", "[::1]:80"]) }
    #expect(answers == [.accepted, .refused(EADDRNOTAVAIL)])
  }

  @Test func `a device goes by its own name`() async throws {
    let outcomes = try await ScratchNamespace.run { net in
      try net.addAlternativeName("uplink0", to: "lo")
      try net.addDevice("aside", kind: "bridge")
      try net.addAlternativeName("aside0", to: "aside")
      return try ["127.0.0.1%uplink0:80", "127.0.0.1%lo:80", "[fe80::1%aside0]:80", "[::]:80"]
        .map { AddressProbe.run(HostRoot(), try BindAddress(parsing: $0)) }
    }
    #expect(outcomes.map(\.address.device) == ["lo", "lo", "aside", nil])
    #expect(outcomes.map(\.answer) == [.accepted, .accepted, .refused(EADDRNOTAVAIL), .accepted])
  }

  /// As it is for an ordinary user before Linux 5.7.
  @Test func `a link-local address needs no SO_BINDTODEVICE`() async throws {
    let answers = try await ScratchNamespace.run(addresses: ["fe80::1"]) { net in
      try net.denyBindToDevice()
      return try Self.ask(["[fe80::1%lo]:80", "[fe80::2%lo]:80", "[fe80::1%nowhere]:80"])
    }
    #expect(answers == [.accepted, .refused(EADDRNOTAVAIL), .refused(ENODEV)])
  }

  /// This kernel has no VRF; a bridge is told in the same words.
  @Test func `devices and what they belong to are told`() async throws {
    let names = try await ScratchNamespace.run { net in
      try net.addDevice("trunk", kind: "bridge")
      try net.addDevice("port", kind: "veth", master: "trunk")
      try net.addDevice("apart", kind: "veth")
      var links = LinkKinds()
      let why = links.dump()
      return (why, links.names(ofKind: "bridge"), VRFDevices.read(HostRoot()))
    }
    #expect(names.0 == nil)
    #expect(names.1 == ["trunk", "port"])
    #expect(names.2 == .named([]))
  }

  /// What it asks with can be bound by others all the while.
  @Test func `no port is taken`() async throws {
    let ports = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_local_port_range": "40000 40000"]
    ) { net in
      _ = try net.bindUDP(.loopback(40000))
      let answer = try Self.ask(["127.0.0.1:40000"])
      return (answer, try KernelSockets.udpPorts())
    }
    #expect(ports.0 == [.accepted])
    #expect(ports.1 == [40000])
  }
}
