internal import CEL

/// A kernel parameter that the configuration sets: what it gives, and what the kernel has.
struct ConfiguredSysctl: Sendable {
  var key: SysctlKey
  /// The statement that wins.
  var winner: SysctlAssignment
  /// Every statement that names the key and is written, and the pattern where one decides, in the
  /// order of boot.
  var assignments: [SysctlAssignment]
  /// The range of ephemeral ports that is configured with it.
  var ephemeralRange = ReplacedPorts.defaultRange
  /// What the kernel has.
  var running: Reading<String> = .absent("no kernel is looked at")
  /// Whether the kernel has another value than the configuration gives.
  var drifts: Reading<Bool> = .absent("no kernel is looked at")
  /// What else sets the key while the host runs.
  var liveOwner: Reading<String> = .absent("nothing else is known to set it")
}

extension ConfiguredSysctl: FactObject {
  static let typeName = "ConfiguredSysctl"
  static let documentation = """
    A kernel parameter that the configuration sets, with the line that wins and those that lose.
    """
  var factOrigin: Origin? { .file(winner.statement.location) }

  static let fields: FactFields<ConfiguredSysctl> = [
    .init("key", \.name, "The key with dots.", key: true),
    .init("value", \.value, "What the configuration gives it."),
    .init("writer", \.writer, "Who writes it last, as in `SysctlAssignment`."),
    .init("path", \.path, "The file that decides."),
    .init("line", \.line, "The line that decides, from 1."),
    .init("catalogued", \.isCatalogued, "Whether Sockwise knows the key's type."),
    .init(
      "running", \.running,
      "What the kernel has, several values parted by single spaces.", optional: true),
    .init(
      "drifts", \.drifts,
      "Whether the kernel has another value, however the two are written.", optional: true),
    .init("assignments", \.assignments, "All lines that name it, in the order of boot."),
    .init("writers", \.writers, "Who writes it, each once, in the order of boot."),
    .init(
      "live_owner", \.liveOwner,
      "What sets it while the host runs: `docker`, `kube-proxy`, `networkd`, `tuned`, ….",
      optional: true),
    .init(
      "replaced_ports", \.replacedPorts,
      """
      Of net.ipv4.ip_local_reserved_ports: ports of the range of ephemeral ports, as it is \
      configured, that other files list and the list that wins lacks. Empty where that list is.
      """),
    .init(
      "merged_ports", \.mergedPorts,
      "Of net.ipv4.ip_local_reserved_ports, where lists of other files are replaced: one for all.",
      optional: true),
  ]

  var name: String { key.dotted }
  var value: String { winner.value }
  var writer: String { winner.writer }
  var path: String { winner.path }
  var line: Int { winner.line }
  var isCatalogued: Bool { winner.isCatalogued || SysctlCatalog.entry(for: name) != nil }
  var writers: [String] {
    var names: [String] = []
    for assignment in assignments where assignment.hasValue && !names.contains(assignment.writer) {
      names.append(assignment.writer)
    }
    return names
  }
}
