import Testing

@testable import sockwise

/// What is read before the command line is parsed.
struct EarlyAuditTests {
  @Test(arguments: [
    "audit", "audit --format json", "audit --format sarif --quiet --strict", "audit -v",
    // Told by the parser.
    "audit --format", "audit json",
  ])
  func beginsWhereNothingElseCanBeMeant(_ line: String) {
    #expect(EarlyAudit.isOfThisHostAsItIs(words(line)))
  }

  @Test(arguments: [
    "", "--help", "--version", "help audit", "review .", "facts", "audit --help",
    "audit --root recorded", "audit --root=recorded", "audit --netns 1", "audit --time-limit 1s",
    "audit --sample 2s", "audit --record recorded", "audit --kernel 6.1", "audit --config x.yaml",
    "audit --baseline old.json", "audit --rules mine", "audit --journal", "audit --state kept",
    "audit --output json=report.json", "audit --format json recorded", "audit --proven",
  ])
  func doesNotBeginWhereSomethingElseIsMeant(_ line: String) {
    #expect(!EarlyAudit.isOfThisHostAsItIs(words(line)))
  }

  private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }
}
