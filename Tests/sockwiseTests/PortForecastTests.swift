import Glibc
import TestSupport
import Testing

/// What is foretold of the ports toward a destination, held against what happens.
@Suite(.needsNamespaces)
struct PortForecastTests {
  /// What one look at the sockets foretold, and what came.
  private struct Outcome: Sendable {
    var secondsForetold: Double?
    var kneeForetold: Double?
    var portsForetold: Int64?
    var rate: Double?
    var message: String?
    var seconds: Double
    var connections: Int
    var failure: CInt?
  }

  /// 40 connections a second over 2,000 ports: after 16 s there are 34 s left. It has to be over before
  /// the first TIME_WAIT ends after 60 s.
  @Test func connectFailsWhenItIsForetold() async throws {
    let outcome = try await ScratchNamespace.run(sysctls: [
      "net.ipv4.tcp_tw_reuse": "0", "net.ipv4.ip_local_port_range": "30000 31999",
    ]) { net in
      let storm = try net.storm(perSecond: 40, toward: [Endpoint("127.0.0.1", 7000)], open: 1)
      while storm.completed < 640, storm.failure == nil { usleep(1000) }
      let arguments = ["--only", "destination-rate", "--format", "json"]
      let looked = monotonicSeconds()
      let facts = try ParsedJSON(Array(BuiltBinary.run(["facts", "--format", "json"]).output.utf8))
      let report = try ParsedJSON(Array(BuiltBinary.run(["audit"] + arguments).output.utf8))
      let destination = facts["facts"]?["sockets"]?["destinations"]?[0]
      let forecast = destination?["forecast"]?["value"] ?? destination?["forecast"]
      while storm.failure == nil, monotonicSeconds() - looked < 120 { usleep(1000) }
      return Outcome(
        secondsForetold: forecast?["seconds_until_failure"]?["value"]?.double,
        kneeForetold: forecast?["seconds_until_knee"]?["value"]?.double,
        portsForetold: destination?["ports_available"]?["value"]?.integer,
        rate: forecast?["rate"]?["value"]?.double,
        message: report["findings"]?[0]?["message"]?.string,
        seconds: monotonicSeconds() - looked, connections: storm.completed,
        failure: storm.failure?.code)
    }
    #expect(outcome.failure == EADDRNOTAVAIL)
    let seconds = try #require(outcome.secondsForetold)
    #expect(seconds >= 20)
    #expect(abs(seconds - outcome.seconds) <= max(0.2 * outcome.seconds, 3), "\(outcome)")
    let ports = try #require(outcome.portsForetold)
    #expect(abs(Double(ports) - Double(outcome.connections)) <= 0.05 * Double(ports), "\(outcome)")
    // Half of the ports, those of the preferred parity, are full 24 s after the beginning.
    let knee = try #require(outcome.kneeForetold)
    #expect(0...10 ~= knee, "\(outcome)")
    let rate = try #require(outcome.rate)
    #expect(36...44 ~= rate, "\(outcome)")
    let message = try #require(outcome.message)
    #expect(message.contains("and fails in"), "\(message)")
  }
}
