internal import CEL

/// Kernel parameters as `/proc/sys` shows them to the calling thread: what is below
/// `/proc/sys/net` belongs to the network namespace of whoever opens it, and this is why an
/// open file cannot be kept over setns(2).
struct ProcSys: Sendable {
  /// Of each entry of the catalogue that was asked for, by key.
  let readings: [String: Reading<SysctlValue>]

  init(_ readings: [String: Reading<SysctlValue>]) { self.readings = readings }

  /// Reads the entries of the catalogue. `version` and `inInitialNamespace` only explain why a key
  /// is not there.
  static func read(
    _ entries: [SysctlEntry], from root: HostRoot, version: KernelVersion?,
    inInitialNamespace: Bool?
  ) -> ProcSys {
    if (try? root.status("/proc/sys")) == nil, let why = missing("/proc/sys", root) {
      return unavailable(entries, why)
    }
    var readings: [String: Reading<SysctlValue>] = [:]
    /// Directories that show something, and those that are not there.
    var shown: Set<String> = []
    var hidden: [String: Unreadable] = [:]
    for entry in entries {
      let reading = read(entry, from: root, version) {
        entry.absence(on: version, initialNamespace: inInitialNamespace)
      }
      readings[entry.key] = reading
      if case .absent = reading { continue }
      let directory = directory(of: entry.key)
      if !shown.contains(directory), path(of: entry.key).hasPrefix(directory + "/") {
        shown.insert(directory)
      }
    }
    if shown.isEmpty, let why = missing("/proc/sys", root) { return unavailable(entries, why) }
    for entry in entries {
      guard case .absent = readings[entry.key] else { continue }
      let directory = directory(of: entry.key)
      if shown.contains(directory) { continue }
      if hidden[directory] == nil {
        hidden[directory] = missing(directory, root)
        if hidden[directory] == nil { shown.insert(directory) }
      }
      if let why = hidden[directory] { readings[entry.key] = .unavailable(why) }
    }
    return ProcSys(readings)
  }

  /// Every entry unavailable for one reason.
  static func unavailable(_ entries: [SysctlEntry], _ why: Unreadable) -> ProcSys {
    var readings: [String: Reading<SysctlValue>] = [:]
    for entry in entries { readings[entry.key] = .unavailable(why) }
    return ProcSys(readings)
  }

  private static func read(
    _ entry: SysctlEntry, from root: HostRoot, _ version: KernelVersion?, absence: () -> String
  ) -> Reading<SysctlValue> {
    // The kernel gives a list of ports only as far as the first read(2) has room
    // (kernel/sysctl.c, proc_do_large_bitmap); every second port listed is 200 KB.
    let chunk = entry.kind == .portSet ? 1 << 18 : 1 << 12
    switch root.text(path(of: entry.key), chunk: chunk) {
    case .value(let text, let origin):
      return SysctlValue(text, kind: entry.kind).map { .value($0, origin) }
        ?? .unavailable(.init("'\(shown(text))' is not \(entry.kind.expectation)"))
    case .absent: return .absent(absence())
    case .unavailable(let why):
      // What a report lacks may be what its kernel lacks.
      let isExplained = root.report != nil && version.map(entry.mayBeMissing) == true
      return isExplained ? .absent(absence()) : .unavailable(why)
    }
  }

  /// A message quotes the beginning of a text only.
  private static func shown(_ text: String) -> String {
    let text = trimmed(text)
    return text.count > 40 ? "\(text.prefix(40))…" : text
  }

  /// The directory that every kernel has, whatever it was built with, and without which nothing can
  /// be said of the key.
  private static func directory(of key: String) -> String {
    if key.hasPrefix("net.core.") { return "/proc/sys/net/core" }
    // IPv6 and netfilter may be missing from a kernel.
    if key.hasPrefix("net.") { return "/proc/sys/net/ipv4" }
    return "/proc/sys/\(Substring(key.utf8.prefix { $0 != UInt8(ascii: ".") }))"
  }

  /// Why there are no parameters at all in a directory; nil where there are. A container's runtime
  /// may have mounted something empty over it, and `/proc` with `subset=pid` has none (proc(5)).
  private static func missing(_ directory: String, _ root: HostRoot) -> Unreadable? {
    do throws(ReadFailure) {
      var entries = try root.directory(directory)
      if entries.next() != nil { return nil }
      if entries.failure != 0 { throw .system(entries.failure) }
    } catch {
      if !root.hasProc { return .init("'/proc' is not mounted") }
      if !error.isAbsence { return error.unreadable(directory) }
    }
    return .init("'\(directory)' is not there: hidden or not mounted")
  }

  /// The file of a dotted key. As sysctl(8) has it, the first separator decides: after a dot, a
  /// slash stands for a dot in a name (`net.ipv4.conf.eth0/100.forwarding`).
  static func path(of key: String) -> String {
    let separators: [UInt8] = [UInt8(ascii: "."), UInt8(ascii: "/")]
    guard let first = key.utf8.first(where: separators.contains) else { return "/proc/sys/" + key }
    let swapped = key.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "."): first == byte ? UInt8(ascii: "/") : byte
      case UInt8(ascii: "/"): first == byte ? byte : UInt8(ascii: ".")
      default: byte
      }
    }
    return "/proc/sys/" + String(decoding: swapped, as: UTF8.self)
  }
}

// MARK: - Typed access

extension ProcSys {
  /// A number, such as `net.ipv4.tcp_tw_reuse`.
  func integer(_ key: String) -> Reading<Int> {
    pick(key) { if case .integer(let number) = $0 { number } else { nil } }
  }

  /// A range of ports, such as `net.ipv4.ip_local_port_range`.
  func portRange(_ key: String) -> Reading<PortRange> {
    pick(key) { if case .portRange(let range) = $0 { range } else { nil } }
  }

  /// A list of ports, such as `net.ipv4.ip_local_reserved_ports`.
  func portSet(_ key: String) -> Reading<IntegerSet> {
    pick(key) { if case .portSet(let ports) = $0 { ports } else { nil } }
  }

  private func pick<Result: Sendable>(_ key: String, _ cast: (SysctlValue) -> Result?)
    -> Reading<Result>
  {
    guard let reading = readings[key] else {
      return .unavailable(.init("'\(key)' was not read"))
    }
    return reading.flatMap { value, origin in
      cast(value).map { .value($0, origin) }
        ?? .unavailable(.init("'\(key)' is of another type"))
    }
  }
}

// MARK: - As facts

extension ProcSys {
  /// The entries under `sysctl`: those that the audited namespace shows.
  static let ofNamespace = SysctlCatalog.entries.filter {
    $0.scope == .networkNamespace || $0.scope == .sharedReadOnly
  }

  /// The entries under `host.sysctl`: one value for the host, read outside any other namespace.
  static let ofHost = SysctlCatalog.entries.filter {
    $0.scope == .host || $0.scope == .initialNamespace
  }

  static let tree = tree(
    "Sysctl", "Kernel parameters of the audited network namespace.", ofNamespace)
  static let treeOfHost = tree("HostSysctl", "Kernel parameters of the whole host.", ofHost)

  private static func tree(_ name: String, _ documentation: String, _ entries: [SysctlEntry])
    -> FactTree
  {
    FactTree(
      name, documentation,
      entries.map { entry in
        // Only last components have characters that no name in an expression has.
        let last = entry.key.utf8.split(separator: UInt8(ascii: ".")).last.map(Substring.init)
        let path = entry.fieldPath
        return .init(
          path, entry.kind.factType, "`\(entry.key)`: \(entry.documentation)",
          spelling: last.flatMap { $0 == path.last ?? "" ? nil : String($0) })
      })
  }

  /// The `sysctl` variable.
  var factValue: CEL.Value { value(Self.tree, Self.ofNamespace) }

  /// The value of `host.sysctl`.
  var hostFactValue: CEL.Value { value(Self.treeOfHost, Self.ofHost) }

  private func value(_ tree: FactTree, _ entries: [SysctlEntry]) -> CEL.Value {
    tree.value { _, index in
      guard let reading = readings[entries[index].key] else {
        return .unavailable(Missing(reason: "it was not read"))
      }
      switch reading {
      case .value(let value, let origin): return .value(value.factValue, origin)
      case .absent(let why): return .absent(why)
      case .unavailable(let why):
        return .unavailable(Missing(reason: why.reason, grant: why.grant))
      }
    }
  }
}
