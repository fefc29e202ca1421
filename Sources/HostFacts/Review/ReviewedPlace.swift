internal import CEL

/// Reviewed files that may be of one host, and what they say of it. A repository has files of many
/// hosts, and what two of them set together is true of neither.
struct ReviewedPlace {
  /// The directory above `etc`, `sysctl.d` and their like; a file that stands alone, such as a
  /// playbook with the hosts of a play. Empty for the root of the repository.
  let name: String
  private(set) var configuration = SysctlConfiguration(joining: [])
  private(set) var units = PartialList<Unit>([])

  /// The places of all that was found, by name.
  ///
  /// - Parameters:
  ///   - trees: of sysctl.d, by their directories.
  ///   - statements: found elsewhere.
  ///   - units: by the directories that are the roots of their trees.
  static func all(
    trees: [(tree: String, configuration: SysctlConfiguration)], statements: SysctlConfiguration,
    units: [(root: String, units: PartialList<Unit>)]
  ) -> [ReviewedPlace] {
    var places: [String: ReviewedPlace] = [:]
    for (tree, configuration) in trees {
      let name = FileKind(path: tree) == .conf ? tree : root(ofDirectory: tree)
      places[name, default: .init(name: name)].configuration.add(configuration)
    }
    for assignment in statements.assignments.elements {
      guard let name = Self.name(of: assignment.statement) else { continue }
      places[name, default: .init(name: name)].configuration.assignments.elements.append(assignment)
    }
    for (directory, units) in units {
      let name = root(ofDirectory: directory)
      places[name, default: .init(name: name)].units.add(units)
    }
    return places.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Of a statement outside of sysctl.d that says what a host has; nil for others. A task that has a
  /// condition may be of some hosts alone.
  private static func name(of statement: SysctlStatement) -> String? {
    guard statement.writer == .ansible, !statement.isConditional else { return nil }
    return statement.path + (statement.hosts.map { ":\($0)" } ?? "")
  }

  /// The directory above those that an image, a role or a package has, and whose names tell what is
  /// in them.
  static func root(ofDirectory directory: String) -> String {
    let bytes = directory.utf8
    var parts = bytes.split(separator: UInt8(ascii: "/")).map(Substring.init)
    while let name = parts.last,
      name.utf8.suffix(2).elementsEqual(".d".utf8) || names.contains(name)
    {
      parts.removeLast()
    }
    return (bytes.first == UInt8(ascii: "/") ? "/" : "") + parts.joined(separator: "/")
  }

  private static let names: Set<Substring> = [
    "etc", "run", "usr", "local", "lib", "systemd", "system", "default", "tuned", "files",
    "templates",
  ]
}
