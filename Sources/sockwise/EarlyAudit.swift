import HostFacts
import Reports

/// An audit of this host that begins before its command line is parsed, which takes a quarter of the
/// time of an audit on a host with few sockets.
///
/// Only where no word can say what is to be read; whatever else is wrong with them is told by the
/// parser, as always.
enum EarlyAudit {
  /// The audit that `begin()` began; nil where it began none.
  static let run: AuditRun? = {
    guard isOfThisHostAsItIs(Startup.arguments), !HostConfigurationArguments.standardIsThere else {
      return nil
    }
    // Files are read before the host, as there may be too few descriptors for both: here the rules of
    // the system, and a configuration only once it is known that it is to be read.
    _ = RuleOptions.ofSystem
    // What is in the way is told by the audit that is begun in its place.
    return try? AuditRun(HostOptions())
  }()

  static func begin() { _ = run }

  /// Whether the words ask for an audit, and beyond that only how it is shown.
  static func isOfThisHostAsItIs(_ arguments: [String]) -> Bool {
    arguments.first == "audit" && arguments.dropFirst().allSatisfy(manners.contains)
  }

  private static let manners: Set<String> = Set(
    ["--format", "--quiet", "-q", "--verbose", "-v", "--strict"] + FormatName.allValueStrings)
}
