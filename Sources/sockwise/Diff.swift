import ArgumentParser
import Reports
import Rules

/// `sockwise diff`: what came, went and changed between two reports.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two reports: what is new, resolved, changed, still there.",
    discussion: """
      Both are what 'sockwise audit --format json' printed, of one host at two times or of two \
      hosts. Findings are the same where rule, scope and identity are, whatever their values.

      Exit status: 0 nothing new at or above --fail-on; 1 something new; 2 the command line or a \
      report is wrong; 5 standard output took no more.
      """)

  @Argument(help: ArgumentHelp("The earlier report.", valueName: "OLD.json")) var old: String
  @Argument(help: ArgumentHelp("The later report.", valueName: "NEW.json")) var new: String

  @Option(help: "What to print.")
  var format = Format.text

  @Option(
    help: ArgumentHelp(
      "Exit with 1 where a new finding is at least this bad.", valueName: "SEVERITY|never"))
  var failOn = Threshold.severity(.medium)

  @Flag(name: .shortAndLong, help: "List what is still there, too.")
  var verbose = false

  enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, markdown }

  func run() throws {
    let diff: ReportDiff
    do throws(DocumentError) {
      diff = ReportDiff(
        from: try RecordedReport(try NamedFile.read(old), name: old),
        to: try RecordedReport(try NamedFile.read(new), name: new))
    } catch {
      printError("sockwise: \(error)")
      throw ExitCode(ExitStatus.wrongInput.rawValue)
    }
    var options = RenderOptions.ofTerminal
    if verbose { options.verbosity = .verbose }
    let bytes =
      switch format {
      case .text: diff.text(options)
      case .json: diff.json
      case .markdown: diff.markdown
      }
    try OutputRequest.Destination.standardOutput.write(bytes)
    let fails = failOn.severity.map(diff.hasNew) ?? false
    throw ExitCode((fails ? ExitStatus.findings : .clean).rawValue)
  }
}
