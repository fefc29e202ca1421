import FoundationEssentials
import TestSupport
import Testing

/// What people type, right and wrong, through the built binary: exit status and first message.
@Suite struct CommandLineTests {
  private static let fixtures = Checkout.root + "/Tests/Fixtures/rules"
  /// Rules that say the same on every host: one high and one low finding, one that fails.
  private static let always = ["--rules", fixtures + "/always", "--only", "always"]

  private func audit(_ arguments: [String]) throws -> Subprocess.Result {
    try BuiltBinary.run(["audit"] + arguments)
  }

  @Test(arguments: [
    ([], 1), (["--fail-on", "never"], 0), (["--fail-on", "low"], 1),
    (["--skip", "always-high"], 0), (["--skip", "always-high", "--fail-on", "low"], 1),
    // What is left out of the report still counts.
    (["--skip", "always-high", "--fail-on", "low", "--min-severity", "high"], 1),
    (["--strict"], 3), (["--strict", "--skip", "never-known"], 1),
    (["--output", "json=/nonexistent/report.json"], 5), (["--format", "json"], 1),
  ]) func exitStatus(_ arguments: [String], _ status: Int) throws {
    #expect(try audit(Self.always + arguments).status == status)
  }

  @Test func aBrokenRuleFileDoesNotStopTheRest() throws {
    let result = try audit(["--rules", Self.fixtures + "/half-broken", "--only", "always-low"])
    #expect(result.status == 2)
    #expect(result.output.contains("LOW  Linux runs here"))
    #expect(
      result.errors.hasPrefix(
        "\(Self.fixtures)/half-broken/misspelt.yaml:10:19: error: "
          + "'KernelRelease' has no field 'mayor'\n"))
    #expect(result.errors.contains("did you mean 'major'?"))
  }

  @Test(arguments: [
    (["audti"], "Error: Unexpected argument 'audti'. Did you mean 'audit'?"),
    (
      ["audti", "--root", "x"], "Error: Unexpected argument 'audti'. Did you mean 'audit'?\nUsage:"
    ),
    (["rules", "lst"], "Error: Unexpected argument 'lst'. Did you mean 'list'?"),
    (["nonsense"], "Error: Unexpected argument 'nonsense'\n"),
    (
      ["audit", "--only", "tcp", "--baseline", "/nonexistent"],
      "sockwise: --baseline: there is no '/nonexistent'\n"
    ),
    (["audit", "--format", "yaml"], "Error: The value 'yaml' is invalid for '--format <FORMAT>'."),
    (["audit", "--fail-on", "critical"], "Error: The value 'critical' is invalid for '--fail-on"),
    (["audit", "--min-severity", "all"], "Error: The value 'all' is invalid for '--min-severity"),
    (["audit", "--time-limit", "0"], "Error: The value '0' is invalid for '--time-limit"),
    (["audit", "--netns", "0"], "Error: The value '0' is invalid for '--netns"),
    (["audit", "--output", "json"], "Error: The value 'json' is invalid for '--output"),
    (["audit", "--output", "json=-"], "Error: standard output is for one format"),
    (["audit", "--quiet", "--verbose"], "Error: --quiet and --verbose exclude each other"),
    (["audit", "--only", "timestamp-disabled"], "sockwise: no rule or tag is called"),
    (["audit", "--only", "tcp", "--skip", "tcp"], "sockwise: --only and --skip leave no rule"),
    (["audit", "--rules", "/nonexistent", "--only", "tcp"], "/nonexistent: error:"),
    (
      ["explain", "timestamp-disabled"], "sockwise: no rule or topic is called 'timestamp-disabled'"
    ),
    (["rules", "check", "/nonexistent.yaml"], "/nonexistent.yaml: error:"),
    (["can-bind"], "Error: Missing expected argument '<ADDRESS:PORT>'"),
    (
      ["can-bind", "localhost:80"],
      "Error: The value 'localhost:80' is invalid for '<ADDRESS:PORT>': 'localhost' is a name, and"
    ),
    (
      ["can-bind", "127.0.0.1"],
      "Error: The value '127.0.0.1' is invalid for '<ADDRESS:PORT>': a port is missing; write"
    ),
    (
      ["can-bind", "80", "--user", "root"], "Error: The value 'root' is invalid for '--user <UID>'"
    ),
    (["can-bind", "80", "--netns", "0"], "Error: The value '0' is invalid for '--netns"),
    (["canbind", "80"], "Error: Unexpected argument 'canbind'. Did you mean 'can-bind'?"),
  ]) func aMistakeIsSaid(_ arguments: [String], _ message: String) throws {
    let result = try BuiltBinary.run(arguments)
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix(message), "\(result.errors)")
  }

  @Test(arguments: [
    (["audit", "--netns", "2147483647"], "sockwise: there is no process 2147483647\n"),
    (["facts", "--netns", "/nonexistent/ns"], "sockwise: "),
  ]) func aNamespaceThatCannotBeEnteredFailsTheAudit(_ arguments: [String], _ message: String)
    throws
  {
    let result = try BuiltBinary.run(arguments)
    #expect(result.status == 4)
    #expect(result.errors.hasPrefix(message))
    #expect(result.output.isEmpty)
  }

  @Test(arguments: [[], ["--help"], ["--version"], ["audit", "--help"], ["help", "rules"]])
  func helpIsNoError(_ arguments: [String]) throws {
    let result = try BuiltBinary.run(arguments)
    #expect(result.status == 0)
    #expect(!result.output.isEmpty)
    #expect(result.errors.isEmpty)
  }

  @Test func aReaderThatGoesAwayIsNoError() throws {
    let result = try BuiltBinary.run(["audit"] + Self.always, output: .closedPipe)
    #expect(result.status == 1)
    #expect(result.errors.isEmpty)
  }

  @Test func everyRuleIsListedAndExplained() throws {
    let list = try BuiltBinary.run(["rules", "list"])
    #expect(list.status == 0)
    let ids = list.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    #expect(ids.count >= 12)
    for id in ids {
      let page = try BuiltBinary.run(["explain", String(id)])
      #expect(page.status == 0)
      for heading in ["\nWhy\n", "\nWhen\n", "\nExample\n", "\nReferences\n"] {
        #expect(page.output.contains(heading), "explain \(id) lacks \(heading)")
      }
    }
  }

  @Test func theShippedRulesPassTheirTests() throws {
    let check = try BuiltBinary.run(["rules", "check"])
    #expect(check.status == 0)
    #expect(check.errors.isEmpty, "warnings are mended, not shipped: \(check.errors)")
    let result = try BuiltBinary.run(["rules", "test"])
    #expect(result.status == 0)
    #expect(result.output.hasSuffix(", 0 failed\n"))
  }

  @Test func factsAreJSON() throws {
    let result = try BuiltBinary.run(["facts", "--format", "json"])
    #expect(result.status == 0)
    struct Document: Decodable { var schema: String }
    let document = try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
    #expect(document.schema == "sockwise.facts/1")
  }

  /// The README's example of a rule is one that works.
  @Test func theRuleOfTheReadmeWorks() throws {
    let readme = try TextFile.read(Checkout.root + "/README.md")
    let start = try #require(readme.firstRange(of: "```yaml\nid: "))
    let rest = readme[start.lowerBound...].dropFirst("```yaml\n".count)
    let rule = String(rest[..<(try #require(rest.firstRange(of: "```"))).lowerBound])
    let id = try #require(rule.split(separator: "\n").first).dropFirst("id: ".count)
    let directory = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try TextFile.write(rule, to: "\(directory)/\(id).yaml")
    for command in ["check", "test"] {
      let result = try BuiltBinary.run(["rules", command, directory])
      #expect(result.status == 0, "\(result.output)\(result.errors)")
    }
  }
}
