import ArgumentParser
import HostFacts

/// Which host to read and for how long, shared by `audit` and `facts`.
struct HostArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Network namespace: 'self', the number of a process in it, or a path such as /run/netns/blue.",
      valueName: "self|PID|PATH"))
  var netns = "self"

  @Option(
    help: ArgumentHelp(
      "Give up on a source that has not answered by then; what was read is kept.",
      valueName: "DURATION"))
  var timeLimit = Seconds(60)

  @Option(
    help: ArgumentHelp(
      "Read the counters twice, this far apart, for rules about counters that rise.",
      valueName: "DURATION"))
  var sample: Seconds?
}

/// A span of time on the command line: `2`, `2s`, `500ms` or `5m`.
struct Seconds: ExpressibleByArgument, CustomStringConvertible {
  let value: Double

  init(_ value: Double) { self.value = value }

  init?(argument: String) {
    let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("min", 60), ("m", 60), ("", 1)]
    for (suffix, factor) in units where argument.hasSuffix(suffix) {
      let digits = argument.dropLast(suffix.count)
      guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
        let number = Double(digits), number > 0, number * factor <= 86_400
      else { return nil }
      value = number * factor
      return
    }
    return nil
  }

  var description: String { value == value.rounded() ? "\(Int(value))s" : "\(value)s" }
  var defaultValueDescription: String { description }
}
