import ArgumentParser
import HostFacts
import Reports

/// `sockwise facts`: what the rules see, each with its origin, and what could not be read.
struct Facts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "facts",
    abstract: "Show what was read of this host, where, and what could not be.",
    discussion: """
      The same facts that rules see, under the names that rules use. Sockets appear as listeners, \
      bound UDP sockets and destinations, never one line for each connection.

      With --record DIR it also writes down what it read, for 'sockwise audit --root DIR' on \
      another machine: files of /proc, the kernel's replies about sockets, who held them, and the
      files that set kernel parameters.
      """)

  @OptionGroup(title: "What to read") var host: HostArguments

  @Option(help: "What to print.")
  var format = Format.text

  enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

  func run() throws {
    let started = Clock.utcNow()
    let options = try host.choice.options()
    let facts = try options.host()
    let undelivered = options.reportRecording()
    let document = FactsDocument(
      tool: .sockwise, host: facts.reported, mode: options.root.mode,
      started: options.root.recording?.time ?? started,
      sources: facts.sources.map(FactsDocument.Source.init), facts: facts.activation,
      schema: Host.schema)
    try OutputRequest.Destination.standardOutput.write(
      format == .json ? document.json() : document.text(.ofTerminal))
    if undelivered { throw ExitCode(ExitStatus.undelivered.rawValue) }
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
