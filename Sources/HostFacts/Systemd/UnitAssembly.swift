internal import CEL

/// Makes units of what a search path holds.
struct UnitAssembly {
  let loader: UnitLoader
  private let enablement: UnitEnablement
  private let files: any UnitFiles

  init(_ searchPath: [String], _ files: any UnitFiles, version: Int?) {
    self.files = files
    loader = UnitLoader(searchPath, files, version: version)
    enablement = UnitEnablement(loader.map.places, files)
  }

  /// All that the directories name, the instances that are linked to, and others that are known to
  /// be there, such as running ones.
  func names(also others: [String] = []) -> [UnitName] {
    var ids: Set<UnitName> = []
    for name in Array(loader.map.targets.keys) + enablement.wantedNames + others {
      guard let unit = UnitName(name), UnitNameMap.types.contains(unit.type) else { continue }
      // A link to a unit that is nowhere is no unit.
      if loader.map.targets[name] == nil && loader.map.fragment(of: unit) == nil { continue }
      ids.insert(loader.map.id(of: unit))
    }
    return ids.sorted { $0.text < $1.text }
  }

  /// - Parameter bareDropIns: whether drop-ins without their unit make one.
  func units(_ names: [UnitName], bareDropIns: Bool, deadline: Deadline?) -> Units {
    var gap = loader.gap
    var loaded: [UnitLoader.Loaded] = []
    for name in names {
      if deadline?.hasPassed == true {
        gap = gap ?? .init("unit files were not read within the time limit")
        break
      }
      let unit = loader.load(name)
      if let excess = loader.excess {
        gap = gap ?? excess
        break
      }
      loaded.append(unit)
    }
    let activated = activators(loaded)
    var units = loaded.map { unit($0, sockets: activated[$0.name.text] ?? []) }
    if bareDropIns && loader.excess == nil { units += orphans(loaded) }
    units.sort { $0.name < $1.name }
    return Units(units: PartialList(units, rest: gap ?? loader.gap ?? loader.excess))
  }

  /// The sockets that start each service.
  private func activators(_ loaded: [UnitLoader.Loaded]) -> [String: [String]] {
    var sockets: [String: [String]] = [:]
    for unit in loaded where unit.name.type == "socket" && unit.state == .loaded {
      guard let service = SocketUnit(unit.settings, name: unit.name).service.value else { continue }
      sockets[service, default: []].append(unit.name.text)
    }
    return sockets
  }

  private func unit(_ loaded: UnitLoader.Loaded, sockets: [String]) -> Unit {
    var unit = Unit(loaded, files, sockets: sockets)
    unit.wantedBy = enablement.wantedBy(loaded.names)
    if loaded.install.isBroken || loader.map.hasRefusedLink(for: loaded.name) {
      unit.enablement = .bad
      return unit
    }
    let link = loaded.path.flatMap { files.link($0) }
    unit.enablement = enablement.state(
      of: loaded.name, path: loaded.path, linkedTo: link, isMasked: loaded.state == .masked,
      install: loaded.install)
    return unit
  }

  /// Drop-ins that are for no unit here, by directory.
  private func orphans(_ loaded: [UnitLoader.Loaded]) -> [Unit] {
    var used: Set<String> = []
    for unit in loaded {
      for path in unit.dropIns { used.insert(lastComponent(directoryName(path))) }
    }
    return loader.dropInDirectories.subtracting(used).sorted().compactMap { directory -> Unit? in
      let text = String(directory.dropLast(".d".utf8.count))
      // Of `service.d`, which is for all services.
      guard let name = UnitName(text) ?? UnitName("all.\(text)"),
        UnitNameMap.types.contains(name.type)
      else { return nil }
      let loaded = loader.loadDropIns(directory, for: name)
      guard loader.excess == nil else { return nil }
      var unit = Unit(loaded, files, sockets: [])
      unit.name = text
      unit.names = [text]
      return unit
    }
  }
}

extension Unit {
  init(_ loaded: UnitLoader.Loaded, _ files: any UnitFiles, sockets: [String]) {
    name = loaded.name.text
    kind = loaded.name.type
    names = loaded.names
    loadState = loaded.state
    path =
      loaded.path.map(files.shown).map { .value($0, .file(SourceLocation(path: $0))) }
      ?? .absent("there is no file")
    dropIns = loaded.dropIns.map(files.shown)
    enablement = .notFound
    wantedBy = []
    isActive = .absent("only a running system tells")
    listeners = .absent("only a running system tells")
    dependencies = loaded.settings.dependencies
    commands = loaded.settings.commands.sorted { $0.key < $1.key }.flatMap(\.value)
    problems = loaded.problems
    let origin = path.origin ?? .derived([])
    if kind == "service" {
      service = .value(ServiceUnit(loaded.settings, sockets: sockets), origin)
      socket = .absent("it is a service unit")
    } else {
      service = .absent("it is a socket unit")
      socket = .value(SocketUnit(loaded.settings, name: loaded.name), origin)
    }
  }
}
