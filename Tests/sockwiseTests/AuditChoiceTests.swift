import ArgumentParser
import Testing

@testable import sockwise

/// The command lines of audits that need no parser.
struct AuditChoiceTests {
  @Test(arguments: [
    "audit", "audit --format json", "audit --format sarif --quiet --strict", "audit -v",
    "audit --verbose --verbose", "audit -q --quiet", "audit --format html --format text",
    "audit --strict --strict --format markdown",
  ])
  func areReadAsTheParserReadsThem(_ line: String) throws {
    let words = words(line)
    let plain = try #require(AuditChoice(plain: words))
    #expect("\(plain)" == "\(try Audit.parse(Array(words.dropFirst())).choice)")
  }

  @Test(arguments: [
    "", "--help", "--version", "help audit", "review .", "facts", "audit --help",
    "audit --root recorded", "audit --netns 1", "audit --fail-on low", "audit --only tw-recycle",
    "audit --journal", "audit --output json=report.json", "audit --format=json", "audit -qv",
    "audit --min-severity low", "audit --", "AUDIT", "audit audit",
  ])
  func areNoOthers(_ line: String) {
    #expect(AuditChoice(plain: words(line)) == nil)
  }

  @Test(arguments: [
    "audit json", "audit --format", "audit --format jsn", "audit -q -v", "audit --verbose -q",
    "audit --quite", "audit --strict=yes",
  ])
  func withMistakesAreTheParsersToTell(_ line: String) {
    #expect(AuditChoice(plain: words(line)) == nil)
    #expect(throws: (any Error).self) {
      try Audit.parse(Array(words(line).dropFirst()))
    }
  }

  private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }
}
