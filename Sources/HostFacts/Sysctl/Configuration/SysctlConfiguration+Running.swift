internal import CEL

extension SysctlConfiguration {
  /// How many parameters are read of the kernel to compare them.
  private static let mostCompared = 2_000

  /// Says of each key what the kernel has: that of the network namespace of the calling thread.
  mutating func compare(with root: HostRoot, tuned: TunedProfile) {
    guard root.line("/proc/sys/kernel/osrelease").value != nil else { return }
    isWithoutHost = false
    let owners = SysctlOwner.present(on: root)
    let tuned = tuned.isActive ? Set(tuned.statements.map(\.key)) : []
    for index in keys.elements.indices {
      let key = keys.elements[index].key
      if tuned.contains(key) {
        keys.elements[index].liveOwner = .value("tuned", .derived([]))
      } else if let owner = owners.first(where: { $0.sets(key) }) {
        keys.elements[index].liveOwner = .value(
          owner.name, .file(SourceLocation(path: owner.evidence)))
      }
      guard index < Self.mostCompared else {
        let why = Unreadable("only the first \(Self.mostCompared) keys are compared")
        keys.elements[index].running = .unavailable(why)
        keys.elements[index].drifts = .unavailable(why)
        continue
      }
      keys.elements[index].compare(with: root)
    }
  }
}

extension ConfiguredSysctl {
  fileprivate mutating func compare(with root: HostRoot) {
    if key.isSecret {
      running = .absent("secrets are not read")
      drifts = .absent("secrets are not read")
      return
    }
    let path = "/proc/sys/" + String(decoding: key.path, as: UTF8.self)
    guard !key.hasParent else { return }
    running = root.text(path, chunk: 1 << 18).flatMap { text, origin in
      .value(words(text).joined(separator: " "), origin)
    }
    switch running {
    case .value(let text, let origin):
      guard let configured = winner.statement.value else { return }
      if case .unavailable(let why) = winner.isInEffect {
        drifts = .unavailable(why)
      } else {
        drifts = .value(
          !SysctlComparison.same(key, configured: configured, running: text),
          .derived([.file(winner.statement.location), origin]))
      }
    case .absent(let why): drifts = .absent(why)
    case .unavailable(let why): drifts = .unavailable(why)
    }
  }
}
