import ArgumentParser
import HostFacts
import Reports
import Rules

/// The audit that was chosen; as it is made, what an audit is where the command line says nothing else.
struct AuditChoice {
  var scope = AuditScope()
  /// Whether the files that the configuration names are written too.
  var configuredOutputs = false
  var output = OutputChoice()
  var journal = JournalChoice()
  /// Whether the claims of findings are tried on this kernel.
  var proven = false
  var exit = ExitChoice()

  /// Audits, reports, and gives the status to exit with.
  func run() throws -> ExitCode {
    let repeated = RepeatedRun(journal, scope: scope.host.netns.argument)
    var outcome = try AuditRun.outcome(of: scope, since: repeated.last, in: output.language)
    outcome.report = outcome.report.adding(repeated.notices)
    if proven { outcome.report = outcome.report.proven(by: Prove.tried(outcome.report)) }
    UntilExit.keep(outcome.report)
    let recordingFailed = outcome.options.reportRecording()
    let configuration = outcome.configuration
    let severity = output.minSeverity ?? configuration.minSeverity ?? .info
    // Before the outputs: metrics tell whether it was logged.
    let told = repeated.end(outcome, atLeast: severity)
    outcome.report.isUndelivered = recordingFailed || !told
    let delivered = output.deliver(
      outcome.report, milderThan: severity,
      and: configuredOutputs ? configuration.outputRequests : [])
    if !outcome.hasJudged {
      let place = scope.host.root.map { "in '\($0)'" } ?? "on this host"
      printError("sockwise: no rule had anything \(place) that it could judge")
    }
    return exit.code(
      outcome.hasJudged ? outcome.report : nil, wrongInput: outcome.report.inputIsWrong,
      undelivered: outcome.report.isUndelivered || !delivered,
      unlessSaid: configuration.threshold)
  }
}

/// What is audited, by which rules, and what of it is accepted.
struct AuditScope {
  var host = HostChoice()
  var ruleDirectories: [String] = []
  var selection = Selection()
  var configuration = HostConfigurationChoice()
  var accepted = AcceptanceChoice()
}

extension AuditChoice {
  /// The audit of a command line with words for how it is shown alone, which is the most common one and
  /// needs no parser: that takes a seventh of the processor time of an audit of a host with few sockets.
  ///
  /// Nil for any other command line, and for one with a mistake.
  init?(plain words: [String]) {
    guard words.first == "audit" else { return nil }
    self.init()
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      switch word {
      case "--format":
        guard let format = rest.popFirst().flatMap(ReportFormat.named) else { return nil }
        output.format = format
      case "--quiet", "-q":
        guard output.verbosity != .verbose else { return nil }
        output.verbosity = .quiet
      case "--verbose", "-v":
        guard output.verbosity != .quiet else { return nil }
        output.verbosity = .verbose
      case "--strict": exit.strict = true
      default: return nil
      }
    }
  }
}
