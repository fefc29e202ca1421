import ArgumentParser
import Glibc
import Reports
import Rules

/// What is told to the journal, and what is kept for the next run.
struct JournalArguments: ParsableArguments {
  @Option(
    defaultAsFlag: JournalArgument.configured, parsing: .next,
    help: ArgumentHelp(
      "Log to systemd's journal too: what is new, changed, resolved or can no longer be checked since the last run, and a summary; with --journal=all each finding at every run.",
      valueName: "transitions|all"))
  var journal: JournalArgument?

  @Option(
    help: ArgumentHelp(
      "Keep what was found, and the counters, in this directory, so that the next run tells what is new and what rises. (default with --journal: the first directory of $STATE_DIRECTORY)",
      valueName: "DIR"))
  var state: String?

  func validate() throws {
    if case .unknown(let text)? = journal {
      throw ValidationError(
        "--journal takes 'transitions' or 'all', or nothing; '\(text.shown)' is neither")
    }
  }

  var choice: JournalChoice { JournalChoice(journal: journal, state: state) }
}

/// Whether the journal is told, and where a run keeps what the next one needs.
struct JournalChoice {
  /// Nil where the journal is told nothing.
  var journal: JournalArgument?
  /// The directory that was named.
  var state: String?

  /// Where what was found is kept; nil for nowhere.
  func directory(scope: String) -> StateDirectory? {
    let path = state ?? (journal == nil ? nil : Self.ofSystemd)
    return path.map { StateDirectory($0, scope: scope) }
  }

  /// `$STATE_DIRECTORY` is set by systemd where a unit has StateDirectory=.
  private static var ofSystemd: String? {
    guard let value = unsafe getenv("STATE_DIRECTORY") else { return nil }
    return StateDirectory.first(of: unsafe String(cString: value))
  }
}

/// `--journal` alone, or with a mode.
enum JournalArgument: ExpressibleByArgument, CustomStringConvertible {
  /// As the configuration has it.
  case configured
  case mode(JournalMode)
  /// The argument parser takes `--journal=x` for `--journal` alone where this is no argument.
  case unknown(String)

  init(argument: String) {
    self = JournalMode(rawValue: argument).map(Self.mode) ?? .unknown(argument)
  }

  var mode: JournalMode? {
    if case .mode(let mode) = self { mode } else { nil }
  }

  var description: String { (mode ?? .transitions).rawValue }
  static var allValueStrings: [String] { JournalMode.allCases.map(\.rawValue) }
}
