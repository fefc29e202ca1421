import Proofs
import Reports
import TestSupport
import Testing

@Suite struct ProofReportTests {
  private static let holds = Proof(
    id: "a-claim", title: "It is so", outcome: .holds, observed: "a bind(): succeeds", seconds: 0.5)
  private static let isWrong = Proof(
    id: "wrong-claim", title: "It is otherwise", outcome: .doesNotHold,
    observed: "a bind(): EADDRINUSE", reason: "a bind(): EADDRINUSE (claimed: succeeds)",
    seconds: 61.25)
  private static func untried(_ id: String, _ reason: String) -> Proof {
    Proof(id: id, title: "It may be so", outcome: .cannotTry, reason: reason)
  }

  private func report(_ proofs: Proof...) -> ProofReport {
    ProofReport(kernel: "6.18.44", proofs: proofs)
  }

  @Test func `looks as reviewed`() throws {
    let report = report(
      Self.holds, Self.isWrong, Self.untried("one", "the first reason"),
      Self.untried("two", "the second"))
    let text = String(decoding: report.text(.init()), as: UTF8.self)
    Golden.expect(text, matches: "reports/proofs.txt")
    Golden.expect(String(decoding: report.json, as: UTF8.self), matches: "reports/proofs.json")
    let document = try ParsedJSON(report.json)
    #expect(try Schemas.named("sockwise.proofs-1").violations(of: document) == [])
  }

  @Test func `one reason for all is said once`() {
    let report = report(Self.untried("one", "no namespaces"), Self.untried("two", "no namespaces"))
    let text = String(decoding: report.text(.init()), as: UTF8.self)
    #expect(text.split(separator: "no namespaces").count == 2)
    #expect(text.hasSuffix("\n0 claims hold, 2 cannot be tried here\n"))
  }

  @Test func `only a claim that does not hold fails`() {
    #expect(report(Self.holds, Self.isWrong).status == .findings)
    #expect(report(Self.holds, Self.untried("one", "x")).status == .clean)
  }
}
