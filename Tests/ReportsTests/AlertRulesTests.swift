import TestSupport
import Testing

@testable import Reports

/// The alerts of `monitoring/`, as Prometheus' own program reads and tries them.
@Suite struct AlertRulesTests {
  private static let promtool = DebianTools.path("usr/bin/promtool")
  private static let rules = "\(Checkout.root)/monitoring/sockwise.rules.yaml"

  @Test(
    .enabled(if: promtool != nil, "\(DebianTools.missing)"),
    arguments: [
      ["check", "rules", "--lint-fatal", rules],
      ["test", "rules", "\(Checkout.root)/Tests/Monitoring/alerts.yaml"],
    ])
  func promtoolAgrees(_ arguments: [String]) throws {
    let result = try Subprocess(program: try #require(Self.promtool), arguments: arguments).run()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("SUCCESS"))
  }

  /// An alert on a metric that is not there never fires.
  @Test func metricsThatTheyNameAreThere() throws {
    let names = Set(PrometheusReport(SampleReport.full).families.map(\.name))
    let words = try TextFile.read(Self.rules).split { !$0.isLetter && $0 != "_" }
    let named = Set(words.filter { $0.hasPrefix("sockwise_") }.map(String.init))
    #expect(named.count >= 6)
    #expect(named.subtracting(names) == [])
  }
}
