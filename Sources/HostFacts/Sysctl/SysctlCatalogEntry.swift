/// A sysctl that Sockwise knows: its type, scope, versions and defaults.
struct SysctlEntry: Sendable {
  /// How the value reads.
  enum Kind: Hashable, Sendable {
    case integer
    /// Two ports, first and last: `ip_local_port_range`.
    case portRange
    /// A list such as `8080,9000-9010`, empty for none: `ip_local_reserved_ports`.
    case portSet
    /// So many integers on one line.
    case integers(count: Int)
    case string
  }

  /// Whose value it is.
  enum Scope: Hashable, Sendable {
    /// Every network namespace has its own, and a new one starts from the kernel's default.
    case networkNamespace
    /// One value for the host; only the initial network namespace has the file.
    case initialNamespace
    /// One value for the host, which other network namespaces show read-only.
    case sharedReadOnly
    /// One value for the host, nothing to do with network namespaces.
    case host
  }

  /// Why a kernel may lack the key whatever its version.
  enum Condition: Hashable, Sendable {
    /// Needs this module, or its code built in.
    case module(String)
    /// Needs this kernel option.
    case option(String)
    /// Only kernels of some vendors have it.
    case vendor
  }

  /// Something that holds from a version on, until the next one listed.
  struct Since<Value: Sendable>: Sendable {
    /// Nil: for as long as anyone need know.
    let version: KernelVersion?
    let value: Value
  }

  /// Dotted, such as `net.ipv4.tcp_tw_reuse`.
  let key: String
  let kind: Kind
  let scope: Scope
  /// One sentence with the unit, and the document it follows.
  let documentation: String
  /// The first version with the key; nil: 4.18 or earlier.
  let added: KernelVersion?
  /// The first version without it; nil: still there.
  let removed: KernelVersion?
  /// For a key that other network namespaces once lacked: the first version in which they have it.
  let inChildrenSince: KernelVersion?
  let condition: Condition?
  /// The values that the kernel accepts, where it checks; oldest first.
  let allowed: [Since<ClosedRange<Int>>]
  /// The default as `/proc/sys` shows it, where it is a constant; oldest first.
  let defaults: [Since<String>]

  init(
    _ key: String, _ documentation: String, kind: Kind = .integer,
    scope: Scope = .networkNamespace, added: KernelVersion? = nil, removed: KernelVersion? = nil,
    inChildrenSince: KernelVersion? = nil, condition: Condition? = nil,
    allowed: [Since<ClosedRange<Int>>] = [], defaults: [Since<String>] = []
  ) {
    self.key = key
    self.kind = kind
    self.documentation = documentation
    self.scope = scope
    self.added = added
    self.removed = removed
    self.inChildrenSince = inChildrenSince
    self.condition = condition
    self.allowed = allowed
    self.defaults = defaults
  }

  /// The components of the key as names of nested fields: `fs.file-max` is `["fs", "file_max"]`.
  var fieldPath: [String] {
    key.utf8.split(separator: UInt8(ascii: ".")).map { component in
      String(
        decoding: component.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 },
        as: UTF8.self)
    }
  }

  /// The default on a kernel, as `/proc/sys` would show it; nil where it depends on memory, on the
  /// architecture or on how the kernel was configured, or is not known.
  func defaultText(on version: KernelVersion) -> String? { Self.last(defaults, on: version) }

  /// The values that a kernel accepts; nil where it takes any, or is not known to check.
  func allowedRange(on version: KernelVersion) -> ClosedRange<Int>? {
    Self.last(allowed, on: version)
  }

  private static func last<Value>(_ list: [Since<Value>], on version: KernelVersion) -> Value? {
    list.last { entry in entry.version.map { $0 <= version } ?? true }?.value
  }
}

extension SysctlEntry.Since {
  static func always(_ value: Value) -> Self { .init(version: nil, value: value) }
  static func since(_ major: Int, _ minor: Int, _ value: Value) -> Self {
    .init(version: KernelVersion(major, minor), value: value)
  }
}

// MARK: - Absence

extension SysctlEntry {
  /// Whether a kernel need not have the key.
  func mayBeMissing(on version: KernelVersion) -> Bool {
    if let added, version < added { return true }
    if let removed, version >= removed { return true }
    return condition != nil
  }

  /// Why a kernel does not have the key, for one that turned out to lack it.
  ///
  /// - Parameters:
  ///   - version: the running kernel's, nil where it is not known.
  ///   - initialNamespace: whether the network namespace looked at is the initial one, nil where that
  ///     is not known.
  func absence(on version: KernelVersion?, initialNamespace: Bool? = true) -> String {
    if let removed, version.map({ $0 >= removed }) ?? true { return "removed in Linux \(removed)" }
    if let version, let added, version < added {
      return "added in Linux \(added); this kernel is \(version)"
    }
    if initialNamespace != true, let why = absenceFromChildren(on: version) {
      return initialNamespace == false
        ? why : "the kernel has no such key, or only its initial network namespace shows it"
    }
    switch condition {
    case .module(let name): return "the kernel has no such key (module \(name) not loaded?)"
    case .option(let name): return "the kernel has no such key (built without \(name)?)"
    case .vendor: return "only kernels of some vendors have this key"
    case nil: return "the kernel has no such key"
    }
  }

  /// Why a network namespace other than the initial one lacks the key; nil where it should not.
  private func absenceFromChildren(on version: KernelVersion?) -> String? {
    switch scope {
    case .host: return nil
    case .initialNamespace:
      return "a host-wide setting that only the initial network namespace shows"
    case .networkNamespace, .sharedReadOnly:
      guard let inChildrenSince, let version, version < inChildrenSince else { return nil }
      return "only the initial network namespace shows it before Linux \(inChildrenSince)"
    }
  }
}
