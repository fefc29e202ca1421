import ArgumentParser
import CEL
import Rules

/// Which rules are evaluated.
struct RuleSelection: ParsableArguments {
  @Option(
    help: ArgumentHelp("Evaluate only these rules. Repeatable.", valueName: "RULE"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Leave out these rules. Repeatable.", valueName: "RULE"))
  var skip: [String] = []

  @Option(help: ArgumentHelp("Evaluate an opt-in rule too. Repeatable.", valueName: "RULE"))
  var enable: [String] = []

  @Option(
    help: ArgumentHelp("Evaluate every opt-in rule with this tag too. Repeatable.", valueName: "TAG"))
  var enableTag: [String] = []
}
