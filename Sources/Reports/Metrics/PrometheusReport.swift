import Rules

extension ReportFormat {
  /// Metrics for the textfile collector of node_exporter; sockwise-metrics(7) documents them.
  static let prometheus = ReportFormat(
    name: "prometheus", abstract: "metrics, for the textfile collector of node_exporter",
    file: .init(suffix: ".prom", mode: 0o644)
  ) { report, _ in
    Array(PrometheusReport(report).families.map(\.text).joined().utf8)
  }

  /// Whether it tells if the other outputs were had, so that they come first.
  public var tellsOfOutputs: Bool { name == Self.prometheus.name }
}

/// A report as metrics.
///
/// Each sample has the network namespace as a label: node_exporter refuses two files with one series,
/// and the namespaces of a host are audited by runs of their own.
struct PrometheusReport {
  let report: Report
  let facts: KnownFacts
  /// The text of the label `netns`.
  let namespace: String

  init(_ report: Report) {
    self.report = report
    facts = KnownFacts(report.facts)
    namespace = report.namespaces.first(where: \.audited)?.stableName ?? ""
  }

  /// In the order of the file. There are as many, with the same HELP, whatever was found.
  var families: [MetricFamily] {
    [buildInfo] + lastRun + [findings, unchecked, ruleStatus]
      + ephemeralPorts + destinations + [timeWait] + drift
  }

  private var buildInfo: MetricFamily {
    var family = MetricFamily(
      "sockwise_build_info", ["netns", "version"], "Version of Sockwise that wrote this; always 1.")
    family.add(1, namespace, report.tool.version)
    return family
  }

  // MARK: The run

  private var lastRun: [MetricFamily] {
    var time = MetricFamily(
      "sockwise_last_run_timestamp_seconds", ["netns"],
      "When the audit began, in seconds since 1970.")
    time.add(UnixTime.seconds(report.started), namespace)
    var duration = MetricFamily(
      "sockwise_last_run_duration_seconds", ["netns"], "How long the audit took.")
    duration.add(report.durationSeconds, namespace)
    var success = MetricFamily(
      "sockwise_last_run_success", ["netns"],
      "1 where some rule had the facts that it judges, nothing was wrong with rules, waivers and"
        + " configuration, and what was asked for was logged, kept and written, else 0.")
    let isWhole = report.judgedSomething && !report.inputIsWrong && !report.isUndelivered
    success.add(isWhole ? 1 : 0, namespace)
    return [time, duration, success]
  }

  // MARK: What the rules came to

  private var findings: MetricFamily {
    var family = MetricFamily(
      "sockwise_findings", ["netns", "severity", "state"],
      "Findings by severity, and by state: new, known to the baseline, or waived.")
    // Where nothing could be judged, no finding is no news.
    guard report.judgedSomething else { return family }
    for severity in Severity.allCases.reversed() {
      for state in ReportedFinding.State.allCases {
        let count = report.allFindings.count {
          $0.finding.severity == severity && $0.state == state
        }
        family.add(
          count, namespace, severity.rawValue, state.rawValue)
      }
    }
    return family
  }

  private var unchecked: MetricFamily {
    var family = MetricFamily(
      "sockwise_unchecked", ["netns", "kind"],
      "What could not be checked: facts that could not be read (unknown), rules that failed (error)."
    )
    let summary = report.summary
    family.add(summary.unknown, namespace, "unknown")
    family.add(summary.errors, namespace, "error")
    return family
  }

  private var ruleStatus: MetricFamily {
    var family = MetricFamily(
      "sockwise_rule_status", ["netns", "rule", "status"],
      "1 for each rule, with the worst that it came to: finding, error, unknown, accepted, pass or not_applicable."
    )
    let fresh = Set(report.allFindings.filter { $0.state == .new }.map(\.finding.rule))
    let accepted = Set(report.allFindings.filter { $0.state != .new }.map(\.finding.rule))
    let failed = Set(report.undecided.filter { $0.undecided.kind == .error }.map(\.undecided.rule))
    func status(of rule: RuleSummary) -> String {
      if fresh.contains(rule.rule) { return "finding" }
      if rule.undecided > 0 { return failed.contains(rule.rule) ? "error" : "unknown" }
      if accepted.contains(rule.rule) { return "accepted" }
      // A note is no finding, and its rule has judged.
      return rule.passed + rule.findings > 0 ? "pass" : "not_applicable"
    }
    for rule in report.rules { family.add(1, namespace, rule.rule, status(of: rule)) }
    return family
  }
}

extension Namespace {
  /// What it is called as long as the host lives: the inode of the host's own differs at each boot.
  fileprivate var stableName: String {
    if isInitial == true || isPID1 == true { return "host" }
    return name.name ?? "\(name.inode)"
  }
}

/// Seconds since 1970.
enum UnixTime {
  /// Of `2026-01-31T09:00:00Z`; nil where it is no such time.
  static func seconds(_ text: String) -> Int? {
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasSuffix("Z"), let epoch = Day("1970-01-01"),
      let day = Day(String(parts[0]))
    else { return nil }
    let clock = parts[1].dropLast().split(separator: ":", omittingEmptySubsequences: false)
    let numbers = clock.compactMap { $0.utf8.count == 2 ? UInt8($0) : nil }
    guard clock.count == 3, numbers.count == 3, numbers[0] < 24, numbers[1] < 60, numbers[2] <= 60
    else { return nil }
    return (day.days(since: epoch) * 24 + Int(numbers[0])) * 3600 + Int(numbers[1]) * 60
      + Int(numbers[2])
  }
}
