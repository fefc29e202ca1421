import CEL
public import Rules

/// A remedy as lines for sysctl.d(5), and the lines that take it back.
public struct SysctlFragment: Hashable, Sendable {
  /// Where Sockwise proposes to put its lines. sysctl.d(5) recommends 10 to 40 for packages and 60
  /// to 90 for administrators.
  public static let path = "/etc/sysctl.d/60-sockwise.conf"

  /// Where sysctl(8) and systemd-sysctl(8) read settings, for grep.
  static let searchedFiles = "/etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d"

  /// One key to set.
  public struct Line: Hashable, Sendable {
    public var key: String
    public var value: String
    /// The value when the audit read it; nil where the finding does not rest on it.
    public var previous: String?

    /// Escaped, so that nothing in a value can begin a line of its own.
    func assigning(_ value: String) -> String { "\(key.shown) = \(value.shown)" }
  }

  public var lines: [Line]

  /// The fragment for the settings of a remedy; values to go back to come from the evidence.
  public init(_ settings: [Remediation.Setting], evidence: [Evidence]) {
    lines = settings.map { setting in
      Line(
        key: setting.key, value: setting.value,
        previous: Self.previous(of: setting.key, in: evidence))
    }
  }

  /// `net.ipv4.tcp_tw_reuse = 1`, one line for each key, with a newline after each.
  public var text: String { lines.map { $0.assigning($0.value) + "\n" }.joined() }

  /// The lines that set the values from before; a comment where one is not known. Deleting the
  /// file alone would leave the running kernel as it is.
  public var undo: String { undoLines.map { $0 + "\n" }.joined() }

  var undoLines: [String] {
    lines.map { line in
      line.previous.map(line.assigning)
        ?? "# \(line.key.shown): the value from before is not known"
    }
  }

  private static func previous(of key: String, in evidence: [Evidence]) -> String? {
    for prefix in FactName.sysctlPrefixes {
      let fact = prefix + FactName.identifiers(ofKey: key)
      func value(_ path: String) -> String? {
        evidence.first { $0.fact == path }.flatMap { ValueText.kernelSpelling($0.value) }
      }
      if let whole = value(fact) { return whole }
      // A rule may have read the two ends of a port range and never the range.
      if let first = value(fact + ".first"), let last = value(fact + ".last") {
        return "\(first) \(last)"
      }
    }
    return nil
  }
}
