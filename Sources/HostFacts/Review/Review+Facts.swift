public import CEL

/// The variables of rules.
extension Review {
  /// What rules judge.
  public struct Facts {
    /// Of all files together. What only a host has is unavailable, and kernel parameters are not set.
    public let whole: Activation
    /// Of each host that there may be.
    public let places: [Place]
    /// How many more of them there are, which are not judged by themselves.
    public let leftOut: Int
  }

  /// What the files say of a host that there may be.
  public struct Place {
    /// The name of its directory in the repository.
    public let name: String
    public let hasSysctls: Bool
    public let hasUnits: Bool
    public let facts: () -> Activation
  }

  /// - Parameter waivers: the variable of that name.
  public func facts(waivers: Field) -> Facts {
    // The whole has the values of its parts, which take most of the memory.
    let trees = trees.map { ($0.tree, $0.configuration, value: $0.configuration.factValue) }
    let units = units.map { ($0.root, value: $0.units.factValue) }
    let why = Unreadable(Self.notOfFiles)
    let namespace = NamespaceIdentity(
      inode: .unavailable(why), name: .unavailable(why), kind: "own", isPID1: .unavailable(why),
      isInitial: .unavailable(why))
    var whole = Activation([
      "netns": .value(namespace.factValue, nil),
      "netstat": .value(NetstatReading.unavailable(why).factValue, nil),
      "sockstat": .value(Sockstat.unavailable(why).factValue, nil),
      "sockets": .unavailable(Missing(reason: Self.notOfFiles)),
      "delta": .value(NetstatDelta.notSampled.factValue, nil),
      "sysctl_config": .value(
        .joined(trees.map(\.value) + [statements.factValue]), nil),
      "units": .value(.joined(units.map(\.value)), nil),
      "waivers": waivers,
      "sysctls_of_findings": .value(.list([]), nil),
    ])
    set(ReviewedSettings(), in: &whole)
    let none = SysctlConfiguration(statements: []).factValue
    let places = ReviewedPlace.all(trees: trees, statements: statements, units: units)
    return Facts(
      whole: whole,
      places: places.prefix(Self.mostPlaces).map { place in
        Place(
          name: place.name, hasSysctls: !place.settings.isEmpty, hasUnits: !place.units.isEmpty
        ) {
          var facts = whole
          facts.variables["sysctl_config"] = .value(.joined([none] + place.configurations), nil)
          facts.variables["units"] = .value(.joined(place.units), nil)
          set(place.settings, in: &facts)
          return facts
        }
      }, leftOut: max(0, places.count - Self.mostPlaces))
  }

  private static let mostPlaces = 1000

  private func set(_ settings: ReviewedSettings, in facts: inout Activation) {
    var identity = HostIdentity.unavailable(Unreadable(Self.notOfFiles))
    identity.sysctl = HostSysctl(settings.settings(of: ProcSys.ofHost))
    if kernels.count == 1, let release = KernelRelease("\(kernels[0])") {
      identity.kernel = .value(release, .derived([]))
    }
    facts.variables["host"] = .value(identity.factValue, nil)
    facts.variables["sysctl"] = .value(settings.settings(of: ProcSys.ofNamespace).factValue, nil)
    facts.variables["sysctl_raw"] = .value(settings.raw(rawKeys).factValue, nil)
  }
}

extension CEL.Value {
  /// Lists one after the other; of objects of one type, their fields. A whole without parts is an empty
  /// list; of what has no parts all are the same.
  fileprivate static func joined(_ values: [CEL.Value]) -> CEL.Value {
    guard case .object(var object)? = values.first else {
      if let first = values.first, !first.isList { return first }
      return .list(
        values.flatMap { value -> [CEL.Value] in
          if case .list(let elements) = value { elements } else { [] }
        })
    }
    object.fields = Dictionary(
      uniqueKeysWithValues: object.fields.keys.map { name in
        let parts = values.compactMap { value -> CEL.Value? in
          guard case .object(let part) = value, case .value(let list, _)? = part.fields[name] else {
            return nil
          }
          return list
        }
        return (name, .value(joined(parts), nil))
      })
    return .object(object)
  }

  private var isList: Bool {
    if case .list = self { true } else { false }
  }
}
