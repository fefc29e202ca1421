/// The directories in which systemd looks for unit files of the system, the first that has a file
/// wins; `systemd-analyze unit-paths`.
enum UnitSearchPath {
  static let system = [
    "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
    "/run/systemd/generator.early", "/etc/systemd/system", "/etc/systemd/system.attached",
    "/run/systemd/system", "/run/systemd/system.attached", "/run/systemd/generator",
    "/usr/local/lib/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system",
    "/run/systemd/generator.late",
  ]

  /// What an administrator's files are in, for `systemctl is-enabled`.
  static let configuration = "/etc/systemd/system"

  static let generators: Set<String> = [
    "/run/systemd/generator.early", "/run/systemd/generator", "/run/systemd/generator.late",
  ]
  static let transient = "/run/systemd/transient"

  /// Whether what is in a directory is gone with the next boot.
  static func isRuntime(_ directory: String) -> Bool { directory.hasPrefix("/run/") }
}

/// What is in the search path: which file each name stands for, and the directories beside them.
///
/// As unit_file_build_name_map() and unit_file_find_fragment() of systemd: aliases are links whose
/// target is *named* as in the search path, whether it is there or not; other links are files of their
/// own name.
struct UnitNameMap {
  enum Target: Hashable {
    /// A file, or a link that leads out of the search path, under its own name.
    case file(String)
    /// A link to this name.
    case alias(String)
  }

  /// A link in one of the directories, for `systemctl is-enabled`.
  struct Link {
    var name: String
    /// The last component of its target.
    var target: String
  }

  /// One directory of the search path.
  struct Place {
    var directory: String
    /// `x.service.d`, `x.target.wants` …, by name.
    var directories: Set<String> = []
    var links: [Link] = []
  }

  private(set) var places: [Place] = []
  private(set) var targets: [String: Target] = [:]
  /// Names of links that are no alias, and come before any file of the name.
  private var refused: Set<String> = []
  /// By the name of a file, all names that lead to it.
  private(set) var names: [String: [String]] = [:]
  /// Why a directory was not read.
  private(set) var gap: Unreadable?
  private let resolver: UnitPathResolver

  static let types: Set<String> = ["service", "socket"]

  init(_ searchPath: [String], _ files: any UnitFiles) {
    resolver = UnitPathResolver(files)
    var inside: [String] = []
    var seen: Set<String> = []
    var scanned: [String] = []
    for directory in searchPath {
      let resolved = resolver.resolve(directory, followingLast: true)
      inside.append(directory)
      if let resolved, resolved != directory { inside.append(resolved) }
      // With /usr merged, /lib/systemd/system is the other by another name.
      if let resolved, !seen.insert(resolved).inserted { continue }
      scanned.append(directory)
    }
    if seen.contains("/usr/lib/systemd/system"), searchPath.contains("/usr/lib/systemd/system") {
      scanned = scanned.map {
        resolver.resolve($0, followingLast: true) == "/usr/lib/systemd/system"
          ? "/usr/lib/systemd/system" : $0
      }
    }
    for directory in scanned {
      do throws(Unreadable) {
        guard let entries = try files.entries(directory) else { continue }
        add(entries, of: directory, inside: inside, files)
      } catch {
        gap = gap ?? error
      }
    }
  }

  private mutating func add(
    _ entries: [UnitDirectoryEntry], of directory: String, inside: [String], _ files: any UnitFiles
  ) {
    var place = Place(directory: directory)
    for entry in entries {
      let path = "\(directory)/\(entry.name)"
      switch entry.kind {
      case .other: continue
      case .directory:
        if Self.isBeside(entry.name) { place.directories.insert(entry.name) }
      case .file:
        guard Self.isUnit(entry.name), targets[entry.name] == nil else { continue }
        targets[entry.name] = .file(path)
      case .link:
        if Self.isBeside(entry.name) {
          place.directories.insert(entry.name)
          continue
        }
        guard Self.isUnit(entry.name), let target = files.link(path) else { continue }
        place.links.append(Link(name: entry.name, target: lastComponent(target)))
        guard targets[entry.name] == nil else { continue }
        targets[entry.name] = self.target(
          ofLink: entry.name, in: directory, to: target, inside: inside)
        if targets[entry.name] == nil { refused.insert(entry.name) }
      }
    }
    places.append(place)
  }

  /// Nil where systemd takes no notice of the link.
  private func target(
    ofLink name: String, in directory: String, to target: String, inside: [String]
  ) -> Target? {
    let path = target.hasPrefix("/") ? target : "\(directory)/\(target)"
    guard let resolved = resolver.resolve(path, followingLast: false) else { return nil }
    guard inside.contains(where: { resolved.hasPrefix($0 + "/") }) else {
      return .file("\(directory)/\(name)")
    }
    let base = lastComponent(resolved)
    guard let source = UnitName(name), let aim = UnitName(base), Self.isAlias(source, of: aim)
    else {
      return nil
    }
    return .alias(base)
  }

  /// unit_validate_alias_symlink_or_warn()
  private static func isAlias(_ source: UnitName, of aim: UnitName) -> Bool {
    guard source != aim, source.type == aim.type else { return false }
    if source.isInstance && aim.isTemplate { return true }
    guard source.isInstance == aim.isInstance, source.isTemplate == aim.isTemplate else {
      return false
    }
    return source.instance == aim.instance
  }

  private static func isUnit(_ name: String) -> Bool {
    UnitName(name).map { types.contains($0.type) } == true
  }

  /// `x.service.d`, `x.target.wants`, `service.d` and their like.
  private static func isBeside(_ name: String) -> Bool {
    for suffix in [".d", ".wants", ".requires"] where name.hasSuffix(suffix) {
      let unit = String(name.dropLast(suffix.utf8.count))
      return UnitName(unit) != nil || UnitName.types.contains(unit)
    }
    return false
  }

  // MARK: Look-up

  /// Follows aliases to a file, unit_ids_map_get(); nil where there is none.
  func file(of name: String) -> String? {
    var id = name
    // FOLLOW_MAX
    for step in 0..<8 {
      var target = targets[id]
      if target == nil {
        guard step > 0, let template = UnitName(id)?.template else { return nil }
        target = targets[template.text]
      }
      switch target {
      case .file(let path)?: return path
      case .alias(let next)?: id = next
      case nil: return nil
      }
    }
    return nil
  }

  /// Whether a link that is no alias stands before the file that a unit would be loaded from.
  func hasRefusedLink(for name: UnitName) -> Bool {
    if refused.contains(name.text) { return true }
    guard targets[name.text] == nil, let template = name.template else { return false }
    return refused.contains(template.text)
  }

  /// The file that a unit is loaded from: its own, or its template's.
  func fragment(of name: UnitName) -> String? {
    file(of: name.text) ?? name.template.flatMap { file(of: $0.text) }
  }

  /// What systemd calls a unit once it is loaded: by its file's name, with its instance put in.
  func id(of name: UnitName) -> UnitName {
    guard let path = fragment(of: name) else { return name }
    guard let file = UnitName(lastComponent(path)) else { return name }
    guard file.isTemplate, let instance = name.instance, !instance.isEmpty else { return file }
    return file.with(instance: instance) ?? name
  }

  /// Fills `names`; `isMask` tells which files are none.
  mutating func nameUnits(isMask: (String) -> Bool) {
    names = [:]
    for source in targets.keys.sorted() {
      guard let path = file(of: source), !isMask(path), let name = UnitName(source) else {
        continue
      }
      let base = lastComponent(path)
      guard let file = UnitName(base) else { continue }
      if file.isTemplate, name.isInstance, let instance = name.instance {
        guard let whole = file.with(instance: instance) else { continue }
        names[whole.text, default: []].append(source)
      } else {
        names[base, default: []].append(source)
      }
    }
  }

  /// All names of a unit, its own among them, unit_file_find_fragment(); sorted.
  func allNames(of name: UnitName) -> [String] {
    // Of a template that is masked no file tells.
    var all: Set<String> = [name.text]
    let base = fragment(of: name).map(lastComponent)
    add(name.text, of: name, file: nil, to: &all)
    if let base, base != name.text { add(base, of: name, file: base, to: &all) }
    guard name.isInstance, let instance = name.instance else { return all.sorted() }
    // The template among them stands for its instance.
    return Set(
      all.map { text in
        guard let other = UnitName(text), other.isTemplate else { return text }
        return other.with(instance: instance)?.text ?? text
      }
    ).sorted()
  }

  private func add(
    _ key: String, of name: UnitName, file: String?, to all: inout Set<String>
  ) {
    if !name.isTemplate { all.insert(key) }
    for alias in names[key] ?? [] {
      guard name.isInstance, let other = UnitName(alias), other.isTemplate,
        let instance = name.instance
      else {
        all.insert(alias)
        continue
      }
      guard let whole = other.with(instance: instance) else { continue }
      if let file, let path = self.file(of: whole.text), !path.hasSuffix("/\(file)") { continue }
      all.insert(whole.text)
    }
  }
}

/// What stands before the last slash of a path. By bytes: a slash and an accent are one `Character`.
func directoryName(_ path: String) -> String {
  let bytes = path.utf8
  return bytes.lastIndex(of: UInt8(ascii: "/")).map { String(Substring(bytes[..<$0])) } ?? ""
}

/// What follows the last slash of a path.
func lastComponent(_ path: String) -> String {
  path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? ""
}
