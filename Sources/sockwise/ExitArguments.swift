import ArgumentParser
import Reports
import Rules

/// What makes a run fail, shared by every command that reports findings.
struct ExitArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Exit with 1 where a new finding is at least this bad.", valueName: "SEVERITY|never"))
  var failOn = Threshold.severity(.medium)

  @Flag(help: "Exit with 3 where something could not be checked.")
  var strict = false

  /// - Parameter report: nil where there is none.
  func code(_ report: Report?, wrongInput: Bool, undelivered: Bool = false) -> ExitCode {
    ExitCode(
      ExitStatus.of(
        report, failOn: report == nil ? nil : failOn.severity, strict: strict,
        wrongInput: wrongInput, undelivered: undelivered
      ).rawValue)
  }
}
