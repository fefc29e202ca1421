internal import CEL

/// Loads units from their files, each file read once.
final class UnitLoader {
  private(set) var map: UnitNameMap
  private let files: any UnitFiles
  private var dropIns: UnitDropIns
  private var parsed: [String: Parsed] = [:]
  /// What is known of the settings met so far: files repeat some dozen.
  private var settings: [Setting: (isKnown: Bool, since: Int?)] = [:]
  /// The version of systemd, where it is known: what later ones brought is a problem then.
  private let version: Int?

  private struct Setting: Hashable {
    var section: String
    var name: String
  }

  /// What a path gave.
  private enum Parsed {
    case mask
    case missing
    case file(UnitFile)
    case unreadable(Unreadable)
  }

  /// What a unit's files make, before other units and the running system are looked at.
  struct Loaded {
    var name: UnitName
    var names: [String]
    var state: Unit.LoadState
    var path: String?
    var dropIns: [String] = []
    var settings: UnitSettings
    var problems: [UnitProblem] = []
    /// `[Install]`, for `systemctl is-enabled`.
    var install = UnitInstall()
  }

  init(_ searchPath: [String], _ files: any UnitFiles, version: Int?) {
    self.files = files
    self.version = version
    map = UnitNameMap(searchPath, files)
    dropIns = UnitDropIns(map.places, files)
    map.nameUnits { path in
      if case .file = self.parse(path) { false } else { true }
    }
  }

  /// Why some directory was not read.
  var gap: Unreadable? { map.gap ?? dropIns.gap }

  /// Why the unit that was loaded last is not whole, and others are not to be loaded.
  var excess: Unreadable? { dropIns.excess }

  /// Every directory of drop-ins, by name.
  var dropInDirectories: Set<String> { dropIns.allDirectories }

  // MARK: Files

  private func parse(_ path: String) -> Parsed {
    if let known = parsed[path] { return known }
    let result: Parsed =
      switch files.content(path) {
      case .mask: .mask
      case .missing: .missing
      case .bytes(let bytes): .file(UnitFile(path: files.shown(path), bytes))
      case .unreadable(let why): .unreadable(why)
      }
    parsed[path] = result
    return result
  }

  // MARK: Units

  /// Loads one unit, unit_load_fragment_and_dropin().
  func load(_ requested: UnitName) -> Loaded {
    let name = map.id(of: requested)
    let path = map.fragment(of: requested)
    var unit = Loaded(
      name: name, names: map.allNames(of: name), state: .notFound, path: path,
      settings: UnitSettings(UnitSpecifiers(name: name, path: path)))
    guard let path else { return unit }
    var refusal: UnitProblem?
    switch parse(path) {
    case .missing:
      unit.names = [name.text]
      return unit
    case .mask: unit.state = .masked
    case .unreadable(let why):
      unit.state = .error
      unit.names = [name.text]
      unit.problems.append(.fatal(why.reason, SourceLocation(path: files.shown(path))))
      return unit
    case .file(let file):
      unit.state = name.isTemplate ? .template : .loaded
      refusal = apply(file, to: &unit, isFragment: true)
    }
    if let refusal {
      unit.problems.append(refusal)
      // systemd merges aliases after it has read the file.
      unit.names = [name.text]
      addInstall(to: &unit)
      return unit
    }
    unit.dropIns = dropIns.paths(for: name, aliases: unit.names)
    applyDropIns(to: &unit)
    if unit.state == .masked || unit.state == .template { return unit }
    if let path = unit.settings.unreachableListenPath {
      unit.state = .error
      unit.problems.append(
        .fatal("systemd cannot load the unit: '\(path.text)' has '..' in it", path.location))
      return unit
    }
    let problem =
      name.type == "service" ? unit.settings.serviceProblem : unit.settings.socketProblem
    if let problem {
      unit.state = .badSetting
      unit.problems.append(
        .fatal("systemd refuses the unit: \(problem)", SourceLocation(path: files.shown(path))))
    }
    return unit
  }

  /// What drop-ins set without the unit that they are for.
  func loadDropIns(_ directory: String, for name: UnitName) -> Loaded {
    var unit = Loaded(
      name: name, names: [name.text], state: .notFound, path: nil,
      dropIns: dropIns.paths(in: directory),
      settings: UnitSettings(UnitSpecifiers(name: name, path: nil)))
    applyDropIns(to: &unit)
    return unit
  }

  private func applyDropIns(to unit: inout Loaded) {
    for path in unit.dropIns {
      switch parse(path) {
      case .mask, .missing: continue
      case .unreadable(let why):
        unit.problems.append(.fatal(why.reason, SourceLocation(path: files.shown(path))))
      case .file(let file):
        if let refusal = apply(file, to: &unit, isFragment: false) { unit.problems.append(refusal) }
      }
    }
    addInstall(to: &unit)
  }

  private func addInstall(to unit: inout Loaded) {
    guard unit.state != .masked, excess == nil else { return }
    let own = unit.path.map { [$0] } ?? []
    for path in own + dropIns.ownPaths(for: unit.name) {
      if case .file(let file) = parse(path) { unit.install.add(file, to: unit.name) }
    }
  }

  // MARK: Lines

  /// Applies a file; why systemd reads it no further, where it does not.
  ///
  /// Of a fragment that is the end of the unit. What a drop-in set until then stays.
  private func apply(_ file: UnitFile, to unit: inout Loaded, isFragment: Bool) -> UnitProblem? {
    let known = ["Unit", "Install", unit.name.type == "service" ? "Service" : "Socket"]
    for line in file.lines {
      switch line {
      case .section(let name, let location):
        guard !known.contains(name), !name.hasPrefix("X-") else { continue }
        unit.problems.append(
          UnitProblem(
            kind: .unknownSection, section: name, name: "", value: "", location: location,
            message: "a \(unit.name.type) unit has no section '[\(name)]'; systemd ignores it"))
      case .nonsense(let what, let section, let location):
        guard section.map(known.contains) ?? true else { continue }
        unit.problems.append(
          UnitProblem(
            kind: .syntax, section: section ?? "", name: "", value: "", location: location,
            message: "\(what); systemd ignores it"))
      case .assignment(let assignment):
        guard let problem = apply(assignment, to: &unit, known: known) else { continue }
        if problem.kind == .fatal {
          if isFragment { unit.state = .badSetting }
          return problem
        }
        unit.problems.append(problem)
      }
    }
    guard let failure = file.failure else { return nil }
    if isFragment { unit.state = .error }
    return .fatal(failure.message, failure.location)
  }

  private func find(_ setting: Setting) -> (isKnown: Bool, since: Int?) {
    if let found = settings[setting] { return found }
    let found = UnitSettingNames.find(setting.name, in: setting.section)
    // Names that nobody knows are as many as somebody likes.
    if found.isKnown { settings[setting] = found }
    return found
  }

  private func apply(
    _ assignment: UnitAssignment, to unit: inout Loaded, known: [String]
  ) -> UnitProblem? {
    func problem(_ kind: UnitProblem.Kind, _ message: String) -> UnitProblem {
      UnitProblem(
        kind: kind, section: assignment.section ?? "", name: assignment.name,
        value: assignment.value, location: assignment.nameLocation, message: message)
    }
    guard let section = assignment.section else {
      return problem(.syntax, "'\(assignment.name)=' stands before any section; systemd ignores it")
    }
    guard known.contains(section) else { return nil }
    let (isKnown, since) = find(Setting(section: section, name: assignment.name))
    guard isKnown else {
      if assignment.name.hasPrefix("X-") { return nil }
      let homes = UnitSettingNames.sections(of: assignment.name)
      // What belongs to units of another type has no home in this one.
      if let home = homes.first(where: known.contains) {
        var result = problem(
          .misplaced,
          "'\(assignment.name)=' belongs in [\(home)]; in [\(section)] systemd ignores it")
        result.belongsIn = home
        result.since = since
        return result
      }
      return problem(.unknown, "[\(section)] has no '\(assignment.name)='; systemd ignores it")
    }
    if let since, let version, version < since {
      var result = problem(
        .newer,
        "'\(assignment.name)=' is of systemd \(since) and later; systemd \(version) ignores it")
      result.since = since
      return result
    }
    switch unit.settings.apply(assignment) {
    case .applied, .passedOver: break
    case .invalid(let why):
      return problem(.invalid, "\(assignment.name)=: \(why)").at(assignment.location)
    case .fatal(let why):
      return problem(.fatal, "\(assignment.name)=: \(why); systemd refuses the unit")
        .at(assignment.location)
    }
    guard let since, version == nil else { return nil }
    var result = problem(
      .newer, "'\(assignment.name)=' is of systemd \(since) and later; earlier ones ignore it")
    result.since = since
    return result
  }
}

extension UnitProblem {
  static func fatal(_ message: String, _ location: SourceLocation) -> UnitProblem {
    UnitProblem(
      kind: .fatal, section: "", name: "", value: "", location: location, message: message)
  }

  fileprivate func at(_ location: SourceLocation) -> UnitProblem {
    var problem = self
    problem.location = location
    return problem
  }
}
