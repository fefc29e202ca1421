import ArgumentParser
import HostFacts
import Reports
import Rules

/// `sockwise audit`: reads a host, evaluates the rules, reports.
struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Audit this host, or a recorded one.",
    discussion: """
      Reads the sysctls, sockets and processes of one network namespace and says what will hurt, \
      on what evidence, and what to do. It changes nothing. Without root it reads less and says \
      what it could not check.

      With --journal it logs to systemd's journal what has changed since the last run, which \
      sockwise.timer does every day; '/etc/sockwise/sockwise.yaml' configures it. What the command \
      line says wins.

      Exit status: 0 nothing new at or above --fail-on; 1 findings; 2 the command line, a rule file, \
      a waiver, the baseline or the configuration is wrong; 3 with --strict, something could not be \
      checked; 4 the audit could not run, or no rule had its facts; 5 an output could not be written, \
      or nothing be logged. The highest that applies wins.
      """)

  @OptionGroup(title: "What to read") var host: HostArguments
  @OptionGroup(title: "Which rules") var ruleOptions: RuleOptions
  @OptionGroup(title: "Which rules") var selection: RuleSelection
  @OptionGroup(title: "Configuration") var configured: HostConfigurationArguments

  @Flag(
    help:
      "Write the files that 'outputs' of the configuration names too, as sockwise.service does.")
  var configuredOutputs = false

  @OptionGroup(title: "What to report") var output: OutputArguments
  @OptionGroup(title: "From run to run") var journal: JournalArguments

  @Flag(
    help: ArgumentHelp(
      "Try on this kernel what the rules of the findings claim of it, as 'sockwise prove' does, and show it beside each. Most take a second; a claim about the length of TIME_WAIT takes 62 s. The exit status stays."
    ))
  var proven = false

  @OptionGroup(title: "What is accepted") var accepted: AcceptanceArguments
  @OptionGroup(title: "When to fail") var exit: ExitArguments

  func validate() throws {
    if host.place.root != nil {
      if journal.journal != nil {
        throw ValidationError("--root and --journal exclude each other: the journal is this host's")
      }
      if journal.state != nil { throw ValidationError("--root and --state exclude each other") }
    }
    if configuredOutputs && configured.noConfig {
      throw ValidationError("--configured-outputs and --no-config exclude each other")
    }
  }

  func run() throws {
    if proven, let root = host.place.root {
      throw ValidationError(
        "--proven tries claims on the kernel that runs here, and '\(root.shown)' is of another"
          + " host; run 'sockwise audit --proven' there")
    }
    throw try choice.run()
  }

  var choice: AuditChoice {
    AuditChoice(
      scope: AuditScope(
        host: host.choice, ruleDirectories: ruleOptions.directories, selection: selection.choice,
        configuration: configured.choice, accepted: accepted.choice),
      configuredOutputs: configuredOutputs, output: output.choice, journal: journal.choice,
      proven: proven, exit: exit.choice)
  }
}

/// A severity, or none.
enum Threshold: ExpressibleByArgument, CustomStringConvertible {
  case severity(Severity)
  case never

  init?(argument: String) {
    if argument == "never" {
      self = .never
    } else if let severity = Severity(rawValue: argument) {
      self = .severity(severity)
    } else {
      return nil
    }
  }

  var severity: Severity? {
    if case .severity(let severity) = self { severity } else { nil }
  }

  var description: String { severity?.rawValue ?? "never" }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { Severity.allCases.map(\.rawValue) + ["never"] }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
