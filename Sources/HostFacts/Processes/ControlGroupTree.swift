/// The control groups of cgroup v2 by number, which is the inode of their directory and what
/// `INET_DIAG_CGROUP_ID` tells of a socket: the group in which it was created.
struct ControlGroupTree: Sendable {
  let paths: [UInt64: String]
  /// Whether a wanted group without a path is gone.
  private var isWhole = false
  /// The directory where it is mounted; nil where it is not.
  private var mount: String?

  /// Walks the cgroup2 mount until every wanted group is found. Empty where there is none.
  static func read(_ wanted: Set<UInt64>, root: HostRoot, deadline: Deadline) -> ControlGroupTree {
    var paths: [UInt64: String] = [:]
    let mounts = MountInfo.parse(root.text("/proc/self/mountinfo").value ?? "")
    // A bind mount of a part would give paths that do not begin at the top.
    guard let mount = mounts.first(where: { $0.type == "cgroup2" && $0.root == "/" }),
      let top = try? root.status(mount.path)
    else { return ControlGroupTree() }
    // A namespace of control groups shows a part as if it were all.
    var isWhole = (try? root.status("/proc/self/ns/cgroup").inode) == initialNamespace
    if wanted.contains(top.inode) { paths[top.inode] = "/" }
    var pending = [""]
    while paths.count < wanted.count, let path = pending.popLast() {
      if deadline.hasPassed {
        isWhole = false
        break
      }
      var directory: Directory
      do throws(ReadFailure) {
        directory = try root.directory(mount.path + path)
      } catch {
        if !error.isAbsence { isWhole = false }
        continue
      }
      while let entry = directory.next() {
        guard entry.isDirectory else { continue }
        let inner = path + "/" + entry.name
        if wanted.contains(entry.inode) { paths[entry.inode] = inner }
        pending.append(inner)
      }
      if directory.failure != 0 { isWhole = false }
    }
    return ControlGroupTree(paths: paths, isWhole: isWhole, mount: mount.path)
  }

  /// PROC_CGROUP_INIT_INO in include/linux/proc_ns.h.
  private static let initialNamespace: UInt64 = 0xefff_fffb

  private init(paths: [UInt64: String] = [:], isWhole: Bool = false, mount: String? = nil) {
    self.paths = paths
    self.isWhole = isWhole
    self.mount = mount
  }

  /// The unit in which a group's sockets were created, where all were created in one.
  func group(_ numbers: [UInt64]) -> ControlGroup? {
    guard numbers.count == 1, let number = numbers.first else { return nil }
    return paths[number].map { ControlGroup(path: $0) }
  }

  /// Whether no process is left in the group of this number; nil where that is not known.
  func isEmpty(_ number: UInt64, _ root: HostRoot) -> Bool? {
    guard let path = paths[number] else { return isWhole ? true : nil }
    // A group of the top has no such file, and always processes.
    guard let mount, let events = root.text(mount + path + "/cgroup.events").value else {
      return nil
    }
    return lines(events).contains("populated 0")
  }
}
