import TestSupport
import Testing

@testable import Reports

/// sockwise-metrics(7) lists what the format `prometheus` writes.
@Suite struct MetricsManualTests {
  @Test func namesEachMetric() throws {
    var page = try ManualPage("sockwise-metrics.7")
    page.fill("metrics", with: [".Bl -tag -width Ds"] + Self.items + [".El"])
    page.expectUnchanged()
  }

  private static var items: [String] {
    let report = Report(
      tool: .init(version: ""), host: .init(name: "", kernel: ""), mode: .live, started: "",
      durationSeconds: 0, findings: [])
    return PrometheusReport(report).families.flatMap { family in
      let labels = family.labels.filter { $0 != "netns" }
      let shown =
        labels.isEmpty ? "" : " Ns { Ns Va \(labels.joined(separator: " , Va ")) Ns }"
      return [".It Va \(family.name)\(shown)"] + Roff.prose(family.help)
    }
  }
}
