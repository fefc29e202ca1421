/// What is known of an assignment for the kernels that it may meet.
public struct SysctlJudgement: Hashable, Sendable {
  public enum Known: String, Hashable, Sendable {
    case known, removed, unknown
    case notYet = "not_yet"
    case notJudged = "not_judged"
  }

  public var known = Known.notJudged
  /// Of the kernels in question, those without the key.
  public var affectedKernels: [KernelVersion] = []
  public var suggestion: String?
  public var removedIn: String?
  public var addedIn: String?
  /// Why the kernel refuses the value.
  public var refused: String?
  /// Whether each network namespace has its own; nil for keys outside the catalogue.
  public var isNamespaced: Bool?
  public var vlanSpelling: String?
  /// Whether the catalogue has the key.
  public var isCatalogued = false

  /// - Parameter kernels: those in question; none where they are not known.
  init(_ statement: SysctlStatement, kernels: [KernelVersion]) {
    let key = statement.key
    let entry = SysctlCatalog.entry(for: key.dotted)
    isCatalogued = entry != nil
    isNamespaced = entry.map { $0.scope == .networkNamespace }
    vlanSpelling = Self.vlanSpelling(of: key)
    if vlanSpelling == nil { judgeName(key, kernels) } else { known = .unknown }
    if let entry, let value = statement.value {
      refused = SysctlRefusal.reason(value, entry, kernels)
    }
  }

  private mutating func judgeName(_ key: SysctlKey, _ kernels: [KernelVersion]) {
    guard let name = key.path.split(separator: 0x2f).last, !SysctlKey(path: Array(name)).isPattern
    else { return }
    let questions: [KernelVersion?] = kernels.isEmpty ? [nil] : kernels
    for kernel in questions {
      let status = SysctlNames.status(of: key.dotted, on: kernel)
      switch status {
      case .notJudged: return
      case .exists:
        if known == .notJudged { known = .known }
        continue
      case .removed(let version):
        known = .removed
        removedIn = version?.description ?? "4.18 or earlier"
      case .notYet(let added):
        if known != .removed { known = .notYet }
        addedIn = added.description
      case .unknown(let suggestions):
        known = .unknown
        suggestion = suggestion ?? suggestions.first
      }
      if let kernel { affectedKernels.append(kernel) }
    }
  }

  /// `net.ipv4.conf.eth0.100.rp_filter` names the key `rp_filter` of nothing: a dot in the name of an
  /// interface is written as a slash.
  private static func vlanSpelling(of key: SysctlKey) -> String? {
    let parts = key.path.split(separator: 0x2f)
    guard parts.count > 5, parts.count < 12 else { return nil }
    let words = parts.map { String(decoding: $0, as: UTF8.self) }
    guard words[0] == "net", words[1] == "ipv4" || words[1] == "ipv6",
      words[2] == "conf" || words[2] == "neigh"
    else { return nil }
    let interface = words[3..<words.count - 1].joined(separator: "/")
    let spelling = "\(words[0]).\(words[1]).\(words[2]).\(interface).\(words[words.count - 1])"
    guard SysctlNames.status(of: spelling, on: nil) == .exists else { return nil }
    return spelling
  }
}
