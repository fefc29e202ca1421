import ArgumentParser
import HostFacts
import Reports
import Rules
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

  /// A part that the parser read and nobody passed on would be at its default, without a word.
  @Test func everyOptionArrives() throws {
    let line = """
      --netns 1 --time-limit 7s --record recorded --anonymize --sample 2s --rules mine --only tw-reuse \
      --skip udp --enable linger-zero --config x.yaml --configured-outputs --output json=report.json \
      --min-severity low --lang zh --quiet --journal=all --state kept --proven --waivers w.yaml \
      --baseline b.json --fail-on never --strict --format html
      """
    let choice = try Audit.parse(words(line)).choice
    var expected = AuditChoice()
    expected.scope.host.netns = try #require(NamespaceArgument(argument: "1"))
    expected.scope.host.timeLimit = 7
    expected.scope.host.record = "recorded"
    expected.scope.host.anonymize = true
    expected.scope.host.sample = 2
    expected.scope.ruleDirectories = ["mine"]
    expected.scope.selection = Selection(only: ["tw-reuse"], skip: ["udp"], enable: ["linger-zero"])
    expected.scope.configuration.config = "x.yaml"
    expected.scope.accepted.waivers = ["w.yaml"]
    expected.scope.accepted.baseline = "b.json"
    expected.configuredOutputs = true
    expected.output.files = [try OutputRequest(parsing: "json=report.json")]
    expected.output.minSeverity = .low
    expected.output.namedLanguage = .chinese
    expected.output.verbosity = .quiet
    expected.output.format = try #require(ReportFormat.named("html"))
    expected.journal.journal = .mode(.all)
    expected.journal.state = "kept"
    expected.proven = true
    expected.exit.failOn = .never
    expected.exit.strict = true
    #expect("\(choice)" == "\(expected)")

    let others = try Audit.parse(words("--root recorded --kernel 6.1 --no-config --verbose")).choice
    var different = AuditChoice()
    different.scope.host.root = "recorded"
    different.scope.host.kernels = [try #require(KernelVersion(named: "6.1"))]
    different.scope.configuration.noConfig = true
    different.output.verbosity = .verbose
    #expect("\(others)" == "\(different)")
  }

  private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }
}
