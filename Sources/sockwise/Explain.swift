import ArgumentParser
import HostFacts
import Reports
import Rules

/// `sockwise explain`: what a rule says, why, and what to do.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a rule: why it matters, when it speaks, what to do, and the sources.",
    discussion: "Without a rule: lists them.")

  @OptionGroup var options: RuleOptions
  @Argument(help: "Id of a rule, as a report shows it.") var rule: String?

  func run() throws {
    let rules = options.load()
    _ = rules.diagnostics.report()
    guard let id = rule else {
      try RulesCommand.List.print(rules)
      return
    }
    guard let rule = rules.rule(id) else {
      let hint = Selection(only: [id]).unknownNames(in: rules.rules).first?.hint
      throw ValidationError(
        "no rule is called '\(id.shown)'" + (hint.map { "; \($0)" } ?? "")
          + "\n'sockwise rules list' lists them")
    }
    let page = RulePage(rule, example: rule.example(schema: Host.schema))
    try OutputRequest.Destination.standardOutput.write(page.text(.ofTerminal))
  }
}
