import ArgumentParser
import HostFacts
import Reports
import Rules

/// `sockwise rules`: for those who write rules.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "List, check and test rules.",
    subcommands: [List.self, Check.self, Test.self])

  /// `sockwise rules list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the rules, one a line: id, severity, title.")

    @OptionGroup var options: RuleOptions

    func run() throws { try Self.print(options.load()) }

    /// Prints them; throws the exit status where rule files are wrong.
    static func print(
      _ rules: RuleSet, indent: Int = 0, in language: Language = .english
    ) throws {
      let width = rules.rules.map(\.id.count).max() ?? 0
      for rule in rules.rules {
        let severities = rule.severity.levels.map(\.rawValue).joined(separator: "/")
        let marks = (rule.isOptIn ? ["opt-in"] : []) + (rule.isNote ? ["note"] : [])
        let mark = marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
        try printOutput(
          String(repeating: " ", count: indent) + rule.id.padded(to: width) + "  "
            + severities.padded(to: 11) + "  "
            + rule.title(in: language).shown + mark + "\n")
      }
      if rules.diagnostics.report() { throw ExitCode(ExitStatus.wrongInput.rawValue) }
    }
  }

  /// `sockwise rules check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check rule files: every problem of each, with its place.",
      discussion: "Without a file: all rules that an audit would use.")

    @OptionGroup var options: RuleOptions
    @Argument(help: "Rule files, or directories of them.") var files: [String] = []

    func run() throws {
      let rules = options.load(only: files)
      if rules.diagnostics.report(warnings: true) {
        throw ExitCode(ExitStatus.wrongInput.rawValue)
      }
      try printOutput("\(rules.rules.count.counted("rule")) checked, no errors\n")
    }
  }

  /// `sockwise rules test`.
  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "test",
      abstract: "Run the tests inside rule files.",
      discussion: "Without a file: of all rules that an audit would use.")

    @OptionGroup var options: RuleOptions
    @Argument(help: "Rule files, or directories of them.") var files: [String] = []

    func run() throws {
      let rules = options.load(only: files)
      let areWrong = rules.diagnostics.report()
      let results = rules.rules.flatMap { $0.runTests(schema: Host.schema) }
      let failures = results.filter { !$0.passed }
      for failure in failures {
        try printOutput(
          "\(failure.path.shown):\(failure.line): \(failure.rule): \(failure.test.shown)\n"
            + failure.differences.map { "  \($0.shown)\n" }.joined())
      }
      try printOutput(
        "\(results.count - failures.count) passed, \(failures.count) failed\n")
      if areWrong { throw ExitCode(ExitStatus.wrongInput.rawValue) }
      if !failures.isEmpty { throw ExitCode(ExitStatus.findings.rawValue) }
    }
  }
}

extension RuleOptions {
  /// The named files by themselves, or all rules where none is named.
  func load(only files: [String]) -> RuleSet {
    if files.isEmpty { return load() }
    return RuleSet.load(
      files.map(RuleSource.named), schema: Host.schema, alsoKnown: Set(load().ids))
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

extension Int {
  /// "1 rule", "2 rules".
  func counted(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}
