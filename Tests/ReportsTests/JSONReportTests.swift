import CEL
import Reports
import Rules
import TestSupport
import Testing

@Suite struct JSONReportTests {
  private func json(_ report: Report) throws -> [UInt8] {
    try #require(ReportFormat.named("json")).render(report, .init())
  }

  @Test func looksAsReviewed() throws {
    Golden.expect(
      String(decoding: try json(SampleReport.full), as: UTF8.self), matches: "reports/full.json")
    Golden.expect(
      String(decoding: try json(SampleReport.report()), as: UTF8.self),
      matches: "reports/empty.json")
  }

  @Test(arguments: SampleReport.all.keys.sorted())
  func followsItsSchema(name: String) throws {
    let report = try #require(SampleReport.all[name])
    let schema = try Schemas.named("sockwise.report-1")
    #expect(schema.violations(of: try ParsedJSON(try json(report))) == [])
  }

  @Test func everyOriginFollowsTheSchema() throws {
    let origins: [Origin?] = [
      nil, .file(.init(path: "/a", line: 1, column: 2, endColumn: 3)), .dump("sock_diag: TCP"),
      .defaultValue("Linux 6.1"), .derived([]), .derived([.derived([.dump("x")]), .dump("x")]),
    ]
    let finding = SampleReport.finding(
      "a-rule", .low,
      evidence: origins.map { Evidence(fact: "sysctl.a", value: .int(1), origin: $0) })
    let document = try ParsedJSON(
      try json(SampleReport.report(findings: [ReportedFinding(finding)])))
    #expect(try Schemas.named("sockwise.report-1").violations(of: document) == [])
    let evidence = document["findings"]?[0]?["evidence"]
    #expect(evidence?[0]?["origin"] == .null)
    #expect(
      evidence?[1]?["origin"]
        == .object(["path": .string("/a"), "line": .integer(1), "column": .integer(2)]))
    #expect(evidence?[5]?["origin"]?["derived_from"]?.elements?.count == 1)
  }

  @Test func theSummaryAddsUp() throws {
    let document = try ParsedJSON(try json(SampleReport.full))
    let summary = try #require(document["summary"])
    func count(_ names: String...) -> Int64 { names.reduce(0) { $0 + (summary[$1]?.integer ?? 0) } }
    #expect(
      count("high", "medium", "low", "info", "known", "waived")
        == Int64(document["findings"]?.elements?.count ?? 0))
    #expect(count("unknown", "errors") == Int64(document["unknown"]?.elements?.count ?? 0))
    #expect(count("errors") == 1)
  }

  @Test func theOrderDoesNotDependOnTheInput() throws {
    let findings = [SampleReport.inRange(2), SampleReport.inRange(1), SampleReport.exhausted]
      .map { ReportedFinding($0) }
    let expected = try json(SampleReport.report(findings: findings))
    #expect(try json(SampleReport.report(findings: findings.reversed())) == expected)
    let document = try ParsedJSON(expected)
    #expect(document["findings"]?[0]?["rule"] == .string("destination-exhausted"))
    #expect(document["findings"]?[1]?["subject"] == .string("listener:tcp:0.0.0.0:1"))
  }
}

/// The schemas that users get, at the top level of the repository.
enum Schemas {
  static func named(_ name: String) throws -> JSONSchema {
    let text = try TextFile.read("\(Checkout.root)/schemas/\(name).schema.json")
    return JSONSchema(root: try ParsedJSON(Array(text.utf8)))
  }
}
