internal import CEL

/// Reads the units of a host, with what of them runs.
enum HostUnits {
  static func read(_ root: HostRoot, deadline: Deadline) -> Reading<PartialList<Unit>> {
    // In a container with another init the image's unit files are there, and nothing loads them.
    if root.isLive || root.recording != nil,
      case .value(false, let origin) = Init.read(root).isSystemd
    {
      return .value(PartialList([]), origin)
    }
    if root.recording != nil {
      return RecordedUnits.read(root).flatMap { recorded, _ in
        read(
          RecordedUnitFiles(recorded), version: recorded.version, recorded.unitActivity,
          deadline: deadline
        ).map { $0.taking(recorded.takers) }
      }
    }
    let activity = root.isLive ? UnitActivity.read(root, deadline: deadline) : nil
    let version = systemdVersion(root)
    guard let recorder = root.recorder else {
      return read(HostUnitFiles(root), version: version, activity, deadline: deadline)
    }
    let files = ObservedUnitFiles(HostUnitFiles(root))
    let units = read(files, version: version, activity, deadline: deadline)
    recorder.units(files.recorded(version: version, activity, gap: units.value?.rest))
    return units
  }

  private static func read(
    _ files: any UnitFiles, version: Int?, _ activity: UnitActivity?, deadline: Deadline
  ) -> Reading<PartialList<Unit>> {
    let assembly = UnitAssembly(UnitSearchPath.system, files, version: version)
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
    for directory in ["/usr/lib/systemd", "/usr/lib64/systemd", "/lib/systemd"] {
      if let version = systemdVersion(root, in: directory) { return version }
    }
    // Debian has it below the directory of the architecture.
    let architectures = ((try? root.names("/usr/lib")) ?? [])
      .filter { $0.utf8.contains(UInt8(ascii: "-")) && $0.contains("-linux-gnu") }.sorted()
    for architecture in architectures {
      let directory = "/usr/lib/\(architecture)/systemd"
      if let version = systemdVersion(root, in: directory) { return version }
    }
    return nil
  }

  private static func systemdVersion(_ root: HostRoot, in directory: String) -> Int? {
    let prefix = "libsystemd-shared-"
    let names = ((try? root.names(directory)) ?? []).filter { $0.hasPrefix(prefix) }.sorted()
    for name in names {
      // `libsystemd-shared-252.so`, `libsystemd-shared-255.4-1ubuntu8.so`
      let digits = name.utf8.dropFirst(prefix.utf8.count).prefix(while: isDigit)
      if let version = Int(Substring(digits)) { return version }
    }
    return nil
  }
}
