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

  init(path: String, content: Content) {
    self.path = path
    self.content = content
  }

  /// A file of a repository.
  init(path: String, bytes: [UInt8]) { self.init(path: path, content: .bytes(bytes)) }

  /// Its name without directories.
  var name: Substring {
    path.utf8.lastIndex(of: 0x2f).map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// The directories of sysctl.d(5), the one first that wins where two have a file of one name.
  static let directories = [
    "etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d", "lib/sysctl.d",
  ]

  /// Which tree it belongs to, and its directory's place among the five; the place is nil for
  /// `etc/sysctl.conf`, and `directories.count` in a directory of another name, which is a tree by
  /// itself.
  var place: (tree: Substring, directory: Int?) {
    for (index, directory) in Self.directories.enumerated() {
      if let tree = tree(above: "\(directory)/\(name)") { return (tree, index) }
    }
    if let tree = tree(above: "etc/sysctl.conf") { return (tree, nil) }
    return (path.dropLast(name.utf8.count), Self.directories.count)
  }

  private func tree(above rest: String) -> Substring? {
    guard path.utf8.count >= rest.utf8.count, path.hasSuffix(rest) else { return nil }
    let tree = path.dropLast(rest.unicodeScalars.count)
    return tree.isEmpty || tree.utf8.last == 0x2f ? tree : nil
  }
}
