/// The service and socket units of a host, or of bare files.
struct Units: Sendable {
  /// Sorted by name.
  var units: PartialList<Unit>

  /// Those of several trees.
  init(joining lists: [PartialList<Unit>]) {
    units = PartialList([])
    for list in lists { units.add(list) }
  }

  init(units: PartialList<Unit>) { self.units = units }

  /// One file of a repository that may be one of a unit.
  struct File: Sendable {
    var path: String
    var content: [UInt8]
    /// Where it points, where it is a link.
    var link: String?

    init(path: String, content: [UInt8]) {
      self.path = path
      self.content = content
    }

    init(path: String, linkTo target: String) {
      self.path = path
      content = []
      link = target
    }
  }

  /// The units of a host's files.
  static func read(_ root: HostRoot, version: Int?, deadline: Deadline? = nil) -> Units {
    let assembly = UnitAssembly(UnitSearchPath.system, HostUnitFiles(root), version: version)
    return assembly.units(assembly.names(), bareDropIns: false, deadline: deadline)
  }
}
