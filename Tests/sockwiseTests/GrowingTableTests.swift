import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Tables that grow by 5,000 connections a second while they are read, or by as many as a busy machine
/// makes.
@Suite(.needsNamespaces, .serialized)
struct GrowingTableTests {
  /// One reading between two looks at the storm.
  private struct Look: Sendable {
    /// Connections that both ends had before, and that were begun after.
    var before: Int
    var after: Int
    var seconds: Double
    var sockets: SocketsDocument
  }

  @Test func sockDiagEndsAndCountsNothingTwice() async throws {
    try await check(source: "sock_diag")
  }

  @Test func procEndsAndCountsNothingTwice() async throws {
    try await check(source: "proc", denying: .netlink)
  }

  private func check(source: String, denying denied: DeniedCall? = nil) async throws {
    let looks = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.tcp_tw_reuse": "0", "net.ipv4.ip_local_port_range": "10000 65000"]
    ) { net in
      let storm = try net.storm(
        perSecond: 5000, toward: (1...8).map { Endpoint("127.0.0.\($0)", 7000) })
      if let denied { try net.deny(denied) }
      var looks: [Look] = []
      let end = monotonicSeconds() + 5
      while looks.count < 6 || storm.completed < 15_000 && monotonicSeconds() < end {
        let before = storm.completed
        let result = try BuiltBinary.run(["facts", "--format", "json"])
        looks.append(
          Look(
            before: before, after: storm.started, seconds: result.seconds,
            sockets: try SocketsDocument(result.output)))
      }
      try storm.stop()
      return looks
    }
    #expect(looks.contains { $0.after - $0.before >= 100 }, "the table hardly grew")
    let grown = looks.reduce(0) { $0 + $1.after - $1.before }
    #expect(grown >= 500, "\(grown) connections were made during the \(looks.count) readings")
    for look in looks {
      let sockets = look.sockets
      #expect(sockets.source == source)
      #expect(look.seconds < (BuiltBinary.isSanitized ? 60 : 10))
      // Every connection has one row at the client until TIME_WAIT ends after 60 s.
      #expect(sockets.outbound >= look.before)
      #expect(sockets.outbound <= look.after)
      // Those of the 1,000 that stay open, and those that gave way meanwhile.
      #expect(sockets.inbound <= 1001 + look.after - look.before)
      for destination in sockets.destinations {
        // Each has a port of its own, so a row that was read twice shows.
        #expect(destination.rows == destination.portsUsed, "\(look)")
      }
      // Each of the 8 is told from 550 ports on, 1 % of the range; a busy machine may not get there.
      if look.before >= 8 * 700 { #expect(sockets.destinations.count == 8) }
    }
  }
}

/// The sockets in `sockwise facts --format json`, as far as a test looks at them.
struct SocketsDocument: Sendable {
  var source: String
  var outbound: Int
  var inbound: Int
  var destinations: [(rows: Int, portsUsed: Int)]

  init(_ json: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let sockets = try decoder.decode(Document.self, from: Data(json.utf8)).facts.sockets
    source = sockets.source.value
    outbound = sockets.outbound.value
    inbound = sockets.inbound.value
    destinations = sockets.destinations.rows
  }

  private struct Document: Decodable { var facts: Facts }
  private struct Facts: Decodable { var sockets: Sockets }
  private struct Known<Value: Decodable>: Decodable { var value: Value }
  private struct Sockets: Decodable {
    var source: Known<String>
    var outbound: Known<Int>
    var inbound: Known<Int>
    var destinations: Destinations
  }
  /// An empty list is written as a value, others element by element.
  private struct Destinations: Decodable {
    var rows: [(rows: Int, portsUsed: Int)]

    init(from decoder: any Decoder) throws {
      let list = try? decoder.singleValueContainer().decode([Destination].self)
      rows = (list ?? []).map { ($0.rows.value, $0.portsUsed.value) }
    }
  }
  private struct Destination: Decodable {
    var rows: Known<Int>
    var portsUsed: Known<Int>
  }
}
