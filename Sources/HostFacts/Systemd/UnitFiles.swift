/// Where unit files are read from: a host, or the bare files of a repository.
protocol UnitFiles: AnyObject {
  /// What is in a directory; nil where there is none.
  func entries(_ directory: String) throws(Unreadable) -> [UnitDirectoryEntry]?
  /// Where a link points, as it is written; nil where the path is no link.
  func link(_ path: String) -> String?
  func content(_ path: String) -> UnitContent
  /// The path as its reader knows it.
  func shown(_ path: String) -> String
}

extension UnitFiles {
  func shown(_ path: String) -> String { path }
}

/// A name in a directory.
struct UnitDirectoryEntry: Hashable, Sendable {
  enum Kind: String, Sendable { case file, directory, link, other }
  var name: String
  var kind: Kind
}

/// What a path holds.
enum UnitContent: Sendable {
  /// Nothing, or a character device: systemd takes both for a mask.
  case mask
  /// There is no such file.
  case missing
  case bytes([UInt8])
  case unreadable(Unreadable)
}

/// Follows links, each read once.
final class UnitPathResolver {
  private let files: any UnitFiles
  private var links: [String: String?] = [:]

  init(_ files: any UnitFiles) { self.files = files }

  /// The path without links on the way, `.` and `..`; the last component is followed only where
  /// asked for. Nil where links turn in circles. It need not be there.
  func resolve(_ path: String, followingLast: Bool) -> String? {
    var done = ""
    var rest = components(path)
    var followed = 0
    while let name = rest.popLast() {
      if name == "." { continue }
      if name == ".." {
        done = directoryName(done)
        continue
      }
      let place = "\(done)/\(name)"
      if !rest.isEmpty || followingLast, let target = link(place) {
        followed += 1
        // CHASE_MAX of systemd is 32, MAXSYMLINKS of the kernel 40.
        guard followed <= 32 else { return nil }
        if target.utf8.first == UInt8(ascii: "/") { done = "" }
        rest += components(target)
        continue
      }
      done = place
    }
    return done.isEmpty ? "/" : done
  }

  private func link(_ path: String) -> String? {
    if let known = links[path] { return known }
    let target = files.link(path)
    links[path] = .some(target)
    return target
  }

  /// Last first.
  private func components(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).reversed().map { String(Substring($0)) }
  }
}

/// Unit files of a host, through ``HostRoot``.
final class HostUnitFiles: UnitFiles {
  private let root: HostRoot

  /// No unit file is longer; a host's directories hold few of a page.
  static let longestFile = 4 << 20
  /// Names in one directory.
  static let mostEntries = 200_000

  init(_ root: HostRoot) { self.root = root }

  func entries(_ path: String) throws(Unreadable) -> [UnitDirectoryEntry]? {
    do throws(ReadFailure) {
      var directory = try root.directory(path)
      var entries: [UnitDirectoryEntry] = []
      while let entry = directory.next() {
        guard entries.count < Self.mostEntries else { throw .longer(limit: Self.mostEntries) }
        entries.append(UnitDirectoryEntry(name: entry.name, kind: kind(of: entry, in: path)))
      }
      guard directory.failure == 0 else { throw .system(directory.failure) }
      return entries
    } catch {
      if error.isAbsence { return nil }
      if case .longer(let limit) = error {
        throw Unreadable("'\(path)' has more than \(limit) entries")
      }
      throw error.unreadable(path)
    }
  }

  private func kind(of entry: Directory.Entry, in path: String) -> UnitDirectoryEntry.Kind {
    switch entry.kind {
    case .directory: return .directory
    case .regular: return .file
    case .link: return .link
    case nil: break
    default: return .other
    }
    // Some file systems do not tell in the directory.
    switch try? root.linkStatus("\(path)/\(entry.name)").kind {
    case .directory?: return .directory
    case .regular?: return .file
    case .link?: return .link
    default: return .other
    }
  }

  func link(_ path: String) -> String? { root.linkTarget(path) }

  func content(_ path: String) -> UnitContent {
    do throws(ReadFailure) {
      var status = try root.linkStatus(path)
      if status.kind == .link {
        // An image may lack the device, or have it as a file.
        if root.linkTarget(path) == "/dev/null" { return .mask }
        status = try root.status(path)
      }
      if status.kind == .device { return .mask }
      if status.kind == .regular && status.size == 0 { return .mask }
    } catch {
      return error.isAbsence ? .missing : .unreadable(error.unreadable(path))
    }
    switch root.bytes(path, limit: Self.longestFile, isNoted: false) {
    case .value(let bytes, _):
      return bytes.isEmpty ? .mask : .bytes(bytes)
    case .absent: return .missing
    case .unavailable(let why): return .unreadable(why)
    }
  }
}

/// Bare files: those of a repository, or of a recording.
final class BareUnitFiles: UnitFiles {
  /// By path below the root.
  private var contents: [String: Units.File] = [:]
  private var directories: [String: [String: UnitDirectoryEntry.Kind]] = [:]

  /// - Parameter root: the directory that stands for `/`; all paths begin with it.
  init(_ files: [Units.File], root: String = "") {
    for file in files {
      let path = "/" + Substring(file.path.utf8.dropFirst(root.utf8.count).drop { $0 == 0x2f })
      contents[path] = file
      add(path[...], file.link == nil ? .file : .link)
    }
  }

  /// Enters a path into its directory, and that into its own.
  private func add(_ path: Substring, _ kind: UnitDirectoryEntry.Kind) {
    var path = path
    var kind = kind
    while let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
      let directory = String(path[..<slash])
      let isKnown = directories[directory] != nil
      directories[directory, default: [:]][String(path[path.utf8.index(after: slash)...])] = kind
      if isKnown { return }
      path = path[..<slash]
      kind = .directory
    }
  }

  func shown(_ path: String) -> String { contents[path]?.path ?? path }

  func entries(_ directory: String) throws(Unreadable) -> [UnitDirectoryEntry]? {
    directories[directory]?.map { UnitDirectoryEntry(name: $0.key, kind: $0.value) }
      .sorted { $0.name < $1.name }
  }

  func link(_ path: String) -> String? { contents[path]?.link }

  func content(_ path: String) -> UnitContent {
    guard let file = contents[path] else { return .missing }
    if file.link == "/dev/null" { return .mask }
    guard file.link == nil else {
      let target = UnitPathResolver(self).resolve(path, followingLast: true)
      guard let target, let found = contents[target], found.link == nil else { return .missing }
      return found.content.isEmpty ? .mask : .bytes(found.content)
    }
    return file.content.isEmpty ? .mask : .bytes(file.content)
  }
}
