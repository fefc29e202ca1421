internal import CEL

/// Reviewed files that may be of one host, and what they say of it. A repository has files of many
/// hosts, and what two of them set together is true of neither.
struct ReviewedPlace {
  /// The directory above `etc`, `sysctl.d` and their like; a file that stands alone, such as a
  /// playbook with the hosts of a play. Empty for the root of the repository.
  let name: String
  private(set) var settings = ReviewedSettings()
  /// Values of `sysctl_config` and of `units`, one for each tree.
  private(set) var configurations: [CEL.Value] = []
  private(set) var units: [CEL.Value] = []

  init(name: String) { self.name = name }

  /// The places of all that was found, by name.
  ///
  /// - Parameters:
  ///   - trees: of sysctl.d, by their directories, each with its value.
  ///   - statements: found elsewhere.
  ///   - units: values of units, by the directories that are the roots of their trees.
  static func all(
    trees: [(tree: String, configuration: SysctlConfiguration, value: CEL.Value)],
    statements: SysctlConfiguration, units: [(root: String, value: CEL.Value)]
  ) -> [ReviewedPlace] {
    var places: [String: ReviewedPlace] = [:]
    for (tree, configuration, value) in trees {
      // A file alone is a tree of its own, under its own name.
      let isDirectory = tree.isEmpty || tree.hasSuffix("/")
      let name = isDirectory ? root(ofDirectory: tree) : tree
      places[name, default: .init(name: name)].configurations.append(value)
      for key in configuration.keys.elements {
        places[name, default: .init(name: name)].settings.add(key.winner)
      }
    }
    for assignment in statements.assignments.elements {
      guard let name = Self.name(of: assignment.statement) else { continue }
      places[name, default: .init(name: name)].settings.add(assignment)
    }
    for (directory, value) in units {
      let name = root(ofDirectory: directory)
      places[name, default: .init(name: name)].units.append(value)
    }
    return places.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Of a statement outside of sysctl.d that says what a host has; nil for others. A task that has a
  /// condition may be of some hosts alone.
  private static func name(of statement: SysctlStatement) -> String? {
    switch statement.writer {
    case .ansible where !statement.isConditional:
      return statement.path + (statement.hosts.map { ":\($0)" } ?? "")
    // They write later than sysctl.d.
    case .tmpfiles, .unit, .tuned:
      let name = lastComponent(statement.path)
      return root(ofDirectory: String(statement.path.dropLast(name.count)))
    default: return nil
    }
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
