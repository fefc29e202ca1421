/// A file that a reader of sysctl.d may read, or something else of that name.
struct SysctlFile: Sendable {
  enum Content: Sendable {
    case bytes([UInt8])
    /// Nothing is read, and files of the same name in directories that come later are not either: a
    /// link to `/dev/null`, a link to nothing, a directory. Why, as a clause; nil where it was meant so.
    case nothing(String?)
    case unreadable(Unreadable)
  }

  /// As messages show it. What directory it is in decides which files it replaces.
  var path: String
  var content: Content
  /// Whether it is in no directory of such files: nothing says what else is read with it.
  var isAlone = false

  init(path: String, content: Content) {
    self.path = path
    self.content = content
  }

  /// A file of a repository.
  init(path: String, bytes: [UInt8]) { self.init(path: path, content: .bytes(bytes)) }

  /// Its name without directories.
  var name: Substring {
    guard let slash = path.utf8.lastIndex(of: 0x2f) else { return path[...] }
    return path[path.utf8.index(after: slash)...]
  }

  /// The directories of sysctl.d(5), the one first that wins where two have a file of one name.
  static let directories = [
    "etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d", "lib/sysctl.d",
  ]

  /// Which tree it belongs to, and its directory's place among the five; the place is nil for
  /// `etc/sysctl.conf`, and `directories.count` in a directory of another name, which is a tree by
  /// itself, as is a file alone.
  var place: (tree: Substring, directory: Int?) {
    if isAlone { return (path[...], Self.directories.count) }
    for (index, directory) in Self.directories.enumerated() {
      if let tree = tree(above: "\(directory)/\(name)") { return (tree, index) }
    }
    if let tree = tree(above: "etc/sysctl.conf") { return (tree, nil) }
    return (Substring(path.utf8.dropLast(name.utf8.count)), Self.directories.count)
  }

  /// Whether it is in a directory of the distribution's.
  var isVendors: Bool { place.directory == 3 || place.directory == 4 }

  private func tree(above rest: String) -> Substring? {
    let all = path.utf8
    guard all.suffix(rest.utf8.count).elementsEqual(rest.utf8) else { return nil }
    let tree = all.dropLast(rest.utf8.count)
    return tree.isEmpty || tree.last == 0x2f ? Substring(tree) : nil
  }
}
