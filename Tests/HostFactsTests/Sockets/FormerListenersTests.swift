import Testing

@testable import HostFacts

struct FormerListenersTests {
  private static func facts(_ rows: [SocketRow]) -> Sockets {
    SocketTable.complete(rows).sockets(settings: .test())
  }

  /// One remote host, and its ports as they come.
  private static func clients(_ count: Int, of port: Int) -> [SocketRow] {
    (0..<count).map {
      .connection(
        .here, port, InetAddress(198, 51, 100, UInt32($0 % 200)), 32768 + $0, .timeWait, age: 5)
    }
  }

  @Test func `many remote ports on one local port came in through a listener that is gone`() {
    let facts = Self.facts(Self.clients(500, of: 8080))
    #expect(facts.inbound.value == 500)
    #expect(facts.inboundTimeWait.value == 500)
    #expect(facts.outbound.value == 0)
    #expect(facts.role.value == "server")
    #expect(facts.destinations.elements.isEmpty)
  }

  @Test func `their port is blocked for connect`() {
    let facts = Self.facts(Self.clients(20, of: 40000))
    #expect(facts.portPool.blockedByInbound.value == 1)
  }

  @Test func `one load balancer as the only client`() {
    let rows = (0..<100).map {
      SocketRow.connection(.here, 8080, .there, 40000 + $0, .timeWait, age: 5)
    }
    #expect(Self.facts(rows).inbound.value == 100)
  }

  @Test func `a few rows are not enough`() {
    #expect(Self.facts(Self.clients(5, of: 8080)).outbound.value == 5)
  }

  @Test func `one local port toward many hosts of one service is outbound`() {
    let rows = (0..<500).map {
      SocketRow.connection(.here, 40000, InetAddress(ipv4: 0x0a00_0000 + UInt32($0)), 443)
    }
    #expect(Self.facts(rows).outbound.value == 500)
  }

  @Test func `a proxy toward backends on dynamic ports is outbound`() {
    // 20 connections to each of 300 backends, over 500 local ports.
    let rows = (0..<6000).map {
      SocketRow.connection(
        .here, 32768 + $0 % 500, InetAddress(10, 0, 0, UInt32($0 % 300 % 250)), 20000 + $0 % 300)
    }
    let facts = Self.facts(rows)
    #expect(facts.inbound.value == 0)
    #expect(facts.outbound.value == 6000)
  }

  @Test func `single connections to dynamic ports all over the range are outbound`() {
    // 100 rows on each of 100 local ports, every remote port another: no port stands out.
    let rows = (0..<10_000).map {
      SocketRow.connection(
        .here, 32768 + $0 % 100, InetAddress(10, 0, UInt32($0 / 250), UInt32($0 % 250)), 10_000 + $0
      )
    }
    #expect(Self.facts(rows).outbound.value == 10_000)
  }

  @Test func `a stopped server beside a busy client`() {
    let outbound = (0..<5000).map {
      SocketRow.connection(.here, 32768 + $0, .there, 443)
    }
    let facts = Self.facts(outbound + Self.clients(200, of: 8080))
    #expect(facts.inbound.value == 200)
    #expect(facts.outbound.value == 5000)
    #expect(facts.destinations.elements.first?.portsUsed.value == 5000)
    #expect(facts.role.value == "both")
  }
}
