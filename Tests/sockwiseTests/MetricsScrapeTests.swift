import FoundationEssentials
import TestSupport
import Testing

/// The metrics as those take them for whom they are: Debian's node_exporter and Prometheus, on
/// loopback in a network namespace of their own.
@Suite(.needsNamespaces, .serialized)
struct MetricsScrapeTests {
  private static let exporter = DebianTools.path("usr/bin/prometheus-node-exporter")
  private static let prometheus = DebianTools.path("usr/bin/prometheus")

  /// Asks until the answer holds a text, and gives the last answer: what was just started takes a
  /// moment, and Prometheus a few scrapes.
  private static func answer(_ address: String, holding text: String) throws -> String {
    let program = """
      import sys, time, urllib.request
      said = ""
      for _ in range(1800):
          try:
              said = urllib.request.urlopen(sys.argv[1], timeout=5).read().decode()
              if sys.argv[2] in said: break
          except Exception as error: said = str(error)
          time.sleep(0.1)
      print(said, end="")
      """
    let python = Subprocess(program: "/usr/bin/python3", arguments: ["-c", program, address, text])
    return try python.run().output
  }

  /// Starts node_exporter with nothing but the files of a directory.
  private static func startExporter(_ directory: String, in net: ScratchNamespace) throws {
    _ = try net.start(
      try #require(exporter),
      [
        "--collector.disable-defaults", "--collector.textfile",
        "--collector.textfile.directory=\(directory)", "--web.listen-address=127.0.0.1:9100",
      ])
  }

  @Test(.enabled(if: exporter != nil, "\(DebianTools.missing)"))
  func nodeExporterServesEveryLine() async throws {
    let directory = try TemporaryDirectory()
    let (status, answer) = try await ScratchNamespace.run(
      sysctls: ScratchNamespace.smallRange
    ) { net in
      _ = try net.exhaustedDestination()
      // Two namespaces of one host, of which this is one: no series of theirs may be the same.
      let first = try BuiltBinary.run([
        "audit", "--quiet", "--output", "prometheus=\(directory.path("sockwise.prom"))",
      ])
      try TextFile.write(
        try TextFile.read(directory.path("sockwise.prom")).replacing(
          "netns=\"", with: "netns=\"other-"), to: directory.path("other.prom"))
      try Self.startExporter(directory.path, in: net)
      return (
        first.status,
        try Self.answer("http://127.0.0.1:9100/metrics", holding: "node_textfile_scrape_error")
      )
    }
    #expect(status == 1)
    #expect(answer.contains("\nnode_textfile_scrape_error 0\n"))
    // By which the alert SockwiseAbsent knows a host that could serve metrics.
    #expect(answer.contains("\nnode_exporter_build_info{"))
    let served = Set(answer.split(separator: "\n").map(Self.normalized))
    let written = try TextFile.read(directory.path("sockwise.prom")).split(separator: "\n")
    #expect(written.contains { $0.hasSuffix(#",dst="127.0.0.1",dport="7000"} 1"#) })
    let samples = written.filter { !$0.hasPrefix("#") }
    #expect(samples.filter { !served.contains(Self.normalized($0)) } == [])
    // Only drift is not known here: no systemd has applied the configuration to this namespace.
    let names = Set(samples.map { String($0.prefix { $0 != "{" }) })
    let declared = Set(
      written.filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) })
    #expect(
      declared.subtracting(names) == ["sockwise_sysctl_drift", "sockwise_sysctls_unlisted"])
    // Families without samples are not served, HELP and TYPE of the others are as they were written.
    let heads = written.filter { $0.hasPrefix("# ") }.filter { head in
      samples.contains { $0.hasPrefix("\(head.split(separator: " ")[2]){") }
    }
    #expect(heads.filter { !served.contains(Self.normalized($0)) } == [])
  }

  /// With labels in one order, and numbers in one spelling.
  private static func normalized(_ line: Substring) -> String {
    guard !line.hasPrefix("#"), let open = line.firstIndex(of: "{"),
      let close = line.lastIndex(of: "}"), let value = Double(line[close...].dropFirst(2))
    else { return String(line) }
    let labels = line[line.index(after: open)..<close].split(separator: ",").sorted()
    return "\(line[..<open]) \(labels.joined(separator: ",")) \(value)"
  }

  @Test(
    .enabled(if: exporter != nil && prometheus != nil, "\(DebianTools.missing)"))
  func prometheusScrapesThemAndAlerts() async throws {
    let directory = try TemporaryDirectory()
    try TextFile.write(
      """
      global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s }
      rule_files: ["\(Checkout.root)/monitoring/sockwise.rules.yaml"]
      scrape_configs:
        - job_name: node
          static_configs: [{ targets: ["127.0.0.1:9100"] }]
      """, to: directory.path("prometheus.yml"))
    let (value, alerts) = try await ScratchNamespace.run(
      sysctls: ScratchNamespace.smallRange
    ) { net in
      _ = try net.exhaustedDestination()
      _ = try BuiltBinary.run([
        "audit", "--quiet", "--output", "prometheus=\(directory.path("sockwise.prom"))",
      ])
      try Self.startExporter(directory.path, in: net)
      _ = try net.start(
        try #require(Self.prometheus),
        [
          "--config.file=\(directory.path("prometheus.yml"))",
          "--storage.tsdb.path=\(directory.path("data"))",
          "--web.listen-address=127.0.0.1:9090",
        ])
      let address = "http://127.0.0.1:9090/api/v1"
      return (
        try Self.answer(
          "\(address)/query?query=sockwise_destination_ports_used_ratio", holding: "7000"),
        try Self.answer("\(address)/alerts", holding: "SockwiseDestinationPortsLow")
      )
    }
    let result = try JSONDecoder().decode(Answer.self, from: Data(value.utf8)).data.result
    #expect(result?.count == 1)
    #expect(result?[0].metric["dst"] == "127.0.0.1")
    #expect(result?[0].metric["dport"] == "7000")
    let fired = try JSONDecoder().decode(Answer.self, from: Data(alerts.utf8)).data.alerts
    let names = Set((fired ?? []).filter { $0.state == "firing" }.map { $0.labels["alertname"] })
    #expect(names.contains("SockwiseDestinationPortsLow"))
    #expect(names.contains("SockwiseHighFinding"))
    #expect(!names.contains("SockwiseNotRunning"))
    #expect(!names.contains("SockwiseFailed"))
    // Of the host's own namespace there are no metrics here; two days must pass.
    let absent = (fired ?? []).filter { $0.labels["alertname"] == "SockwiseAbsent" }
    #expect(absent.map(\.state) == ["pending"])
    #expect(absent.first?.labels["instance"] == "127.0.0.1:9100")
    #expect(!names.contains("TextfileScrapeError"))
  }

  /// What Prometheus says, as far as it is looked at.
  private struct Answer: Decodable {
    var data: Data

    struct Data: Decodable {
      var result: [Series]?
      var alerts: [Alert]?
    }

    struct Series: Decodable {
      var metric: [String: String]
    }

    struct Alert: Decodable {
      var labels: [String: String]
      var state: String
    }
  }
}
