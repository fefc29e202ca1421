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

  /// The built-in rules, then those of the system, then those named here; the later wins.
  ///
  /// - Parameter toEvaluate: whether they are to be evaluated and not to be looked at.
  func load(toEvaluate: Bool = false) -> RuleSet {
    RuleSet.load(sources(), schema: Host.schema, compiled: toEvaluate)
  }

  /// Their files.
  func sources() -> [RuleSource] {
    let named = directories.map { RuleSource.directory($0) }
    return [.builtIn] + Self.ofSystem + named
  }

  /// The rule files of the system, read when they are first asked for.
  static let ofSystem = ["/usr/share/sockwise/rules", "/etc/sockwise/rules.d"]
    .map { RuleSource.directory($0, isSystem: true) }
}

extension RuleSource {
  /// The rules inside the binary.
  static let builtIn = RuleSource.builtIn(builtInRules)

  private static let builtInRules = RuleData.files.map { file in
    BuiltInRule(path: file.path, text: { Array(file.text.utf8) }, compiled: { file.compiled })
  }

  /// Begins to read them, on a thread of its own: they do not depend on the command line, and reading
  /// that takes as long.
  static func beginReadingBuiltIn() {
    _ = startDetachedThread { for rule in builtInRules { rule.prepare() } }
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

  /// The choice; throws where a name is no rule and no tag.
  func selection(from rules: RuleSet) throws -> Selection {
    let selection = Selection(only: only, skip: skip, enable: enable)
    let unknown = selection.unknownNames(in: rules.rules)
    guard unknown.isEmpty else {
      throw ValidationError(
        unknown.map { name, hint in
          "no rule or tag is called '\(name.shown)'" + (hint.map { "; \($0)" } ?? "")
        }.joined(separator: "\n") + "\n'sockwise rules list' lists them")
    }
    guard rules.rules.isEmpty || rules.rules.contains(where: selection.selects) else {
      throw ValidationError(
        "--only and --skip leave no rule to evaluate; opt-in rules want --enable")
    }
    return selection
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
