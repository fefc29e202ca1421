/// What patterns say of paths.
struct ReviewedFilter {
  let include: [PathPattern]
  let exclude: [PathPattern]
  /// What stands before a path that patterns are compared with, where they are relative to the root
  /// of the repository or to a directory above.
  private let prefix: String
  /// What they leave out of it, where they are relative to a directory in the repository.
  private let beginning: String

  init(_ options: ReviewOptions, _ paths: ReviewedPaths) {
    include = options.include
    exclude = options.exclude
    let base = options.base == "/" ? "/" : options.base + "/"
    let root = paths.root == "/" ? "/" : paths.root + "/"
    prefix = root.hasPrefix(base) ? String(root.dropFirst(base.count)) : ""
    beginning = base.hasPrefix(root) ? String(base.dropFirst(root.count)) : ""
  }

  func wants(_ path: String) -> Bool {
    if include.isEmpty && exclude.isEmpty { return true }
    let name =
      path.hasPrefix("/")
      ? path
      : prefix + (path.hasPrefix(beginning) ? path.dropFirst(beginning.count) : path[...])
    if exclude.contains(where: { $0.matches(name) }) { return false }
    return include.isEmpty || include.contains { $0.matches(name) }
  }
}
