import ArgumentParser
import Reports
import Rules

/// What makes a run fail, shared by every command that reports findings.
struct ExitArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Exit with 1 where a new finding is at least this bad. (default: medium)",
      valueName: "SEVERITY|never"))
  var failOn: Threshold?

  @Flag(help: "Exit with 3 where something could not be checked.")
  var strict = false

  var choice: ExitChoice { ExitChoice(failOn: failOn, strict: strict) }
}

/// What was chosen to make a run fail.
struct ExitChoice {
  /// Nil where nothing was.
  var failOn: Threshold?
  var strict = false

  /// The status of a run.
  ///
  /// - Parameters:
  ///   - report: nil where there is none.
  ///   - configured: the threshold where the command line names none.
  func code(
    _ report: Report?, wrongInput: Bool, undelivered: Bool = false,
    unlessSaid configured: Threshold? = nil
  ) -> ExitCode {
    let failOn = failOn ?? configured ?? .severity(.medium)
    return ExitCode(
      ExitStatus.of(
        report, failOn: report == nil ? nil : failOn.severity, strict: strict,
        wrongInput: wrongInput, undelivered: undelivered
      ).rawValue)
  }
}
