import ArgumentParser
import CEL
import Proofs
import Reports

/// `sockwise prove`: the claims that rules and topics rest on, tried on the running kernel.
struct Prove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Try on this kernel what rules and topics say of it.",
    discussion: """
      Each claim is an experiment with real sockets in a scratch network namespace (and user \
      namespace, where it is not run by root) that vanishes with it: nothing of this host is \
      touched. All run at once; one waits for a TIME_WAIT to end, which takes 62 s. \
      Without a claim: all of them. 'sockwise explain' names the claims of a rule or topic.

      Exit status: 0 all that can be tried here holds; 1 a claim does not hold; 2 the command line \
      is wrong; 5 standard output took no more.
      """)

  @Option(help: "What to print.")
  var format = Format.text

  @Flag(help: "List the claims, one a line: id, title.")
  var list = false

  /// How a process that tries one claim is started.
  @Option(help: .private) var experiment: String?

  @Argument(help: "Id of a claim. Repeatable.") var claim: [String] = []

  enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

  func run() throws {
    if let experiment { Prover.runOne(experiment) }
    if list {
      let width = Claim.all.map(\.id.count).max() ?? 0
      try printOutput(Claim.all.map { "\($0.id.padded(to: width))  \($0.title)\n" }.joined())
      return
    }
    let proofs = Self.tried(try chosen())
    let report = ProofReport(kernel: Prover.kernel, proofs: proofs)
    try OutputRequest.Destination.standardOutput.write(
      format == .json ? report.json : report.text(.ofTerminal))
    throw ExitCode(report.status.rawValue)
  }

  /// All at once, with progress on a terminal.
  private static func tried(_ claims: [Claim]) -> [Proof] {
    let progress = ProgressLine()
    defer { progress.clear() }
    return Prover(arguments: ["prove", "--experiment"]).prove(claims, progress: progress.show)
  }

  /// The claims that a report's findings rest on. A rule of one's own may name one that there is not.
  static func tried(_ report: Report) -> [Proof] {
    let names = report.claimsOfFindings
    let claims = Claim.all.filter { names.contains($0.id) }
    let unknown = names.filter { name in !claims.contains { $0.id == name } }
    return tried(claims)
      + unknown.map {
        Proof(
          id: $0, title: $0, outcome: .cannotTry, reason: "this version has no claim of that name")
      }
  }

  /// The named claims, each once; all where none is named.
  private func chosen() throws -> [Claim] {
    let ids = Claim.all.map(\.id)
    for name in claim where !ids.contains(name) {
      let hint = Suggestion.nearest(to: name, among: ids).map { "; did you mean '\($0)'?" }
      throw ValidationError(
        "no claim is called '\(name.shown)'\(hint ?? "")\n'sockwise prove --list' lists them")
    }
    return claim.isEmpty ? Claim.all : Claim.all.filter { claim.contains($0.id) }
  }
}

/// How far a long command is, on the last line of a terminal; nothing where standard error is none.
struct ProgressLine {
  private let isShown = Terminal.showsProgress

  func show(_ progress: Prover.Progress) {
    write("\(progress.done) of \(progress.total.counted("claim")), \(Int(progress.seconds)) s")
  }

  func clear() { write("") }

  /// Replaces the line.
  private func write(_ text: String) {
    if isShown { printError("\r\u{1b}[K" + text, terminator: "") }
  }
}
