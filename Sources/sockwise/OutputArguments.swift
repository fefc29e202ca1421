import ArgumentParser
import Reports
import Rules

/// What is printed, and where.
struct OutputArguments: ParsableArguments {
  @Option(help: ArgumentHelp("What standard output gets.", valueName: "FORMAT"))
  var format = FormatName(OutputChoice().format)

  @Option(
    help: ArgumentHelp(
      "Write this format to a file too. Repeatable.", valueName: "FORMAT=FILE"),
    transform: OutputRequest.init(parsing:))
  var output: [OutputRequest] = []

  @Option(
    help: ArgumentHelp(
      "Leave out findings that are milder; they count for the exit status. (default: info)",
      valueName: "SEVERITY"))
  var minSeverity: SeverityArgument?

  @Option(
    help: ArgumentHelp(
      "Language of the titles and remedies of findings in text, Markdown and HTML; without it that of the locale (LC_ALL, LC_MESSAGES, LANG), or else English. What is not translated is English.",
      valueName: "LANGUAGE"))
  var lang: LanguageArgument?

  @Flag(name: .shortAndLong, help: "Only findings, warnings and the summary.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "All evidence, references, and how to undo a remedy.")
  var verbose = false

  func validate() throws {
    if output.contains(where: { $0.destination == .standardOutput }) {
      throw ValidationError("standard output is for one format; choose it with --format")
    }
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
  }

  var choice: OutputChoice {
    OutputChoice(
      format: format.format, files: output, minSeverity: minSeverity?.severity,
      namedLanguage: lang?.language, verbosity: quiet ? .quiet : verbose ? .verbose : .normal)
  }
}

/// What was chosen to be printed and written.
struct OutputChoice {
  /// What standard output gets.
  var format = ReportFormat.text
  var files: [OutputRequest] = []
  /// Nil where none was chosen.
  var minSeverity: Severity?
  /// The language that was named.
  var namedLanguage: Language?
  var verbosity = RenderOptions.Verbosity.normal

  var language: Language { namedLanguage ?? Terminal.language }

  /// Prints and writes the report; false where that failed, which is said on standard error.
  ///
  /// - Parameters:
  ///   - severity: what is left out is milder.
  ///   - configured: files that the configuration names.
  func deliver(
    _ report: Report, milderThan severity: Severity? = nil, and configured: [OutputRequest] = []
  ) -> Bool {
    var shown = report.leavingOut(milderThan: minSeverity ?? severity ?? .info)
    var isDelivered = true
    for request in requests(and: configured) {
      do throws(OutputError) {
        try request.deliver(shown, rendering(for: request.destination))
      } catch {
        isDelivered = false
        shown.isUndelivered = true
        printError("sockwise: \(error)")
      }
    }
    return isDelivered
  }

  /// Files first: standard output may be a pipe whose reader goes away. Of files those last that tell
  /// whether the others were written.
  private func requests(and configured: [OutputRequest]) -> [OutputRequest] {
    let all = configured + files
    return all.filter { !$0.format.tellsOfOutputs } + all.filter(\.format.tellsOfOutputs)
      + [OutputRequest(format: format, destination: .standardOutput)]
  }

  /// Files are the same whatever terminal asked for them: `terminal` is for standard output.
  private func rendering(for destination: OutputRequest.Destination) -> RenderOptions {
    guard destination == .standardOutput else { return RenderOptions(verbosity: verbosity) }
    return RenderOptions(
      width: Terminal.width, style: Terminal.usesColour ? .coloured : .plain, verbosity: verbosity)
  }
}

/// The name of a report format on the command line.
struct FormatName: ExpressibleByArgument, CustomStringConvertible {
  let format: ReportFormat

  init(_ format: ReportFormat) { self.format = format }

  init?(argument: String) {
    guard let format = ReportFormat.named(argument) else { return nil }
    self.format = format
  }

  var description: String { format.name }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { ReportFormat.all.map(\.name) }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// A severity on the command line.
struct SeverityArgument: ExpressibleByArgument, CustomStringConvertible {
  let severity: Severity

  init(severity: Severity) { self.severity = severity }

  init?(argument: String) {
    guard let severity = Severity(rawValue: argument) else { return nil }
    self.severity = severity
  }

  var description: String { severity.rawValue }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { Severity.allCases.map(\.rawValue) }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
