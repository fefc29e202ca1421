internal import CEL

/// Reads the units of a host, with what of them runs.
enum HostUnits {
  static func read(_ root: HostRoot, deadline: Deadline) -> Reading<PartialList<Unit>> {
    if root.recording != nil { return .unavailable(.init(Recording.noUnitFiles)) }
    let files = HostUnitFiles(root)
    let assembly = UnitAssembly(
      UnitSearchPath.system, files, version: systemdVersion(root))
    let activity = root.isLive ? UnitActivity.read(root, deadline: deadline) : nil
    let names = assembly.names(also: activity?.units.keys.sorted() ?? [])
    var units = assembly.units(names, bareDropIns: false, deadline: deadline).units
    if let activity {
      for index in units.elements.indices where units.elements[index].kind == "service" {
        units.elements[index].isActive = activity.isActive(units.elements[index].names)
      }
    }
    return .value(units, .file(SourceLocation(path: UnitSearchPath.configuration)))
  }

  /// From the name of systemd's own library; nil where there is none.
  static func systemdVersion(_ root: HostRoot) -> Int? {
    let libraries = (try? root.names("/usr/lib")) ?? []
    // Debian has it below the directory of the architecture, others in /usr/lib or /usr/lib64.
    let architectures = libraries.filter { $0.contains("-linux-gnu") }.sorted()
    let directories =
      ["/usr/lib/systemd", "/usr/lib64/systemd", "/lib/systemd"]
      + architectures.map { "/usr/lib/\($0)/systemd" }
    for directory in directories {
      for name in ((try? root.names(directory)) ?? []).sorted() {
        guard name.hasPrefix("libsystemd-shared-") else { continue }
        // `libsystemd-shared-252.so`, `libsystemd-shared-255.4-1ubuntu8.so`
        let digits = name.dropFirst("libsystemd-shared-".count).prefix { $0.isNumber }
        if let version = Int(digits) { return version }
      }
    }
    return nil
  }
}
