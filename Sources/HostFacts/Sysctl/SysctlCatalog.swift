/// The sysctls that become typed facts, with what is known of each.
///
/// Types, scopes, ranges and defaults follow the kernel's own tables (`net/ipv4/sysctl_net_ipv4.c`,
/// `net/core/sysctl_net_core.c`, `net/netfilter/nf_conntrack_standalone.c`, `kernel/sysctl.c`) and
/// the documents that an entry names. A default is given only where the kernel compiles in a
/// constant. The longer list of names without types is `SysctlNames`.
enum SysctlCatalog {
  /// Sorted by key.
  static let entries: [SysctlEntry] =
    (ports + timeWait + connections + listenQueues + buffers + connectionTracking + host)
    .sorted { $0.key < $1.key }

  /// The names of the entries, as keys and in bytes.
  static let keys = entries.map { (key: SysctlKey($0), name: Array($0.key.utf8)) }

  /// The entry of a dotted key; nil where the catalogue has none.
  static func entry(for key: String) -> SysctlEntry? {
    positions[key].map { entries[$0] }
  }

  private static let positions = Dictionary(
    entries.enumerated().map { ($0.element.key, $0.offset) },
    uniquingKeysWith: { first, _ in first })
}
