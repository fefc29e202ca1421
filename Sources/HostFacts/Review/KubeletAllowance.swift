internal import CEL

/// A kernel parameter, or a group of them, that a kubelet lets pods set although it is not on its safe
/// list: an element of `allowedUnsafeSysctls` of its configuration.
/// https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#enabling-unsafe-sysctls
struct KubeletAllowance: Hashable, Sendable {
  let location: SourceLocation
  fileprivate let path: [UInt8]
  /// Whether `*` ends it, which stands for anything.
  fileprivate let isPrefix: Bool

  /// The groups of parameters that the kubelet knows to have a namespace; with any other pattern it
  /// ends ("are not known to be namespaced"; NewAllowlist in pkg/kubelet/sysctl/allowlist.go).
  static let groups = "net.*, kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.*"
  private static let beginnings = ["net/", "kernel/shm", "kernel/msg", "fs/mqueue/"]

  /// Whether a kubelet takes it.
  var isAccepted: Bool {
    path.elementsEqual("kernel/sem".utf8)
      || Self.beginnings.contains { path.starts(with: $0.utf8) }
  }

  init(_ pattern: String, location: SourceLocation) {
    self.location = location
    isPrefix = pattern.utf8.last == UInt8(ascii: "*")
    let beginning = isPrefix ? pattern.dropLast() : pattern[...]
    // A key drops the separator at its end.
    let endsComponent = isPrefix && (beginning.hasSuffix(".") || beginning.hasSuffix("/"))
    path = SysctlKey(beginning).path + (endsComponent ? [UInt8(ascii: "/")] : [])
  }
}

/// All of them that were found; looking one up costs the same however many there are.
struct KubeletAllowances: Sendable {
  private var whole: [[UInt8]: KubeletAllowance] = [:]
  private var beginnings: [[UInt8]: KubeletAllowance] = [:]

  /// Longer than any key that there is.
  private static let longestBeginning = 256

  init(_ allowances: [KubeletAllowance] = []) {
    for allowance in allowances {
      if !allowance.isPrefix {
        whole[allowance.path] = whole[allowance.path] ?? allowance
      } else if allowance.path.count <= Self.longestBeginning {
        beginnings[allowance.path] = beginnings[allowance.path] ?? allowance
      }
    }
  }

  /// The one that allows a key: the first that names it, else the shortest beginning.
  func allowance(for key: SysctlKey) -> KubeletAllowance? {
    if let allowance = whole[key.path] { return allowance }
    guard !beginnings.isEmpty else { return nil }
    return (0...min(key.path.count, Self.longestBeginning)).lazy
      .compactMap { beginnings[Array(key.path.prefix($0))] }.first
  }
}
