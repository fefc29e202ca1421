import ArgumentParser
import HostFacts
import Rules

/// Which host to read and for how long, shared by `audit` and `facts`.
struct HostArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Network namespace: 'self', the number of a process in it, or a path such as /run/netns/blue.",
      valueName: "self|PID|PATH"))
  var netns = NamespaceArgument(selection: .own)

  @Option(
    help: ArgumentHelp(
      "Give up on a source that has not answered by then, such as 90s or 2m; what was read is kept.",
      valueName: "DURATION"))
  var timeLimit = Seconds(60)

  @Option(
    help: ArgumentHelp(
      "Read the counters twice, this far apart, for rules about counters that rise.",
      valueName: "DURATION"))
  var sample: Seconds?

  /// - Parameter rules: whose keys of `sysctl_raw` are read too.
  func options(for rules: RuleSet? = nil) -> HostOptions {
    HostOptions(
      netns: netns.selection, timeLimit: timeLimit.value, sample: sample?.value,
      rawKeys: rules?.rawSysctls ?? [])
  }
}

/// A network namespace on the command line.
struct NamespaceArgument: ExpressibleByArgument {
  let selection: NetworkNamespace.Selection

  init(selection: NetworkNamespace.Selection) { self.selection = selection }

  init?(argument: String) {
    guard let selection = NetworkNamespace.Selection(argument) else { return nil }
    self.selection = selection
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
