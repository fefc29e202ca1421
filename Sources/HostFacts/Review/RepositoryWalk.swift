internal import Glibc

/// Finds the files of a directory tree that may matter, and reads each once.
///
/// No link to a directory is followed, so there are no loops; one to a file is in sysctl.d alone,
/// resolved inside the tree. Only what a directory calls a regular file is opened, and then looked at
/// again: a FIFO or a device is never waited for. Other file systems that are mounted in the tree are
/// not entered.
struct RepositoryWalk {
  /// Directories whose contents others wrote, by name. One that is itself named on the command line
  /// is read.
  static let skipped: Set<String> = [
    ".git", ".hg", ".svn", ".jj", "node_modules", "bower_components", "vendor", "site-packages",
    "__pycache__", ".venv", "venv", ".tox", ".terraform", ".build", ".cache",
  ]

  /// How large a file may be that is read.
  static let sizeLimit = 4 << 20
  static let depthLimit = 100

  enum Content {
    case bytes([UInt8])
    /// A link to `/dev/null`.
    case mask
    /// A link to nothing, or out of the tree.
    case link(to: String)
    case unreadable(Unreadable)
  }

  /// What files are called. Everything but opening and complaining goes by a path's name in the
  /// repository.
  let paths: ReviewedPaths
  /// Whether a path is wanted, besides what its name says.
  let isWanted: (String) -> Bool
  /// Takes a file: its path, its kind, and what is in it.
  let take: (String, FileKind, Content) -> Void
  /// Regular files seen, and links that stand for one.
  private(set) var fileCount = 0
  /// The directory that was named, as it is shown.
  private var start = ""

  init(
    _ paths: ReviewedPaths, isWanted: @escaping (String) -> Bool,
    take: @escaping (String, FileKind, Content) -> Void
  ) {
    self.paths = paths
    self.isWanted = isWanted
    self.take = take
  }

  /// What a path on the command line is.
  enum Start: Error {
    case missing
    case unreadable(Unreadable)
  }

  /// Reads a file or a directory that was named.
  mutating func run(_ path: String) throws(Start) {
    guard !path.utf8.contains(0) else { throw .missing }
    let number = unsafe Glibc.open(path, pathOnly | O_CLOEXEC)
    guard number >= 0 else { throw Self.failure(path) }
    let file = FileDescriptor(owning: number)
    let status: HostRoot.Status
    do throws(ReadFailure) {
      status = try HostRoot.status(of: file)
    } catch {
      throw .unreadable(error.unreadable(path))
    }
    let name = paths.nameInRepository(Self.shown(path))
    switch status.kind {
    case .directory:
      let number = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard number >= 0 else { throw Self.failure(path) }
      do throws(ReadFailure) {
        let directory = FileDescriptor(owning: number)
        start = Self.shown(path)
        try walk(directory, path: name, device: status.device, depth: 0)
      } catch {
        throw .unreadable(error.unreadable(path))
      }
    case .regular:
      guard isWanted(name) else { return }
      fileCount += 1
      let kind = FileKind(path: name) ?? .conf
      let number = unsafe Glibc.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
      guard number >= 0 else { throw Self.failure(path) }
      read(FileDescriptor(owning: number), path: name, kind)
    default:
      throw .unreadable(.init("'\(path)' is \(status.kind.rawValue)"))
    }
  }

  private static func failure(_ path: String) -> Start {
    let number = errno
    if number == ENOENT || number == ENOTDIR { return .missing }
    return .unreadable(ReadFailure.system(number).unreadable(path))
  }

  /// A path as reports show it: "." and "./" before a name are left out.
  static func shown(_ path: String) -> String {
    var parts = path.split(separator: "/", omittingEmptySubsequences: true)
    parts.removeAll { $0 == "." }
    let joined = parts.joined(separator: "/")
    return path.hasPrefix("/") ? "/\(joined)" : joined
  }

  private mutating func walk(
    _ file: consuming FileDescriptor, path: String, device: UInt64, depth: Int
  ) throws(ReadFailure) {
    var entries: [Directory.Entry] = []
    let number: Int32
    var directory = try Directory(file)
    while let entry = directory.next() { entries.append(entry) }
    number = directory.descriptor
    if directory.failure != 0 {
      take(path, .conf, .unreadable(unreadable(.system(directory.failure), path)))
    }
    entries.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for entry in entries {
      let below =
        path.isEmpty ? entry.name : path == "/" ? "/\(entry.name)" : "\(path)/\(entry.name)"
      switch entry.kind ?? Self.kind(entry.name, in: number) {
      case .directory:
        if Self.skipped.contains(entry.name) { continue }
        descend(entry.name, in: number, path: below, device: device, depth: depth + 1)
      case .regular:
        fileCount += 1
        guard let kind = FileKind(path: below), isWanted(below) else { continue }
        let opened = unsafe openat(
          number, entry.name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC)
        if opened >= 0 {
          read(FileDescriptor(owning: opened), path: below, kind)
        } else {
          take(below, kind, .unreadable(unreadable(.system(errno), below)))
        }
      case .link:
        guard let kind = FileKind(path: below), isWanted(below),
          let target = try? readLink(number, entry.name)
        else { continue }
        if target == "/dev/null" {
          fileCount += 1
          take(below, kind, .mask)
        } else if kind == .sysctl {
          fileCount += 1
          readLinked(below, target: target)
        } else if kind.isNamedByLinks(below) || leadsOut(below, target) {
          take(below, kind, .link(to: target))
        }
      default: continue
      }
    }
    _ = consume directory
  }

  private mutating func descend(
    _ name: String, in parent: Int32, path: String, device: UInt64, depth: Int
  ) {
    guard depth <= Self.depthLimit else {
      let why = Unreadable("'\(paths.shown(path))' is deeper than \(Self.depthLimit) directories")
      return take(path, .conf, .unreadable(why))
    }
    do throws(ReadFailure) {
      let opened = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard opened >= 0 else { throw .system(errno) }
      let directory = FileDescriptor(owning: opened)
      guard try HostRoot.status(of: directory).device == device else { return }
      try walk(directory, path: path, device: device, depth: depth)
    } catch {
      take(path, .conf, .unreadable(unreadable(error, path)))
    }
  }

  private func unreadable(_ failure: ReadFailure, _ path: String) -> Unreadable {
    failure.unreadable(paths.shown(path))
  }

  /// Reads what a link in sysctl.d names: Debian 12 has `99-sysctl.conf` for `/etc/sysctl.conf`. It
  /// is resolved in the tree that has its `etc` or `usr`; where there is none, in what is reviewed.
  private func readLinked(_ path: String, target: String) {
    // By the path that was named: what is above it is nobody's business.
    let shown = paths.shown(path)
    let place = SysctlFile(path: shown, bytes: []).place
    let isInTree = place.directory != SysctlFile.directories.count
    guard isInTree || !leadsOut(path, target) else {
      return take(path, .sysctl, .link(to: target))
    }
    let root = isInTree ? String(place.tree) : start
    do throws(ReadFailure) {
      let file = try RootResolver(root.isEmpty ? "." : root, usingOpenat2: true).open(
        "/" + shown.dropFirst(root.count), flags: O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
      take(path, .sysctl, .bytes(try Self.bytes(of: file)))
    } catch {
      take(
        path, .sysctl, error.isAbsence ? .link(to: target) : .unreadable(unreadable(error, path)))
    }
  }

  /// Whether a link leads out of what is reviewed, as it is written.
  private func leadsOut(_ path: String, _ target: String) -> Bool {
    if target.hasPrefix("/") { return true }
    var depth = paths.shown(path).dropFirst(start.count).split(separator: "/").count - 1
    for part in target.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return true }
    }
    return false
  }

  /// What an entry is where the file system's directories do not tell.
  private static func kind(_ name: String, in directory: Int32) -> HostRoot.Status.Kind {
    let opened = unsafe openat(directory, name, pathOnly | O_NOFOLLOW | O_CLOEXEC)
    guard opened >= 0 else { return .device }
    return (try? HostRoot.status(of: FileDescriptor(owning: opened)).kind) ?? .device
  }

  private func read(_ file: consuming FileDescriptor, path: String, _ kind: FileKind) {
    do throws(ReadFailure) {
      take(path, kind, .bytes(try Self.bytes(of: file)))
    } catch {
      // JSON as long as that is data, and no manifest.
      if kind == .json, case .longer = error { return }
      take(path, kind, .unreadable(unreadable(error, path)))
    }
  }

  private static func bytes(of file: borrowing FileDescriptor) throws(ReadFailure) -> [UInt8] {
    let status = try HostRoot.status(of: file)
    try HostRoot.requireRegular(status)
    guard status.size <= sizeLimit else { throw .longer(limit: sizeLimit) }
    var bytes: [UInt8] = []
    // One more byte than it has tells whether it has grown. If not, there is no room for more: what
    // is read is kept, of some 100,000 files.
    var room = status.size + 1
    while bytes.count <= sizeLimit {
      let count = try HostRoot.append(from: file, atMost: room, to: &bytes)
      if count == 0 || bytes.count == status.size { return bytes }
      room = max(status.size + 1 - bytes.count, 4096)
    }
    throw .longer(limit: sizeLimit)
  }
}
