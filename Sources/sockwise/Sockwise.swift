import ArgumentParser
import CLinuxShims
import Glibc
import Reports
import Rules

/// The command line. Each subcommand is a file of its own.
struct Sockwise: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "sockwise",
    abstract:
      "Finds sysctl, port and socket settings that will hurt, says why, and how to fix them.",
    discussion: """
      Start with 'sockwise audit'. It reads; it never writes a sysctl, restarts a service or \
      sends a packet.
      """,
    version: version,
    subcommands: [
      Audit.self, ReviewCommand.self, CanBind.self, BaselineCommand.self, Diff.self, Explain.self,
      Facts.self, Prove.self, RulesCommand.self,
    ])
}

@main
enum Main {
  static func main() {
    sockwise_take_memory_in_large_steps()
    Startup.occupyClosedStreams()
    Startup.limitWidthOfHelp()
    // A reader that goes away (`sockwise audit | head`) is no error: writes report EPIPE instead.
    _ = signal(SIGPIPE, SIG_IGN)
    let arguments = Startup.arguments
    do {
      if let audit = AuditChoice(plain: arguments) { exit(try audit.run().rawValue) }
      var command = try Sockwise.parseAsRoot(arguments)
      try command.run()
    } catch {
      exit(status(reporting: error))
    }
  }

  /// Prints what an error has to say and gives the exit status of outputs: 0 for help and version,
  /// 2 for a wrong command line, 5 where standard output takes no more, 4 for what no one foresaw.
  static func status(reporting error: any Error) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    if let error = error as? OutputError {
      printError("sockwise: \(error)")
      return ExitStatus.undelivered.rawValue
    }
    // Thrown by a command that ran: its usage is not in question.
    if let error = error as? ValidationError {
      printError("sockwise: \(error.message)")
      return ExitStatus.wrongInput.rawValue
    }
    let text = Sockwise.fullMessage(for: error)
    if Sockwise.exitCode(for: error).isSuccess {
      do {
        try printOutput(text + "\n")
        return 0
      } catch { return status(reporting: error) }
    }
    let isUsage = Sockwise.exitCode(for: error) == .validationFailure
    let misspelt = isUsage ? MisspeltCommand(Startup.arguments) : nil
    printError(misspelt?.completing(text) ?? text)
    return (isUsage ? ExitStatus.wrongInput : .failed).rawValue
  }
}
