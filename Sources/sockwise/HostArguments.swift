import ArgumentParser
import HostFacts
import Reports
import Rules

/// Which host to read and for how long, shared by all that read one.
struct PlaceArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Network namespace: 'self', the number of a process in it, or a path such as /run/netns/blue.",
      valueName: "self|PID|PATH"))
  var netns = HostChoice().netns

  @Option(
    help: ArgumentHelp(
      "Give up on a source that has not answered by then, such as 90s or 2m; what was read is kept.",
      valueName: "DURATION"))
  var timeLimit = Seconds(HostChoice().timeLimit)

  @Option(
    help: ArgumentHelp(
      "Read a recorded host, an unpacked report of sos(1), or the files of an image instead of this host.",
      valueName: "DIR"))
  var root: String?

  @Option(
    help: ArgumentHelp(
      "Write what is read into this new directory too, for --root.", valueName: "DIR"))
  var record: String?

  @Flag(
    help: """
      Replace addresses and names in what --record writes by others, and keep of configuration only \
      parameters that every kernel has.
      """)
  var anonymize = false

  func validate() throws {
    if root != nil {
      if record != nil { throw ValidationError("--root and --record exclude each other") }
      if netns.selection != .own { throw ValidationError("--root and --netns exclude each other") }
    }
    if anonymize && record == nil { throw ValidationError("--anonymize needs --record DIR") }
  }

  var choice: HostChoice {
    HostChoice(
      netns: netns, timeLimit: timeLimit.value, root: root, record: record, anonymize: anonymize)
  }
}

/// What else matters for facts, shared by `audit`, `baseline` and `facts`.
struct HostArguments: ParsableArguments {
  @OptionGroup(title: "What to read") var place: PlaceArguments

  @Option(
    help: ArgumentHelp(
      "Read the counters and the UDP sockets twice, this far apart, for rules about what rises.",
      valueName: "DURATION"))
  var sample: Seconds?

  @Option(
    help: ArgumentHelp(
      "The kernel that the image of --root is to boot, such as 6.1: what is not configured has its defaults. Repeatable. Without it those in the image.",
      valueName: "VERSION"))
  var kernel: [KernelArgument] = []

  func validate() throws {
    if place.root != nil && sample != nil {
      throw ValidationError("--root and --sample exclude each other")
    }
    if place.root == nil && !kernel.isEmpty { throw ValidationError("--kernel needs --root DIR") }
  }

  var choice: HostChoice {
    var choice = place.choice
    choice.sample = sample?.value
    choice.kernels = kernel.map(\.version)
    return choice
  }
}

/// The host that was chosen, and how it is read.
struct HostChoice {
  var netns = NamespaceArgument(selection: .own)
  /// Seconds.
  var timeLimit = HostOptions().timeLimit
  var root: String?
  var record: String?
  var anonymize = false
  /// Seconds between two readings of the counters; nil for one reading.
  var sample: Double?
  var kernels: [KernelVersion] = []

  /// Begins an audit.
  ///
  /// - Parameter last: what the last run left; nil where nothing is kept from run to run.
  func beginAudit(since last: RunState? = nil) throws(ExitCode) -> AuditRun {
    var options = try options()
    options.earlier = last?.counters.map(CounterSample.init)
    do throws(NetworkNamespace.Failure) {
      return try AuditRun(options, keepsCounters: last != nil)
    } catch {
      printError("sockwise: \(error)")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }

  /// What to read, and where. What stands in the way is said on standard error.
  func options() throws(ExitCode) -> HostOptions {
    var options = HostOptions(netns: netns.selection, timeLimit: timeLimit, root: try files())
    options.sample = sample
    options.kernels = kernels
    return options
  }

  private func files() throws(ExitCode) -> HostRoot {
    do throws(RecordingFailure) {
      if let root { return try HostRoot.open(root) }
      guard let record else { return HostRoot() }
      return HostRoot(
        recordingTo: try Recorder(
          directory: record, tool: Sockwise.version, time: Clock.utcNow(), anonymize: anonymize))
    } catch {
      printError("sockwise: \(error)")
      throw ExitCode((root == nil ? ExitStatus.undelivered : ExitStatus.failed).rawValue)
    }
  }
}

extension HostOptions {
  /// The host; why it could not be read is said on standard error.
  func host() throws(ExitCode) -> Host {
    do {
      return try Host.read(self)
    } catch {
      printError("sockwise: \(error)")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }

  /// Whether a recording was asked for and could not be written; says so on standard error.
  func reportRecording() -> Bool {
    guard let failure = root.recorder?.failure else { return false }
    printError("sockwise: \(failure)")
    return true
  }
}

/// A network namespace on the command line.
struct NamespaceArgument: ExpressibleByArgument {
  let selection: NetworkNamespace.Selection
  /// As it was written.
  let argument: String

  init(selection: NetworkNamespace.Selection) {
    self.selection = selection
    argument = "self"
  }

  init?(argument: String) {
    guard let selection = NetworkNamespace.Selection(argument) else { return nil }
    self.selection = selection
    self.argument = argument
  }

  var defaultValueDescription: String { "self" }
}

/// A span of time on the command line: `2`, `2s`, `500ms` or `5m`.
struct Seconds: ExpressibleByArgument, CustomStringConvertible {
  let value: Double

  init(_ value: Double) { self.value = value }

  init?(argument: String) {
    let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("", 1)]
    guard let (suffix, factor) = units.first(where: { argument.hasSuffix($0.0) }) else {
      return nil
    }
    let digits = argument.dropLast(suffix.count)
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2e }),
      let number = Double(digits), number > 0, number * factor <= 86_400
    else { return nil }
    value = number * factor
  }

  var description: String { value == value.rounded() ? "\(Int(value))s" : "\(value)s" }
  var defaultValueDescription: String { description }
}
