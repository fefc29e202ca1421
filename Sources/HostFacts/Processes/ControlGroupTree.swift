/// The control groups of cgroup v2 by number, which is the inode of their directory and what
/// `INET_DIAG_CGROUP_ID` tells of a socket: the group in which it was created.
struct ControlGroupTree: Sendable {
  let paths: [UInt64: String]

  /// Walks the cgroup2 mount until every wanted group is found. Empty where there is none.
  static func read(_ wanted: Set<UInt64>, root: HostRoot, deadline: Deadline) -> ControlGroupTree {
    var paths: [UInt64: String] = [:]
    let mounts = MountInfo.parse(root.text("/proc/self/mountinfo").value ?? "")
    // A bind mount of a part would give paths that do not begin at the top.
    guard let mount = mounts.first(where: { $0.type == "cgroup2" && $0.root == "/" }),
      let top = try? root.status(mount.path)
    else { return ControlGroupTree(paths: [:]) }
    if wanted.contains(top.inode) { paths[top.inode] = "/" }
    var pending = [""]
    while let path = pending.popLast(), paths.count < wanted.count, !deadline.hasPassed {
      guard var directory = try? root.directory(mount.path + path) else { continue }
      while let entry = directory.next() {
        guard entry.isDirectory else { continue }
        let inner = path + "/" + entry.name
        if wanted.contains(entry.inode) { paths[entry.inode] = inner }
        pending.append(inner)
      }
    }
    return ControlGroupTree(paths: paths)
  }

  /// The unit in which a group's sockets were created, where all were created in one.
  func group(_ numbers: [UInt64]) -> ControlGroup? {
    guard numbers.count == 1, let number = numbers.first else { return nil }
    return paths[number].map { ControlGroup(path: $0) }
  }
}
