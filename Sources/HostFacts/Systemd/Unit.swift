public import CEL

/// A service or socket unit as systemd loads it: the first file of its name along the search path,
/// then its drop-ins in order. systemd.unit(5).
public struct Unit: Sendable {
  /// What systemd calls it: the name of its file, with the instance of a template put in.
  public var name: UnitName
  /// All its names, its own among them, sorted; more than one where links name it.
  public var names: [String]
  public var loadState: LoadState
  /// The file that it is read from, or that masks it; nil where there are only drop-ins.
  public var path: String?
  /// Drop-ins in the order in which they apply.
  public var dropIns: [String]
  public var enablement: Enablement
  /// Units whose `.wants` or `.requires` directories link to it, sorted.
  public var wantedBy: [String]
  /// Whether processes run in its control group; only a running system tells.
  public var isActive: Reading<Bool>
  /// Names in `After=`, `Before=`, `Conflicts=` and their like; those that systemd adds by itself
  /// are not here.
  public var dependencies: UnitDependencies
  public var service: Reading<ServiceUnit>
  public var socket: Reading<SocketUnit>
  /// Lines that run programs (`ExecStart=` and its like), in the order of systemd's merge.
  public var commands: [UnitCommand]
  /// Settings that systemd ignores, and what keeps it from loading the unit.
  public var problems: [UnitProblem]
  /// Ports of the running system that its processes, or systemd for it, listen on.
  public var listeners: Reading<[ServicePort]>

  /// `LoadState` of `systemctl show`.
  public enum LoadState: String, Sendable {
    case loaded
    case masked
    /// There is no file; or it names one that is not there.
    case notFound = "not-found"
    /// A setting that systemd does not start it with.
    case badSetting = "bad-setting"
    /// The file cannot be read as one of units.
    case error
    /// It is the mould of instances, and never loaded itself.
    case template
  }

  /// What `systemctl is-enabled` says.
  public enum Enablement: String, Sendable {
    case enabled
    case enabledRuntime = "enabled-runtime"
    case linked
    case linkedRuntime = "linked-runtime"
    case alias
    case masked
    case maskedRuntime = "masked-runtime"
    case `static`
    case indirect
    case disabled
    case generated
    case transient
    case bad
    /// There is no file of that name.
    case notFound = "not-found"
  }

  /// Whether something starts it at boot: not masked, and linked from a `.wants` or `.requires`
  /// directory, whoever made that link.
  public var isEnabled: Bool {
    loadState != .masked && loadState != .template && !wantedBy.isEmpty
  }
}

/// What orders a unit, pulls it in or excludes it, as its files say.
public struct UnitDependencies: Hashable, Sendable {
  public var after: [String] = []
  public var before: [String] = []
  public var conflicts: [String] = []
  public var wants: [String] = []
  public var requires: [String] = []

  public init() {}
}

/// A program that a unit runs.
public struct UnitCommand: Sendable {
  /// `ExecStart`, `ExecStartPre` …
  public var setting: String
  /// As written, prefixes included.
  public var text: String
  /// The program, absolute or a bare name.
  public var program: String
  /// Its arguments, argv[0] first; quotes and escapes gone, specifiers replaced, `$NAME` as written.
  public var arguments: [String]
  /// With the prefix `-`.
  public var ignoresFailure: Bool
  public var location: SourceLocation
}

/// A line of a unit's files that systemd ignores, or that keeps the unit from being loaded.
public struct UnitProblem: Hashable, Sendable {
  public enum Kind: String, Sendable {
    /// No version of systemd has such a setting there.
    case unknown
    /// Known in another section, ignored in this one.
    case misplaced
    /// Only versions of systemd from `since` on know it.
    case newer
    case unknownSection = "unknown_section"
    /// A value that the setting does not take; the one before stays.
    case invalid
    /// No assignment, or one outside of any section.
    case syntax
    /// What keeps the unit from being loaded.
    case fatal
  }
  public var kind: Kind
  /// "" outside of any.
  public var section: String
  public var name: String
  public var value: String
  public var location: SourceLocation
  public var message: String
  /// Where a misplaced setting belongs.
  public var belongsIn: String?
  /// The version of systemd that brought it.
  public var since: Int?
}
