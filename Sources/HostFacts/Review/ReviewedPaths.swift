internal import Glibc

/// What reviewed files are called: in their repository, which is what facts, subjects and fingerprints
/// are made of, so that waivers and baselines hold wherever the review is run; and as reports show
/// them, to be opened from the working directory.
///
/// The root of the repository is the nearest directory, at or above everything that is reviewed, that
/// has a `.git`; else the nearest that has a `.sockwise.yaml`; else the directory that all of it is
/// in, or the one above `etc`, `usr`, `sysctl.d` and their like.
public struct ReviewedPaths: Sendable {
  /// The directory that names are relative to, without links.
  let root: String
  /// Named directories as reports show them, and without links.
  private let starts: [(shown: String, resolved: String)]
  /// Named files without links, by what reports call them, and the other way round: there may be
  /// thousands.
  private var files: [String: String] = [:]
  private var shownFiles: [String: String] = [:]
  private let workingDirectory: String

  /// - Parameter paths: files and directories, as they were named.
  public init(_ paths: [String]) {
    workingDirectory = Self.resolved(".") ?? "/"
    let places = paths.compactMap { path in Self.place(of: path).map { (path, $0) } }
    // What lies deeper first: of two that hold a file the nearer one is meant.
    starts = places.filter { $1.path == $1.directory }
      .map { (RepositoryWalk.shown($0), $1.path) }
      .sorted { $0.1.utf8.count > $1.1.utf8.count }
    for (path, place) in places where place.path != place.directory {
      files[RepositoryWalk.shown(path)] = place.path
      shownFiles[place.path] = RepositoryWalk.shown(path)
    }
    let common = Self.common(Set(places.map(\.1.directory)).sorted())
    root =
      Self.nearest(".git", above: common) ?? Self.nearest(".sockwise.yaml", above: common)
      ?? ReviewedPlace.root(ofDirectory: common)
  }

  // MARK: Names in the repository

  /// What a file is called in the repository; one outside of it has its absolute path, and the root
  /// itself no name.
  ///
  /// - Parameter path: as reports show it, or as it was named.
  public func nameInRepository(_ path: String) -> String {
    Self.rest(of: absolute(path), below: root) ?? absolute(path)
  }

  private func absolute(_ path: String) -> String {
    if let file = files[path] { return file }
    for (shown, resolved) in starts {
      let isBelow = !shown.isEmpty || !path.hasPrefix("/") && !path.hasPrefix("../")
      guard isBelow, let rest = Self.rest(of: path, below: shown) else { continue }
      return Self.join(resolved, rest)
    }
    return Self.place(of: path)?.path
      ?? (path.hasPrefix("/") ? path : Self.join(workingDirectory, path))
  }

  /// Where a file is that has this name.
  func absolute(ofName name: String) -> String {
    name.hasPrefix("/") ? name : Self.join(root, name)
  }

  // MARK: Shown paths

  /// The path of a file that has this name: as it was named on the command line, else relative to the
  /// working directory where it lies below.
  public func shown(_ name: String) -> String {
    let path = absolute(ofName: name)
    if let file = shownFiles[path] { return file }
    for (shown, resolved) in starts {
      if let rest = Self.rest(of: path, below: resolved) { return Self.join(shown, rest) }
    }
    return Self.rest(of: path, below: workingDirectory) ?? path
  }

  private static func join(_ directory: String, _ rest: String) -> String {
    if directory.isEmpty || rest.isEmpty { return directory + rest }
    return directory.hasSuffix("/") ? directory + rest : "\(directory)/\(rest)"
  }

  /// What is left of a path behind a directory; empty for that itself, nil for a path elsewhere.
  private static func rest(of path: String, below directory: String) -> String? {
    if path == directory { return "" }
    let directory = directory.isEmpty || directory.hasSuffix("/") ? directory : directory + "/"
    guard path.utf8.starts(with: directory.utf8) else { return nil }
    return String(decoding: path.utf8.dropFirst(directory.utf8.count), as: UTF8.self)
  }

  // MARK: Directories

  /// A path and the directory it is or lies in, without links. Of a link to a file the link is meant,
  /// as where the directory is reviewed that it is in.
  private static func place(of path: String) -> (path: String, directory: String)? {
    guard let resolved = resolved(path) else { return nil }
    if isDirectory(resolved) { return (resolved, resolved) }
    guard let name = path.split(separator: "/").last, path.hasSuffix(name),
      let directory = Self.resolved(name == path ? "." : String(path.dropLast(name.count)))
    else { return (resolved, parent(of: resolved)) }
    return (join(directory, String(name)), directory)
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// The directory that all are in.
  private static func common(_ directories: [String]) -> String {
    guard var common = directories.first?.split(separator: "/") else { return resolved(".") ?? "/" }
    for directory in directories.dropFirst() {
      common = zip(common, directory.split(separator: "/")).prefix { $0 == $1 }.map(\.0)
    }
    return "/" + common.joined(separator: "/")
  }

  /// The nearest directory, this one or one above, that has something of a name.
  private static func nearest(_ name: String, above directory: String) -> String? {
    var directory = directory
    while unsafe access(join(directory, name), F_OK) != 0 {
      if directory == "/" { return nil }
      directory = parent(of: directory)
    }
    return directory
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A path without links, as realpath(3) has it; nil where nothing is there.
  private static func resolved(_ path: String) -> String? {
    guard !path.utf8.contains(0), let pointer = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(pointer) }
    return unsafe String(cString: pointer)
  }
}
