internal import CEL

/// The kernels that an image may boot: what is not configured has their defaults.
struct ImageKernels: Hashable, Sendable {
  /// Each version once, the oldest first.
  let versions: [KernelVersion]
  /// Whether somebody named them, rather than the image.
  private var areNamed = false

  init(_ versions: [KernelVersion]) { self.versions = Set(versions).sorted() }

  /// Looks for kernels and their modules. A container's image has neither.
  init(_ root: HostRoot) {
    var names: [String] = []
    for directory in ["/lib/modules", "/usr/lib/modules"] {
      names += (try? root.names(directory)) ?? []
    }
    let prefix = "vmlinuz-"
    for name in (try? root.names("/boot")) ?? [] where name.utf8.starts(with: prefix.utf8) {
      names.append(String(name.dropFirst(prefix.count)))
    }
    self.init(names.compactMap { KernelRelease($0)?.version })
  }

  /// Those that somebody names, else those of the image.
  init(_ named: [KernelVersion], or root: HostRoot) {
    self = named.isEmpty ? ImageKernels(root) : ImageKernels(named)
    areNamed = !named.isEmpty
  }

  /// The release, as far as it is known: its first two numbers.
  var release: Reading<KernelRelease> {
    common("its release") { version in
      KernelRelease("\(version)").map { .value($0, .derived([])) }
        ?? .unavailable(.init("'\(version)' is not a kernel release"))
    }
  }

  /// What they all have in common; unavailable where there are none, or they differ.
  func common<Value: Equatable & Sendable>(
    _ what: String, _ value: (KernelVersion) -> Reading<Value>
  ) -> Reading<Value> {
    guard let last = versions.last else {
      return .unavailable(
        .init("which kernel the image boots is not known", grant: "--kernel VERSION"))
    }
    let result = value(last)
    guard versions.allSatisfy({ value($0).says(as: result) }) else {
      let names = versions.map(\.description).joined(separator: ", ")
      return .unavailable(
        areNamed
          ? .init("\(what) differs among the kernels \(names)", grant: "one --kernel alone")
          : .init("\(what) differs among the image's kernels \(names)", grant: "--kernel VERSION"))
    }
    return result
  }
}

extension HostRoot {
  /// Whether it has files only, and nothing of a kernel that runs or ran.
  var isImage: Bool {
    guard !isLive, recording == nil else { return false }
    return (try? status("/proc/sys")) == nil
  }
}

extension Reading where Value: Equatable {
  /// Whether it says the same, wherever it is from.
  fileprivate func says(as other: Reading) -> Bool {
    switch (self, other) {
    case (.value(let left, _), .value(let right, _)): left == right
    case (.absent, .absent), (.unavailable, .unavailable): true
    default: false
    }
  }
}

extension ProcSys {
  /// The parameters that a host has once it has booted an image: what is configured, and the kernel's
  /// defaults for the rest.
  static func ofImage(
    _ entries: [SysctlEntry], _ configuration: SysctlConfiguration, _ kernels: ImageKernels
  ) -> ProcSys {
    let configured = Dictionary(
      configuration.keys.elements.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var readings: [String: Reading<SysctlValue>] = [:]
    for entry in entries {
      let unset = kernels.common("the default of '\(entry.key)'") { version in
        Self.unset(entry, on: version, bootsSystemd: configuration.isReadBySystemd)
      }
      var reading = unset
      if let key = configured[entry.key] {
        reading = key.onceBooted(as: entry) ?? unset
        if case .absent = unset { reading = unset }
      } else if let why = configuration.keys.rest {
        reading = .unavailable(why)
      }
      readings[entry.key] = reading
    }
    return ProcSys(readings)
  }

  /// What a kernel has where nothing is configured. PID 1 sets some itself (main.c of systemd).
  private static func unset(_ entry: SysctlEntry, on version: KernelVersion, bootsSystemd: Bool)
    -> Reading<SysctlValue>
  {
    if entry.removed.map({ version >= $0 }) == true || entry.added.map({ version < $0 }) == true
      || entry.condition == .vendor
    {
      return .absent(entry.absence(on: version))
    }
    if case .module? = entry.condition {
      return .unavailable(.init("an image does not tell which modules are loaded"))
    }
    let systemd = bootsSystemd ? Self.ofSystemd[entry.key] : nil
    guard let text = systemd ?? entry.defaultText(on: version),
      let value = SysctlValue(text, kind: entry.kind)
    else {
      return .unavailable(.init("the default of '\(entry.key)' depends on the machine"))
    }
    return .value(
      value, .defaultValue(systemd == nil ? "Linux \(version)" : "systemd on Linux \(version)"))
  }

  private static let ofSystemd = [
    "net.unix.max_dgram_qlen": "512", "fs.file-max": "9223372036854775807",
  ]
}

extension ConfiguredSysctl {
  /// The value after boot; nil where the kernel refuses what is configured.
  fileprivate func onceBooted(as entry: SysctlEntry) -> Reading<SysctlValue>? {
    if case .unavailable(let why) = winner.isInEffect { return .unavailable(why) }
    guard winner.judgement.refused == nil, let bytes = winner.statement.value else { return nil }
    let text =
      entry.kind.numbers == 0
      ? value
      : KernelNumber.list(bytes, atMost: entry.kind.numbers).map(\.value.text)
        .joined(separator: " ")
    // Where the kernel is given too few numbers, the others stay.
    return SysctlValue(text, kind: entry.kind)
      .map { .value($0, .file(winner.statement.location)) }
      ?? .unavailable(.init("'\(value)' sets only a part of '\(entry.key)'"))
  }
}
