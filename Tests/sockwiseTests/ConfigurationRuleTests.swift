import TestSupport
import Testing

/// The rules on configuration through the built binary: small repositories, and where a finding is in
/// text, SARIF and GitHub's annotations.
@Suite struct ConfigurationRuleTests {
  /// A repository, or an image or recorded host, for one rule.
  struct Case: CustomTestStringConvertible, Sendable {
    var rule: String
    /// Its directory in `Tests/Fixtures/repositories/rules`, where that is not called as the rule.
    var directory: String
    /// Whether it is a host's root directory rather than a repository.
    var isRoot: Bool
    /// The file of each finding, and the text in it that the finding points to, in the order of the
    /// report.
    var places: [Place]

    struct Place: Hashable, Sendable {
      var path: String
      var text: String
    }

    init(
      _ rule: String, in directory: String? = nil, isRoot: Bool = false,
      _ places: (String, String)...
    ) {
      self.rule = rule
      self.directory = directory ?? rule
      self.isRoot = isRoot
      self.places = places.map { Place(path: $0, text: $1) }
    }

    var testDescription: String { directory }
    var path: String { "\(Checkout.root)/Tests/Fixtures/repositories/rules/\(directory)" }

    /// A repository is reviewed where it is one by itself, not a directory of this one.
    func run(_ arguments: [String]) throws -> Subprocess.Result {
      let arguments = ["--only", rule] + arguments
      if isRoot { return try BuiltBinary.run(["audit", "--root", path] + arguments) }
      let copy = try TemporaryDirectory(copying: path)
      defer { withExtendedLifetime(copy) {} }
      return try ReviewTests.review(arguments, in: copy.path)
    }
  }

  static let cases = [
    Case(
      "fin-timeout-for-time-wait",
      ("etc/sysctl.d/60-net.conf", "net.ipv4.tcp_fin_timeout = 15")),
    Case(
      "ipv6-port-range-key",
      ("etc/sysctl.d/60-ports.conf", "net.ipv6.ip_local_port_range = 16384 65535"),
      ("etc/sysctl.d/60-ports.conf", "net/ipv6/ip_local_reserved_ports=20000")),
    Case(
      "pod-sysctl-refused", ("deploy/pod.yaml", #""net.core.somaxconn""#),
      ("deploy/pod.yaml", #"net.ipv4.tcp_syncookies, value: "1""#)),
    Case(
      "pod-sysctl-no-text", ("deploy/pod.yaml", "net.ipv4.tcp_syncookies, value: 1")),
    Case(
      "reserved-ports-replaced",
      ("etc/sysctl.d/70-metrics.conf", "net.ipv4.ip_local_reserved_ports = 9100")),
    Case(
      "second-writer", isRoot: true, ("/etc/tuned/web/tuned.conf", "net.core.somaxconn = 8192")),
    Case(
      "setting-below-default", isRoot: true,
      ("/etc/sysctl.d/60-net.conf", "net.core.somaxconn = 1024")),
    Case(
      "start-limit-in-service-section",
      ("etc/systemd/system/api.service.d/10-restart.conf", "StartLimitIntervalSec")),
    Case(
      "syn-backlog-no-effect",
      ("etc/sysctl.d/60-net.conf", "net.ipv4.tcp_max_syn_backlog = 65536")),
    Case(
      "syncookies-configured-off", ("compose.yaml", "net.ipv4.tcp_syncookies=0"),
      ("etc/sysctl.d/60-net.conf", "net.ipv4.tcp_syncookies = 0")),
    Case(
      "sysctl-drift", isRoot: true, ("/etc/sysctl.d/60-net.conf", "net.core.somaxconn = 1024")),
    Case("sysctl-file-not-read", ("etc/sysctl.d/70-more", "kernel.panic = 10")),
    Case(
      "sysctl-file-not-read", in: "sysctl-conf-not-read", isRoot: true,
      ("/etc/sysctl.conf", "vm.swappiness = 10")),
    Case(
      "sysctl-line-skipped", ("etc/sysctl.d/60-vm.conf", "vm.swappiness 10"),
      ("etc/sysctl.d/60-vm.conf", "<<<<<<< HEAD")),
    Case(
      "sysctl-not-namespaced", ("compose.yaml", "fs.file-max=1000000"),
      ("compose.yaml", "net.core.netdev_max_backlog: 5000"), ("deploy/pod.yaml", "fs.file-max"),
      ("deploy/pod.yaml", "net.core.netdev_max_backlog"),
      ("deploy/pod.yaml", "vm.max_map_count")),
    Case(
      "sysctl-not-namespaced", in: "compose-not-namespaced",
      ("compose.yaml", "net.core.somaxconn=2048"), ("compose.yaml", "vm.max_map_count: 262144")),
    Case("sysctl-overridden", ("etc/sysctl.d/60-local.conf", "net.core.somaxconn = 4096")),
    Case(
      "sysctl-unknown-key", ("etc/sysctl.d/60-net.conf", "net.core.somaxcon = 4096"),
      ("etc/sysctl.d/70-host.conf", "fs.file-maxx = 1000000"),
      ("etc/sysctl.d/70-host.conf", "kernel.swappiness = 10"),
      ("etc/sysctl.d/70-host.conf", "vm.swapiness = 10"),
      ("etc/sysctl.d/70-host.conf", "kernel.sched_min_granularity_ns = 10000000")),
    Case(
      "sysctl-unknown-key", in: "commands", ("ansible/tasks/main.yml", "net.core.rmem_mx=1"),
      ("ansible/tasks/main.yml", "net.ipv4.tcp_fin_timeut = 30"),
      ("ansible/tasks/main.yml", "net.ipv4.tcp_tiemstamps = 1"),
      ("deploy/daemonset.yaml", "net.core.somaxcon=4096"),
      ("deploy/daemonset.yaml", "net.ipv4.tcp_twreuse=1")),
    Case(
      "sysctl-unknown-key", in: "key-stops-start",
      ("ansible/tasks/main.yml", "net.ipv4.tcp_abc, value: 1"),
      ("compose.yaml", "net.core.somaxcon: 1024"), ("deploy/pod.yaml", "net.ipv4.tcp_abc"),
      ("etc/systemd/system/api.service", "/sbin/sysctl -w net.ipv4.tcp_abc=1"),
      ("ansible/tasks/main.yml", "net.ipv4.tcp_abc, value: 2")),
    Case(
      "sysctl-value-refused",
      ("ansible/tasks/main.yml", "net.core.somaxconn, value: viele"),
      ("etc/sysctl.d/60-net.conf", #"net.ipv4.tcp_tw_reuse = "1""#),
      ("etc/sysctl.d/70-host.conf", "net.ipv4.tcp_congestion_control = bbrr"),
      ("etc/sysctl.d/70-host.conf", "vm.dirty_ratio = 200"),
      ("etc/sysctl.d/70-host.conf", "vm.swappiness = 150")),
    Case(
      "sysctl-vlan-spelling",
      ("etc/sysctl.d/60-vlan.conf", "net.ipv4.conf.eth0.100.rp_filter = 2")),
    Case(
      "tw-recycle-gone", ("etc/default/grub", "net.ipv4.tcp_tw_recycle=1"),
      ("etc/sysctl.d/60-net.conf", "net.ipv4.tcp_tw_recycle = 1")),
    Case(
      "tw-recycle-gone", in: "tw-recycle-stops-start",
      ("compose.yaml", "net.ipv4.tcp_tw_recycle=0"),
      ("etc/systemd/system/api.service", "/sbin/sysctl -w net.ipv4.tcp_tw_recycle=1"),
      ("pod.yaml", #"net.ipv4.tcp_tw_recycle, value: "0""#)),
    Case("waiver-expired", (".sockwise.yaml", "2020-06-30")),
  ]

  @Test(arguments: cases) func says(_ sample: Case) throws {
    let directory = try TemporaryDirectory()
    let result = try sample.run([
      "--output", "github=\(directory.path("github"))", "--output",
      "sarif=\(directory.path("sarif"))", "--fail-on", "low",
    ])
    #expect(result.errors == "")
    #expect(result.status == 1)
    let annotations = try TextFile.read(directory.path("github"))
    let sarif = try ParsedJSON(Array(TextFile.read(directory.path("sarif")).utf8))
    let results = try #require(sarif["runs"]?[0]?["results"]?.elements)
    let places = try results.map { try Region($0) }
    Golden.expect(
      """
      \(result.output)
      # As annotations of GitHub
      \(annotations)
      # As SARIF
      \(places.map { "\($0)\n" }.joined())
      """, matches: "repositories/rules/\(sample.directory).out")
    #expect(places.map(\.rule) == places.map { _ in sample.rule })
    #expect(
      try places.map { try $0.text(in: sample.path) } == sample.places.map(\.text))
    for (region, place) in zip(places, sample.places) {
      #expect(region.path == String(place.path.drop { $0 == "/" }))
      #expect(
        result.output.contains("(\(place.path):\(region.line):\(region.column))"), "\(region)")
      #expect(
        annotations.contains(
          " file=\(place.path),line=\(region.line),col=\(region.column),"
            + "endColumn=\(region.endColumn - 1),"), "\(region)")
    }
  }

  /// A rule on configuration without a case here cannot be forgotten: it is a file of
  /// `rules/configuration`, or has the tag.
  @Test func everyRuleOnConfigurationIsHere() throws {
    let find = try Subprocess(
      program: "/usr/bin/find", arguments: ["\(Checkout.root)/rules", "-name", "*.yaml"]
    ).run()
    let rules = try find.output.split(separator: "\n").filter { path in
      let tags = try TextFile.read(String(path)).split(separator: "\n")
        .first { $0.hasPrefix("tags:") }
      return path.contains("/rules/configuration/") || tags?.contains("configuration") == true
    }.compactMap { $0.split(separator: "/").last?.dropLast(".yaml".count) }
    #expect(rules.count >= 13)
    #expect(Set(rules.map(String.init)) == Set(Self.cases.map(\.rule)))
  }
}

/// The place of a result in SARIF.
private struct Region: CustomStringConvertible {
  var rule: String
  var level: String
  var path: String
  var line: Int
  var column: Int
  var endColumn: Int

  init(_ result: ParsedJSON) throws {
    let place = try #require(result["locations"]?[0]?["physicalLocation"])
    let region = try #require(place["region"])
    rule = try #require(result["ruleId"]?.string)
    level = try #require(result["level"]?.string)
    path = try #require(place["artifactLocation"]?["uri"]?.string)
    line = Int(try #require(region["startLine"]?.integer))
    column = Int(try #require(region["startColumn"]?.integer))
    endColumn = Int(try #require(region["endColumn"]?.integer))
  }

  var description: String { "\(level) \(rule) \(path):\(line):\(column)-\(endColumn)" }

  /// What stands there.
  func text(in directory: String) throws -> String {
    let lines = try TextFile.read("\(directory)/\(path)").unicodeScalars
      .split(separator: "\n", omittingEmptySubsequences: false)
    try #require(lines.indices.contains(line - 1))
    return String(
      String.UnicodeScalarView(lines[line - 1].dropFirst(column - 1).prefix(endColumn - column)))
  }
}
