import ArgumentParser
import HostFacts
import Reports
import Rules

/// `sockwise can-bind`: whether a server could bind and listen now, and what stands in the way.
struct CanBind: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "can-bind",
    abstract:
      "Tell whether a server could bind an address and port now, and what stands in the way.",
    discussion: """
      Holds the kernel's check against the sockets that are on the port in one network namespace, \
      their options and users: it takes no port itself. What SELinux, a firewall of bind() \
      (SocketBindDeny=) or a unit's sandbox forbid is not looked at.

      For port 0 it tells whether the kernel finds one. It is not known where nothing shows what \
      decides: the options of a connection in TIME_WAIT, a socket with SO_REUSEPORT that was on the \
      port and is gone (with --reuse-port), devices of a VRF.

      A bare port means '[::]:PORT', a socket that serves IPv6 and IPv4, as it does in a socket unit; \
      where there is no IPv6 it means 0.0.0.0.

      Exit status: 0 it can; 1 it cannot; 2 the command line is wrong; 3 it is not known; 4 the host \
      could not be read; 5 an output could not be written.
      """)

  @Argument(
    help: ArgumentHelp(
      "Such as 0.0.0.0:80, '[::]:80', 127.0.0.53%lo:53 for a socket of one device, by any of its names, or a bare port. Names are not looked up.",
      valueName: "ADDRESS:PORT"),
    transform: BindAddress.init(parsing:))
  var address: BindAddress

  @OptionGroup(title: "The server's socket") var socket: SocketArguments
  @OptionGroup(title: "What to read") var host: PlaceArguments

  @Option(help: "What to print.")
  var format = Format.text

  enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

  func run() throws {
    var options = try host.choice.options()
    guard options.root.hasLiveFacts else {
      throw ValidationError(
        "'\((host.root ?? "").shown)' has files of a host, and not its sockets; --root DIR needs a"
          + " recorded host or a report with socket tables")
    }
    options.bind = socket.request(address)
    let facts = try options.host()
    let undelivered = options.reportRecording()
    guard let answer = facts.bindAnswer else { throw ExitCode(ExitStatus.failed.rawValue) }
    let report = BindReport(answer, of: facts, options.root)
    try OutputRequest.Destination.standardOutput.write(
      format == .json ? report.json : report.text(.ofTerminal))
    if undelivered { throw ExitCode(ExitStatus.undelivered.rawValue) }
    throw ExitCode(answer.bind.status.rawValue)
  }
}

/// What the server's socket is like, and who it is.
struct SocketArguments: ParsableArguments {
  @Flag(help: "A UDP socket instead of TCP.")
  var udp = false

  @Flag(help: "It sets SO_REUSEADDR before bind().")
  var reuseAddress = false

  @Flag(help: "It sets SO_REUSEPORT before bind().")
  var reusePort = false

  @Flag(
    name: .customLong("v6only"), inversion: .prefixedNo,
    help: "It sets IPV6_V6ONLY, or clears it. (default: net.ipv6.bindv6only decides)")
  var v6Only: Bool?

  @Option(
    help: ArgumentHelp(
      "Effective user of the server, by number; all but 0 are taken to have no capabilities. (default: whoever runs this, and root in a recording)",
      valueName: "UID"))
  var user: UInt32?

  @Flag(help: "It only binds, as a client or a datagram socket does.")
  var noListen = false

  func request(_ address: BindAddress) -> BindRequest {
    var request = BindRequest(udp ? .udp : .tcp, address)
    request.reuseAddress = reuseAddress
    request.reusePort = reusePort
    request.v6Only = v6Only
    request.user = user
    if noListen { request.listens = false }
    return request
  }
}

extension BindAnswer.Verdict {
  fileprivate var status: ExitStatus {
    switch self {
    case .yes: .clean
    case .no: .findings
    case .unknown: .notChecked
    }
  }
}
