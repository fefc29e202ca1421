import Rules
import Testing

@testable import Reports

@Suite struct ExitStatusTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var severities: [Severity] = []
    var state = ReportedFinding.State.new
    var failOn: Severity? = .medium
    var undecided: Undecided.Kind?
    var strict = false
    var wrongInput = false
    var undelivered = false
    var ran = true
    var expected: Reports.ExitStatus

    var testDescription: String { "\(severities) \(state) \(failOn as Any) → \(expected)" }
  }

  @Test(arguments: [
    Case(expected: .clean),
    Case(severities: [.low, .info], expected: .clean),
    Case(severities: [.medium], expected: .findings),
    Case(severities: [.low, .high], expected: .findings),
    Case(severities: [.high], state: .known, expected: .clean),
    Case(severities: [.high], state: .waived, expected: .clean),
    Case(severities: [.high], failOn: nil, expected: .clean),
    Case(severities: [.medium], failOn: .high, expected: .clean),
    Case(severities: [.info], failOn: .info, expected: .findings),
    Case(undecided: .unknown, expected: .clean),
    Case(undecided: .unknown, strict: true, expected: .notChecked),
    Case(undecided: .error, strict: true, expected: .notChecked),
    Case(strict: true, expected: .clean),
    Case(severities: [.high], wrongInput: true, expected: .wrongInput),
    Case(severities: [.high], undecided: .unknown, wrongInput: true, expected: .wrongInput),
    Case(
      severities: [.high], undecided: .unknown, strict: true, wrongInput: true,
      expected: .notChecked),
    Case(wrongInput: true, ran: false, expected: .failed),
    Case(strict: true, ran: false, expected: .failed),
    Case(undelivered: true, expected: .undelivered),
    Case(
      severities: [.high], undecided: .unknown, strict: true, wrongInput: true,
      undelivered: true, expected: .undelivered),
    Case(undelivered: true, ran: false, expected: .undelivered),
  ])
  func theHighestThatAppliesWins(_ example: Case) {
    let report = SampleReport.report(
      findings: example.severities.map {
        ReportedFinding(SampleReport.finding("a-rule", $0), state: example.state)
      },
      undecided: example.undecided.map { kind in
        [ReportedUndecided(.init(rule: "a-rule", subject: "", kind: kind, missing: []))]
      } ?? [])
    let status = Reports.ExitStatus.of(
      example.ran ? report : nil, failOn: example.failOn, strict: example.strict,
      wrongInput: example.wrongInput, undelivered: example.undelivered)
    #expect(status == example.expected)
  }

  @Test func theNumbersAreThoseOfTheManual() {
    #expect(Reports.ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
  }
}
