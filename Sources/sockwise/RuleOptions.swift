import ArgumentParser
import HostFacts
import Reports
import RuleData
import Rules

/// Where rules come from, shared by every command that needs them.
struct RuleOptions: ParsableArguments {
  @Option(
    name: .customLong("rules"),
    help: ArgumentHelp(
      "Add a directory of rule files; a file of the same name replaces a rule, an empty one turns it off. Repeatable.",
      valueName: "DIR"))
  var directories: [String] = []

  /// Reads them.
  ///
  /// - Parameter toEvaluate: whether they are to be evaluated and not to be looked at.
  func load(toEvaluate: Bool = false) -> RuleSet {
    RuleSet.load(
      RuleSource.all(adding: directories), schema: Host.schema, compiled: toEvaluate)
  }
}

extension RuleSource {
  /// The built-in rules, then those of the system, then those of `directories`; the later wins. Reads
  /// the directories, and the files in them.
  static func all(adding directories: [String]) -> [RuleSource] {
    let ofSystem = ["/usr/share/sockwise/rules", "/etc/sockwise/rules.d"]
      .map { RuleSource.directory($0, isSystem: true) }
    return [.builtIn] + ofSystem + directories.map { RuleSource.directory($0) }
  }

  /// The rules inside the binary.
  static let builtIn = RuleSource.builtIn(builtInRules)

  private static let builtInRules = RuleData.files.map { file in
    BuiltInRule(path: file.path, text: { Array(file.text.utf8) }, compiled: file.compiled)
  }
}

/// Which of the rules are evaluated.
struct RuleSelection: ParsableArguments {
  @Option(
    help: ArgumentHelp("Evaluate only this rule or tag. Repeatable.", valueName: "RULE"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Leave out this rule or tag. Repeatable.", valueName: "RULE"))
  var skip: [String] = []

  @Option(
    help: ArgumentHelp(
      "Evaluate this opt-in rule, or every one with this tag, too. Repeatable.", valueName: "RULE"))
  var enable: [String] = []

  var choice: Selection { Selection(only: only, skip: skip, enable: enable) }
}

extension Selection {
  /// Throws where a name is no rule and no tag, or nothing is left.
  func check(against rules: RuleSet) throws {
    let unknown = unknownNames(in: rules)
    guard unknown.isEmpty else {
      throw ValidationError(
        unknown.map { name, hint in
          "no rule or tag is called '\(name.shown)'" + (hint.map { "; \($0)" } ?? "")
        }.joined(separator: "\n") + "\n'sockwise rules list' lists them")
    }
    guard rules.rules.isEmpty || rules.rules.contains(where: selects) else {
      let off = only.filter(rules.turnedOff.contains).map { "'\($0)'" }
      throw ValidationError(
        "--only and --skip leave no rule to evaluate; "
          + (off.isEmpty
            ? "opt-in rules want --enable"
            : "an empty rule file turns \(off.joined(separator: " and ")) off"))
    }
  }
}

extension [RuleDiagnostic] {
  /// Shows what is wrong with rule files; true where something is. Warnings are for who writes
  /// rules, not for who runs an audit.
  func report(warnings: Bool = false) -> Bool {
    for diagnostic in self where warnings || diagnostic.severity == .error {
      printError(diagnostic.rendered())
    }
    return contains { $0.severity == .error }
  }
}
