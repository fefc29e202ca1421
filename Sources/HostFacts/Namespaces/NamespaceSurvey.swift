internal import Glibc

/// A network namespace of this host, as the report lists it.
public struct NamespaceEntry: Hashable, Sendable {
  public var inode: UInt64
  /// The name under `/run/netns`, else the container, unit or process inside; nil for PID 1's.
  public var name: String?
  /// `own`, `process` or `path`: how it is known, or for the audited one how it was asked for.
  public var kind: String
  public var audited: Bool
  /// Why it was not audited.
  public var reason: String?
}

/// The network namespaces that can be seen from here.
///
/// They are found by the processes in them (`/proc/PID/ns/net`) and by mounts (`/run/netns`). One
/// that only an open descriptor keeps alive is in neither, as in lsns(8).
struct NamespaceSurvey: Sendable {
  struct Found: Sendable {
    /// Lowest process id inside; nil where no process is.
    var pid: Int32?
    /// Where it is mounted.
    var paths: [String] = []
    /// What it is called; nil for PID 1's and the own one, and where nothing names it.
    var name: String?
  }

  private(set) var found: [UInt64: Found] = [:]
  /// That of the calling thread.
  private(set) var own: UInt64?
  /// PID 1's; nil where it may not be read.
  private(set) var ofPID1: UInt64?
  /// Why there may be more; nil where all processes were looked at.
  private(set) var gap: Unreadable?

  init(gap: Unreadable? = nil) { self.gap = gap }

  static func read(_ root: HostRoot, deadline: Deadline) -> NamespaceSurvey {
    guard root.isLive else {
      return NamespaceSurvey(gap: .init("'\(root.path)' is not a running system"))
    }
    var survey = NamespaceSurvey()
    survey.own = try? root.status("/proc/thread-self/ns/net").inode
    do throws(ReadFailure) {
      for pid in try SocketHolders.processes(root) {
        if deadline.hasPassed {
          survey.gap = .init("not all processes were looked at within the time limit")
          break
        }
        survey.add(pid, root)
      }
    } catch {
      survey.gap = root.hasProc ? error.unreadable("/proc") : .init("'/proc' is not mounted")
    }
    for mount in MountInfo.parse(root.text("/proc/self/mountinfo").value ?? "") {
      if mount.type == "nsfs", let inode = namespaceInode(mount.root) {
        survey.found[inode, default: Found()].paths.append(mount.path)
      }
    }
    for inode in survey.found.keys {
      let name = survey.name(inode, root)
      survey.found[inode]?.name = name
    }
    survey.gap = survey.gap ?? ProcMount.gap(root, grant: "root")
    return survey
  }

  private mutating func add(_ pid: Int32, _ root: HostRoot) {
    do throws(ReadFailure) {
      let inode = try root.status("/proc/\(pid)/ns/net").inode
      if pid == 1 { ofPID1 = inode }
      if found[inode]?.pid == nil { found[inode, default: Found()].pid = pid }
    } catch {
      // A process that ended has no namespace; another's link needs the right to trace it.
      if !error.isAbsence {
        gap = error.ofSomeProcesses("network namespaces", grant: "CAP_SYS_PTRACE (or root)")
      }
    }
  }

  /// The inode in `net:[4026531840]`; nil for namespaces of other kinds.
  static func namespaceInode(_ root: String) -> UInt64? {
    guard root.hasPrefix("net:["), root.hasSuffix("]") else { return nil }
    return UInt64(root.dropFirst("net:[".count).dropLast())
  }

  private func name(_ inode: UInt64, _ root: HostRoot) -> String? {
    guard let found = found[inode], inode != ofPID1 else { return nil }
    let mounted = found.paths.sorted().compactMap { path -> String? in
      guard path.hasPrefix("/run/netns/") || path.hasPrefix("/var/run/netns/") else { return nil }
      return path.split(separator: "/").last.map(String.init)
    }
    if let name = mounted.first { return name }
    // Whoever has the lowest number in our own says nothing, nor does PID 2, the kernel's threads.
    if inode == own { return nil }
    if let pid = found.pid, pid > 2 {
      let info = ProcessInfo.read(pid, root)
      let name =
        info.group.value?.container.map { String($0.prefix(12)) } ?? info.group.value?.unit
        ?? info.name.value
      // Unless it has ended, and its number is another's.
      if let name, (try? root.status("/proc/\(pid)/ns/net").inode) == inode { return name }
    }
    return found.paths.min()
  }

  /// All that were found, the audited one first, then by inode.
  func entries(audited: NetworkNamespace) -> [NamespaceEntry] {
    var entries: [NamespaceEntry] = []
    for (inode, found) in found.sorted(by: { $0.key < $1.key }) {
      let isAudited = inode == audited.inode
      let kind = inode == own ? "own" : found.pid != nil ? "process" : "path"
      entries.append(
        NamespaceEntry(
          inode: inode, name: found.name, kind: isAudited ? audited.selection.kind : kind,
          audited: isAudited, reason: isAudited ? nil : "not asked for"))
    }
    if let inode = audited.inode, found[inode] == nil {
      entries.append(
        NamespaceEntry(
          inode: inode, name: nil, kind: audited.selection.kind, audited: true, reason: nil))
    }
    return entries.filter(\.audited) + entries.filter { !$0.audited }
  }
}
