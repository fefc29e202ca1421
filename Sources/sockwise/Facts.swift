import ArgumentParser
import HostFacts
import Reports

/// `sockwise facts`: what the rules see, each with its origin, and what could not be read.
struct Facts: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what was read of this host, where, and what could not be.",
    discussion: """
      The same facts that rules see, under the names that rules use. Sockets appear as listeners, \
      bound UDP sockets and destinations, never one line for each connection.
      """)

  @OptionGroup(title: "What to read") var host: HostArguments

  @Option(help: "What to print.")
  var format = Format.text

  enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

  func run() throws {
    let started = Clock.utcNow()
    let facts: Host
    do {
      facts = try Host.read(host.options())
    } catch {
      printError("sockwise: \(error)")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
    let document = FactsDocument(
      tool: .sockwise, host: facts.reported, mode: .live, started: started,
      sources: facts.sources.map(FactsDocument.Source.init), facts: facts.activation,
      schema: Host.schema)
    try OutputRequest.Destination.standardOutput.write(
      format == .json ? document.json() : document.text(.ofTerminal))
  }
}

extension FactsDocument.Source {
  init(_ source: Host.Source) {
    if let failure = source.failure {
      self.init(
        name: source.name, state: .unavailable(reason: failure.reason, grant: failure.grant))
    } else {
      self.init(name: source.name, state: source.isAbsent ? .absent("there is none") : .read)
    }
  }
}
