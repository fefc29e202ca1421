import ArgumentParser
import HostFacts
import Reports
import Rules

/// `sockwise baseline`: the findings of today, so that a pipeline fails only on others.
struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Write down the findings of this host, for 'sockwise audit --baseline'.",
    discussion: """
      Findings that a waiver accepts are not among them: when the waiver ends they are to be seen. \
      What a review finds is written by 'sockwise review --output baseline=FILE'.

      Exit status: 0 it was written; 2 the command line, a rule file or a waiver is wrong; 4 the \
      audit could not run; 5 it could not be written.
      """)

  @OptionGroup(title: "What to read") var host: HostArguments
  @OptionGroup(title: "Which rules") var ruleOptions: RuleOptions
  @OptionGroup(title: "Which rules") var selection: RuleSelection
  @OptionGroup(title: "Configuration") var configured: HostConfigurationArguments
  @OptionGroup(title: "What is accepted") var accepted: AcceptanceArguments

  @Option(help: ArgumentHelp("Write it here; without it to standard output.", valueName: "FILE"))
  var output: String?

  func run() throws {
    let outcome = try AuditRun.outcome(
      of: AuditScope(
        host: host.choice, ruleDirectories: ruleOptions.directories, selection: selection.choice,
        configuration: configured.choice, accepted: accepted.choice))
    // Nothing was found where nothing could be read, which is no baseline.
    guard outcome.hasJudged else {
      printError("sockwise: nothing could be judged, so nothing was written")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
    var statuses = [outcome.report.inputIsWrong ? ExitStatus.wrongInput : .clean]
    do {
      try (output.map(OutputRequest.Destination.init(path:)) ?? .standardOutput)
        .write(ReportFormat.baseline.render(outcome.report, RenderOptions()))
    } catch {
      printError("sockwise: \(error)")
      statuses.append(.undelivered)
    }
    if outcome.options.reportRecording() { statuses.append(.undelivered) }
    throw ExitCode((statuses.max() ?? .clean).rawValue)
  }
}
