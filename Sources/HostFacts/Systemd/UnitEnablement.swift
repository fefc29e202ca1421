/// Whether units are linked so that something starts them, and what `systemctl is-enabled` says.
struct UnitEnablement {
  private let places: [Place]
  /// Units whose `.wants` and `.requires` directories link to a name.
  private var wanted: [String: Set<String>] = [:]
  /// All names of which some place says something.
  private var linkedNames: Set<String> = []

  /// What one directory of the search path holds.
  private struct Place {
    var directory: String
    /// Names of links in directories beside it.
    var wants: Set<String> = []
    /// Of those that are instances, by template.
    var instances: [String: [String]] = [:]
    /// Links in the directory itself, by target.
    var linksByTarget: [String: [String]] = [:]
    var links: Set<String> = []
  }

  init(_ places: [UnitNameMap.Place], _ files: any UnitFiles) {
    var result: [Place] = []
    // Of one name in directories of one name, the first counts, and /dev/null hides the others.
    var seen: Set<String> = []
    for place in places {
      var found = Place(directory: place.directory)
      for link in place.links {
        found.links.insert(link.name)
        found.linksByTarget[link.target, default: []].append(link.name)
      }
      for name in place.directories.sorted() {
        guard let suffix = [".wants", ".requires"].first(where: name.hasSuffix) else { continue }
        let path = "\(place.directory)/\(name)"
        guard let entries = try? files.entries(path) else { continue }
        for entry in entries where entry.kind == .link {
          guard let unit = UnitName(entry.name) else { continue }
          found.wants.insert(entry.name)
          if let template = unit.template {
            found.instances[template.text, default: []].append(entry.name)
          }
          guard seen.insert("\(name)/\(entry.name)").inserted,
            files.link("\(path)/\(entry.name)") != "/dev/null"
          else { continue }
          wanted[entry.name, default: []].insert(String(name.dropLast(suffix.utf8.count)))
        }
      }
      linkedNames.formUnion(found.wants)
      linkedNames.formUnion(found.links)
      linkedNames.formUnion(found.instances.keys)
      linkedNames.formUnion(found.linksByTarget.keys)
      result.append(found)
    }
    self.places = result
  }

  /// Names that are linked to.
  var wantedNames: [String] { wanted.keys.sorted() }

  /// Units that link to one of these names, sorted.
  func wantedBy(_ names: [String]) -> [String] {
    names.reduce(into: Set<String>()) { $0.formUnion(wanted[$1] ?? []) }.sorted()
  }

  /// unit_file_lookup_state()
  func state(
    of name: UnitName, path: String?, linkedTo target: String?, isMasked: Bool,
    install: UnitInstall
  ) -> Unit.Enablement {
    guard let path else { return .notFound }
    let directory = directoryName(path)
    if isMasked { return UnitSearchPath.isRuntime(directory) ? .maskedRuntime : .masked }
    if lastComponent(target ?? path) != name.text && !name.isInstance { return .alias }
    if UnitSearchPath.generators.contains(directory) { return .generated }
    if directory == UnitSearchPath.transient { return .transient }
    // A linked file is nowhere in the search path, so nothing is below it.
    let below = target == nil ? directory : nil
    var known: Set<String> = [name.text]
    known.formUnion(install.aliases)
    if name.isTemplate, let instance = install.defaultInstance,
      let whole = name.with(instance: instance)
    {
      known.insert(whole.text)
    }
    if let state = linked(name, file: below, known: known) { return state }
    if linked(name, file: below, known: nil) != nil { return .indirect }
    return install.hasRules ? .disabled : install.also.isEmpty ? .static : .indirect
  }

  /// find_symlinks_in_scope(): links of these names, or of any where `known` is nil.
  private func linked(_ name: UnitName, file: String?, known: Set<String>?) -> Unit.Enablement? {
    guard linkedNames.contains(name.text) else { return nil }
    var isBelow = false
    var isRuntime = false
    var isAnywhere = false
    var sameNameConfigured = false
    var sameNameRuntime = false
    for place in places {
      var found = place.wants.contains(name.text)
      if !found, let instances = place.instances[name.text] {
        found = known.map { known in instances.contains(where: known.contains) } ?? true
      }
      var sameName = false
      if !found {
        var candidates = place.linksByTarget[name.text] ?? []
        if !isBelow, place.links.contains(name.text) { candidates.append(name.text) }
        for link in Set(candidates) {
          let isSame = !isBelow && link == name.text
          let pointsThere = place.linksByTarget[name.text]?.contains(link) == true
          if isSame && pointsThere {
            sameName = true
          } else if known?.contains(link) ?? true {
            found = true
          }
        }
      }
      let runtime = UnitSearchPath.isRuntime(place.directory)
      if found {
        if place.directory == UnitSearchPath.configuration { return .enabled }
        if runtime { isRuntime = true } else { isAnywhere = true }
      } else if sameName {
        if place.directory == UnitSearchPath.configuration {
          sameNameConfigured = true
        } else if runtime {
          sameNameRuntime = true
        }
      }
      if place.directory == file { isBelow = true }
    }
    if isRuntime { return .enabledRuntime }
    if isAnywhere && name.isInstance { return .static }
    if sameNameConfigured { return .linked }
    if sameNameRuntime { return .linkedRuntime }
    return nil
  }
}
