extension Units {
  /// Whether a path is that of a unit file or a drop-in of one: `x.service`, `x.socket.d/y.conf`,
  /// `service.d/y.conf`, or a link in `x.target.wants`.
  static func isUnitFile(_ path: String) -> Bool {
    let parts = path.utf8.split(separator: UInt8(ascii: "/")).suffix(2).map {
      String(Substring($0))
    }
    guard let name = parts.last else { return false }
    if let unit = UnitName(name) { return UnitNameMap.types.contains(unit.type) }
    guard name.hasSuffix(".conf"), !name.hasPrefix("."), parts.count == 2, parts[0].hasSuffix(".d")
    else { return false }
    let of = String(parts[0].dropLast(2))
    return UnitNameMap.types.contains(UnitName(of)?.type ?? of)
  }

  /// The units that bare files make.
  ///
  /// Directories whose paths end as those of systemd's search path (`etc/systemd/system` …) make one
  /// tree for each beginning; any other directory is a tree of its own. Drop-ins whose unit is
  /// elsewhere make a unit that is `not-found` and has their settings.
  /// - Parameter version: the version of systemd that will read them; nil where it is not known.
  static func review(_ files: [File], version: Int? = nil) -> Units {
    Units(joining: trees(of: files, version: version).map(\.units))
  }

  /// The same, by the directories that are the roots of the trees.
  static func trees(
    of files: [File], version: Int? = nil
  ) -> [(root: String, units: PartialList<Unit>)] {
    var trees: [Tree: [File]] = [:]
    // Files of one directory follow one another.
    var last: (directory: String, tree: Tree)?
    for file in files where isUnitFile(file.path) {
      let directory = directoryName(file.path)
      let tree =
        last.flatMap { $0.directory == directory ? $0.tree : nil } ?? Tree(ofFilesIn: directory)
      last = (directory, tree)
      trees[tree, default: []].append(file)
    }
    return trees.sorted { $0.key < $1.key }.map { tree, files in
      let assembly = UnitAssembly(
        tree.hasSearchPath ? UnitSearchPath.system : [""], BareUnitFiles(files, root: tree.root),
        version: version)
      return (
        tree.root, assembly.units(assembly.names(), bareDropIns: true, deadline: nil).units
      )
    }
  }

  /// Files that see each other.
  private struct Tree: Hashable, Comparable {
    var root: String
    /// Whether systemd's directories are below the root, or units lie in it.
    var hasSearchPath: Bool

    /// Components of systemd's directories, the longest first: /usr/lib before /lib.
    private static let searchPath = UnitSearchPath.system
      .map { $0.dropFirst().split(separator: "/") }.sorted { $0.count > $1.count }

    init(ofFilesIn directory: String) {
      let parts = directory.utf8
        .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        .map { Substring($0) }
      for end in parts.indices where parts[..<end].last == "systemd" {
        let match = Self.searchPath.first { parts[...end].suffix($0.count).elementsEqual($0) }
        guard let match else { continue }
        root = parts[...end].dropLast(match.count).joined(separator: "/")
        hasSearchPath = true
        return
      }
      let isBeside = [".d", ".wants", ".requires"].contains(where: directory.hasSuffix)
      root = isBeside ? directoryName(directory) : directory
      hasSearchPath = false
    }

    static func < (left: Tree, right: Tree) -> Bool {
      (left.root, left.hasSearchPath ? 1 : 0) < (right.root, right.hasSearchPath ? 1 : 0)
    }
  }
}
