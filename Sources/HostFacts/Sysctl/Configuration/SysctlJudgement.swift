/// What is known of an assignment for the kernels that it may meet.
struct SysctlJudgement: Hashable, Sendable {
  enum Known: String, Hashable, Sendable {
    case known, removed, unknown
    case notYet = "not_yet"
    case notJudged = "not_judged"
  }

  var known = Known.notJudged
  /// Of the kernels in question, those without the key.
  var affectedKernels: [KernelVersion] = []
  var suggestion: String?
  var removedIn: String?
  var addedIn: String?
  /// Why the kernel refuses the value.
  var refused: SysctlRefusal.Reason?
  /// Whether each network namespace has its own; nil for keys outside the catalogue.
  var isNamespaced: Bool?
  var vlanSpelling: String?
  /// Whether the catalogue has the key.
  var isCatalogued = false

  /// Judges one by itself.
  init(_ statement: SysctlStatement, kernels: [KernelVersion]) {
    self = SysctlJudge(kernels: kernels)(statement)
  }

  fileprivate init() {}
}

/// Judges names and values of assignments.
struct SysctlJudge: Sendable {
  /// Those in question; none where they are not known.
  let kernels: [KernelVersion]
  /// The first port that needs no privilege, as the configuration has it: the range of local ports
  /// may not begin below.
  private var firstUnprivilegedPort = 1024

  init(kernels: [KernelVersion]) { self.kernels = kernels }

  init(kernels: [KernelVersion], after boot: SysctlBoot) {
    self.kernels = kernels
    let port = boot.decider(of: SysctlKey("net.ipv4.ip_unprivileged_port_start"))
      .flatMap { boot.statements[$0].value }.flatMap(KernelNumber.init)
    if case .integer(let port)? = port?.value { firstUnprivilegedPort = port }
  }

  func callAsFunction(_ statement: SysctlStatement) -> SysctlJudgement {
    let key = statement.key
    let entry = SysctlCatalog.entry(for: key.dotted)
    var judgement = SysctlJudgement()
    judgement.isCatalogued = entry != nil
    judgement.isNamespaced = entry.map { $0.scope == .networkNamespace }
    judgement.vlanSpelling = Self.vlanSpelling(of: key)
    if judgement.vlanSpelling == nil {
      judgeName(key, &judgement)
    } else {
      judgement.known = .unknown
    }
    if let entry = entry ?? SysctlLimits.entry(for: key.dotted), let value = statement.value {
      judgement.refused = SysctlRefusal(entry, firstUnprivilegedPort: firstUnprivilegedPort)
        .reason(value, kernels)
    }
    return judgement
  }

  private func judgeName(_ key: SysctlKey, _ judgement: inout SysctlJudgement) {
    guard !key.endsInPattern else { return }
    let dotted = key.dotted
    for kernel in kernels.isEmpty ? [nil] : kernels.map(Optional.some) {
      switch SysctlNames.status(of: dotted, on: kernel) {
      case .notJudged: return
      case .unknown(let suggestions):
        judgement.known = .unknown
        judgement.suggestion = suggestions.first
        judgement.affectedKernels = kernels
        return
      case .exists:
        if judgement.known == .notJudged { judgement.known = .known }
        continue
      case .removed(let version):
        judgement.known = .removed
        judgement.removedIn = version?.description ?? "4.18 or earlier"
      case .notYet(let added):
        if judgement.known != .removed { judgement.known = .notYet }
        judgement.addedIn = added.description
      }
      if let kernel { judgement.affectedKernels.append(kernel) }
    }
  }

  /// `net.ipv4.conf.eth0.100.rp_filter` is the key of nothing: a dot in the name of an interface is
  /// written as a slash. Nil where that is not what happened.
  private static func vlanSpelling(of key: SysctlKey) -> String? {
    // The rest costs more, and of most keys there is no need.
    guard key.path.starts(with: "net/ipv".utf8) else { return nil }
    let parts = key.components
    guard 6...12 ~= parts.count else { return nil }
    let words = parts.map { String(decoding: $0, as: UTF8.self) }
    guard words[0] == "net", words[1] == "ipv4" || words[1] == "ipv6",
      words[2] == "conf" || words[2] == "neigh"
    else { return nil }
    let interface = words[3..<words.count - 1].joined(separator: "/")
    let spelling = "\(words[0]).\(words[1]).\(words[2]).\(interface).\(words[words.count - 1])"
    return SysctlNames.status(of: spelling, on: nil) == .exists ? spelling : nil
  }
}
