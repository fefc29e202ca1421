internal import CEL

/// Which units have processes, by systemd's control groups.
struct UnitActivity {
  /// Whether processes run in the groups of each unit.
  var units: [String: Bool] = [:]
  /// Why not all groups were looked at.
  var gap: Unreadable?

  /// More groups than a host has units and containers.
  private static let mostGroups = 20_000

  /// Walks systemd's hierarchy: cgroup v2, or v1's `name=systemd`. Nil where systemd is not PID 1.
  static func read(_ root: HostRoot, deadline: Deadline) -> UnitActivity? {
    guard Init.read(root).isSystemd.value == true else { return nil }
    var activity = UnitActivity()
    let mounts = MountInfo.parse(root.text("/proc/self/mountinfo").value ?? "")
    let own = mounts.first { $0.type == "cgroup" && $0.options.contains("name=systemd") }
    guard let mount = own ?? mounts.first(where: { $0.type == "cgroup2" && $0.root == "/" }) else {
      activity.gap = .init("systemd's control groups are not mounted")
      return activity
    }
    var pending = [mount.path]
    var count = 0
    while let path = pending.popLast() {
      count += 1
      if deadline.hasPassed || count > mostGroups {
        activity.gap = .init("not all control groups were looked at")
        break
      }
      activity.add(path, root, isVersion1: mount.type == "cgroup")
      // Only slices have units below them; what a service has inside is its own.
      guard path == mount.path || path.hasSuffix(".slice") else { continue }
      guard var directory = try? root.directory(path) else { continue }
      while let entry = directory.next() {
        if entry.isDirectory { pending.append("\(path)/\(entry.name)") }
      }
    }
    return activity
  }

  private mutating func add(_ path: String, _ root: HostRoot, isVersion1: Bool) {
    var name = lastComponent(path)
    if name.hasPrefix("_") { name.removeFirst() }
    guard let unit = UnitName(name), UnitNameMap.types.contains(unit.type) else { return }
    let isPopulated =
      isVersion1
      ? Self.hasProcesses(path, root)
      : root.bytes("\(path)/cgroup.events", isNoted: false).value
        .map { String(decoding: $0, as: UTF8.self).contains("populated 1") }
    units[name] = units[name] == true || isPopulated == true
  }

  /// A group of cgroup v1 does not say whether those below it have processes.
  private static func hasProcesses(_ path: String, _ root: HostRoot) -> Bool {
    var pending = [path]
    var count = 0
    while let path = pending.popLast(), count < 100 {
      count += 1
      if root.bytes("\(path)/cgroup.procs", isNoted: false).value?.isEmpty == false { return true }
      guard var directory = try? root.directory(path) else { continue }
      while let entry = directory.next() {
        if entry.isDirectory { pending.append("\(path)/\(entry.name)") }
      }
    }
    return false
  }

  func isActive(_ names: [String]) -> Reading<Bool> {
    let isActive = names.contains { units[$0] == true }
    if !isActive, let gap { return .unavailable(gap) }
    return .value(isActive, .dump("control groups"))
  }
}
