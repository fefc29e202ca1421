/// Which drop-ins apply to a unit, and in which order; unit_file_find_dropin_paths().
struct UnitDropIns {
  private let places: [UnitNameMap.Place]
  /// The names of all directories of drop-ins.
  let allDirectories: Set<String>
  /// Whether some are for all units whose names have one beginning.
  private let hasPrefixes: Bool
  private let files: any UnitFiles
  /// What is in a directory, by its path.
  private var listings: [String: [String]] = [:]
  /// Why a directory was not read.
  private(set) var gap: Unreadable?
  /// How many there are of the units looked at so far; one counts for each unit that it is for.
  private var count = 0

  /// How many are applied: far more than a host has, and few enough to hold what they say.
  static let most = 20_000

  /// Why no unit after those looked at so far is known; the last of them lacks drop-ins.
  var excess: Unreadable? {
    count > Self.most
      ? .init(
        "the units have more than \(Self.most) drop-ins, and only those before them are known")
      : nil
  }

  init(_ places: [UnitNameMap.Place], _ files: any UnitFiles) {
    self.places = places
    self.files = files
    allDirectories = Set(places.flatMap(\.directories).filter { $0.hasSuffix(".d") })
    hasPrefixes = allDirectories.contains { directory in
      guard let name = UnitName(String(directory.dropLast(2))) else { return false }
      return UnitNameMap.types.contains(name.type) && name.prefix.utf8.last == UInt8(ascii: "-")
    }
  }

  /// Paths in the order in which they apply. Of one file name the first counts: by directories of
  /// the search path for the unit itself, then for each alias, then for its type.
  mutating func paths(for id: UnitName, aliases: [String]) -> [String] {
    var directories = directories(of: id)
    for alias in aliases where alias != id.text {
      if let name = UnitName(alias) { directories += self.directories(of: name) }
    }
    directories += existing("\(id.type).d")
    return counted(directories)
  }

  /// No paths where they are too many: sorting them would take longer than all else.
  private mutating func counted(_ directories: [String]) -> [String] {
    let chosen = chosen(directories)
    count += chosen.count
    return excess == nil ? sorted(chosen) : []
  }

  /// Those in `name.d` and its template's alone, which `systemctl is-enabled` reads.
  mutating func ownPaths(for id: UnitName) -> [String] {
    sorted(
      chosen(existing("\(id.text).d") + (id.template.map { existing("\($0.text).d") } ?? [])))
  }

  /// All drop-ins in directories of one name.
  mutating func paths(in name: String) -> [String] { counted(existing(name)) }

  private func existing(_ name: String) -> [String] {
    guard allDirectories.contains(name) else { return [] }
    return places.filter { $0.directories.contains(name) }.map { "\($0.directory)/\(name)" }
  }

  private func directories(of name: UnitName) -> [String] {
    if allDirectories.isEmpty { return [] }
    let names = Self.names(for: name, prefixes: hasPrefixes).map { "\($0).d" }.filter(
      allDirectories.contains)
    return places.flatMap { place in
      names.filter(place.directories.contains).map { "\(place.directory)/\($0)" }
    }
  }

  /// The unit's name, its template's, and those of its prefixes up to each dash.
  static func names(for name: UnitName, prefixes: Bool = true) -> [String] {
    var names: [String] = []
    var pending = [name]
    // Each step is shorter than the one before, and branches once: by its template.
    while let next = pending.popLast() {
      names.append(next.text)
      if prefixes, let shorter = prefixed(next) { pending.append(shorter) }
      if let template = next.template { pending.append(template) }
    }
    return names
  }

  /// `a-b-c.service` as `a-b-.service`; a dash at the end is dropped once before, and one at the
  /// beginning ends it.
  private static func prefixed(_ name: UnitName) -> UnitName? {
    var prefix = Array(name.prefix.utf8)
    var isChopped = false
    while let dash = prefix.lastIndex(of: UInt8(ascii: "-")), dash > 0 {
      if dash + 1 < prefix.count || isChopped {
        let kept = String(decoding: prefix[...dash], as: UTF8.self)
        let instance = name.isInstance ? "@\(name.instance ?? "")" : ""
        return UnitName("\(kept)\(instance).\(name.type)")
      }
      prefix.removeLast(prefix.count - dash)
      isChopped = true
    }
    return nil
  }

  /// One file of each name.
  private mutating func chosen(_ directories: [String]) -> [[UInt8]: String] {
    // By bytes: strings that look alike are equal to Swift.
    var chosen: [[UInt8]: String] = [:]
    for directory in directories {
      for name in listing(directory) {
        let key = Array(name.utf8)
        if chosen[key] == nil { chosen[key] = "\(directory)/\(name)" }
      }
    }
    return chosen
  }

  /// Sorted by name, as strcmp(3) does.
  private func sorted(_ chosen: [[UInt8]: String]) -> [String] {
    chosen.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  /// `*.conf` in a directory, hidden ones left out.
  private mutating func listing(_ directory: String) -> [String] {
    if let known = listings[directory] { return known }
    var names: [String] = []
    do throws(Unreadable) {
      let entries = try files.entries(directory) ?? []
      names = entries.map(\.name).filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
    } catch {
      gap = gap ?? error
    }
    listings[directory] = names
    return names
  }
}
