import Glibc
import TestSupport
import Testing

@testable import HostFacts

@Suite struct StartAttemptsTests {
  private static func attempts(
    delay: Double = 0.1, steps: Int = 0, longest: Double = .infinity, interval: Double = 10,
    burst: Int = 5
  ) -> StartAttempts {
    StartAttempts(
      delay: delay, steps: steps, longestDelay: longest, interval: interval, burst: burst)
  }

  @Test func theDefaultsGiveUpInHalfASecond() {
    let end = Self.attempts().end(hold: 60, run: 0)
    #expect(!end.isUp)
    #expect(end.attempts == 5)
    #expect(abs(end.seconds - 0.5) < 1e-9)
  }

  @Test func aWindowThatEndsForgets() {
    // The sixth start comes after 15 s, in a new window.
    let end = Self.attempts(delay: 3).end(hold: 60, run: 0)
    #expect(end.isUp)
    #expect(end.seconds == 60)
    #expect(end.attempts == 20)
    // The time that the program runs counts as well.
    #expect(!Self.attempts(delay: 1.9).end(hold: 60, run: 0).isUp)
    #expect(Self.attempts(delay: 1.9).end(hold: 60, run: 0.2).isUp)
  }

  @Test func withoutALimitItNeverGivesUp() {
    #expect(Self.attempts(burst: 0).end(hold: 60, run: 0).isUp)
    #expect(Self.attempts(interval: 0).end(hold: 60, run: 0).isUp)
    let restless = Self.attempts(delay: 0, interval: 0).end(hold: 60, run: 0)
    #expect(restless.isUp && restless.seconds == 60)
    #expect(!Self.attempts(delay: 5, interval: .infinity).end(hold: 60, run: 0).isUp)
  }

  @Test func whatEndsBeforeTheLimitIsUp() {
    let end = Self.attempts(delay: 1).end(hold: 3.5, run: 0)
    #expect(end.isUp)
    #expect(end.seconds == 4)
    #expect(end.attempts == 4)
    #expect(Self.attempts().end(hold: 0, run: 0).attempts == 0)
  }

  @Test func delaysGrowByStepsAsInSystemd() {
    let growing = Self.attempts(delay: 1, steps: 3, longest: 8)
    #expect((1...5).map { growing.delay(before: $0).rounded() } == [1, 2, 4, 8, 8])
    // Without an end of growth there is none.
    #expect(Self.attempts(delay: 1, steps: 3).delay(before: 5) == 1)
    // 1 + 2 + 4 + 8 s: the fifth start comes after 15 s, so that no window is full.
    #expect(growing.end(hold: 60, run: 0).isUp)
  }
}

/// What is foretold of restarts, held against a systemd that is booted for it.
@Suite struct RestartForecastTests {
  /// A server that closes first, so that TIME_WAIT is on its port.
  private static let server = """
    import socket, sys
    server = socket.socket()
    if "reuse" in sys.argv: server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", int(sys.argv[1])))
    server.listen()
    while True: server.accept()[0].close()
    """
  private static let client = """
    import socket, sys
    for port in sys.argv[1:]:
        client = socket.create_connection(("127.0.0.1", int(port)))
        while client.recv(1): pass
        client.close()
    """

  private struct Service {
    var name: String
    var port: Int
    var settings: String
    var limit = ""
    var argument = ""
    var outcome: RestartForecast.Outcome
  }

  private static let services = [
    Service(name: "a", port: 7001, settings: "Restart=on-failure", outcome: .startLimit),
    Service(
      name: "b", port: 7002, settings: "Restart=always\nRestartSec=3", outcome: .delayed),
    Service(
      name: "c", port: 7003, settings: "Restart=on-failure\nRestartSec=500ms",
      limit: "StartLimitIntervalSec=0", outcome: .delayed),
    Service(
      name: "d", port: 7004, settings: "Restart=on-failure", argument: "reuse", outcome: .atOnce),
    Service(name: "e", port: 7005, settings: "Restart=no", outcome: .staysDown),
    Service(
      name: "f", port: 7006, settings: "Restart=on-failure\nRestartSec=2",
      limit: "StartLimitIntervalSec=60\nStartLimitBurst=3", outcome: .startLimit),
  ]

  @Test(.enabled(if: geteuid() == 0, "needs root")) func whatIsForetoldHappens() throws {
    let systemd: BootedSystemd
    do {
      systemd = try BootedSystemd()
    } catch let refusal as BootedSystemd.Refusal {
      try Test.cancel("\(refusal)")
    }
    try Self.install(in: systemd)
    let names = Self.services.map { "forecast-\($0.name).service" }
    try #require(try systemd.run(["systemctl", "start"] + names).status == 0)
    // The starts count, too; their window is over after 10 s, and that of "f" has one more.
    sleep(11)
    let ports = Self.services.map { "\($0.port)" }
    let called = try systemd.run(["/usr/bin/python3", "/run/client.py"] + ports)
    try #require(called.status == 0, "\(called.errors)")
    let asked = monotonicSeconds()
    let forecasts = try Self.forecasts(in: systemd)
    let begin = monotonicSeconds()
    // On a busy machine connections have got older meanwhile.
    let passed = begin - asked
    // One that fails to start is no failure of "restart" for a simple service.
    for name in names { _ = try systemd.run(["systemctl", "restart", "--no-block", name]) }
    var ends: [String: (state: String, seconds: Double)] = [:]
    while ends.count < Self.services.count, monotonicSeconds() - begin < 120 {
      usleep(200_000)
      let shown = try systemd.show(names, ["ActiveState", "SubState", "Result", "NRestarts"])
      for name in names where ends[name] == nil {
        let values = (shown[name] ?? [:]).mapValues { $0.first ?? "" }
        // A process that has not failed yet is active, too.
        let runs =
          values["ActiveState"] == "active"
          && Self.isListening(Self.port(of: name), in: systemd)
        guard runs || values["ActiveState"] == "failed" else { continue }
        ends[name] = (runs ? "active" : values["Result"] ?? "", monotonicSeconds() - begin)
      }
    }
    for service in Self.services {
      let name = "forecast-\(service.name).service"
      let forecast = try #require(forecasts[name], "\(name)")
      let end = try #require(ends[name], "\(name)")
      #expect(forecast.outcome == service.outcome.rawValue, "\(name)")
      switch service.outcome {
      case .atOnce:
        #expect(end.state == "active" && end.seconds < 10, "\(name): \(end)")
      case .delayed:
        let most = try #require(forecast.seconds)
        #expect(end.state == "active", "\(name): \(end)")
        #expect(
          end.seconds >= forecast.least - passed - 3 && end.seconds <= most + 3,
          "\(name): \(end), \(forecast.least)–\(most), \(passed) s later")
      case .startLimit:
        let least = try #require(forecast.seconds)
        #expect(["exit-code", "start-limit-hit"].contains(end.state), "\(name): \(end)")
        #expect(end.seconds <= least + 10, "\(name): \(end) \(least)")
      case .staysDown:
        #expect(end.state == "exit-code" && end.seconds < 10, "\(name): \(end)")
      case .uncertain: Issue.record("\(name) is uncertain")
      }
    }
  }

  private static func install(in systemd: BootedSystemd) throws {
    try TextFile.write(server, to: "\(systemd.root)/run/server.py")
    try TextFile.write(client, to: "\(systemd.root)/run/client.py")
    for service in services {
      try TextFile.write(
        """
        [Unit]
        DefaultDependencies=no
        \(service.limit)
        [Service]
        ExecStart=/usr/bin/python3 /run/server.py \(service.port) \(service.argument)
        \(service.settings)
        """, to: "\(systemd.root)/etc/systemd/system/forecast-\(service.name).service")
    }
    try systemd.reload()
    // On a busy machine a FIN may be sent twice, and the reset that answers ends TIME_WAIT early.
    let keep = ["/bin/sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_rfc1337"]
    let kept = try systemd.run(keep)
    try #require(kept.status == 0, "\(kept.errors)")
  }

  private static func port(of name: String) -> Int {
    services.first { "forecast-\($0.name).service" == name }?.port ?? 0
  }

  private static func isListening(_ port: Int, in systemd: BootedSystemd) -> Bool {
    let text = (try? TextFile.read("/proc/\(systemd.pid)/net/tcp")) ?? ""
    let place = "0100007F:" + String(port, radix: 16, uppercase: true)
    return text.split(separator: "\n").contains { $0.contains("\(place) 00000000:0000 0A") }
  }

  /// What `sockwise facts` says inside, by unit.
  private static func forecasts(in systemd: BootedSystemd) throws
    -> [String: (outcome: String, least: Double, seconds: Double?)]
  {
    let result = try BuiltBinary.run(
      ["facts", "--format", "json"],
      through: """
        exec 5<"$1"; shift
        exec nsenter -t \(systemd.pid) -a -- /proc/self/fd/5 "$@"
        """)
    let document = try ParsedJSON(Array(result.output.utf8))
    var forecasts: [String: (outcome: String, least: Double, seconds: Double?)] = [:]
    for unit in document["facts"]?["units"]?.elements ?? [] {
      guard let name = unit["name"]?["value"]?.string, name.hasPrefix("forecast-"),
        let restart = unit["restart"], let outcome = restart["outcome"]?["value"]?.string
      else { continue }
      forecasts[name] = (
        outcome, restart["least_seconds"]?["value"]?.double ?? 0,
        restart["seconds"]?["value"]?.double
      )
    }
    return forecasts
  }
}
