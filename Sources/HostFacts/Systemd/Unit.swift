internal import CEL

/// A service or socket unit as systemd loads it: the first file of its name along the search path,
/// then its drop-ins in order. systemd.unit(5).
struct Unit: Sendable {
  /// What systemd calls it: the name of its file, with the instance of a template put in. Of bare
  /// drop-ins without their unit, the name of their directory without `.d`.
  var name: String
  /// `service` or `socket`.
  var kind: String
  /// All its names, its own among them, sorted; more than one where links name it.
  var names: [String]
  var loadState: LoadState
  /// The file that it is read from, or that masks it.
  var path: Reading<String>
  /// Drop-ins in the order in which they apply.
  var dropIns: [String]
  var enablement: Enablement
  /// Units whose `.wants` or `.requires` directories link to it, sorted.
  var wantedBy: [String]
  /// Whether processes run in its control group; only a running system tells.
  var isActive: Reading<Bool>
  /// Names in `After=`, `Before=`, `Conflicts=` and their like; those that systemd adds by itself
  /// are not here.
  var dependencies: UnitDependencies
  var service: Reading<ServiceUnit>
  var socket: Reading<SocketUnit>
  /// Lines that run programs (`ExecStart=` and its like), in the order of systemd's merge.
  var commands: [UnitCommand]
  /// Settings that systemd ignores, and what keeps it from loading the unit.
  var problems: [UnitProblem]
  /// Ports of the running system that its processes, or systemd for it, listen on.
  var listeners: Reading<[ServicePort]>
  /// Of a service that listens: whether it would come back.
  var restart: Reading<RestartForecast> = .absent("only a running system tells")

  /// Of a socket unit that is enabled and does not listen: connections that keep its ports.
  var takers = PartialList<PortTaker>([])

  /// `LoadState` of `systemctl show`.
  enum LoadState: String, Sendable {
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
  enum Enablement: String, Sendable {
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
  var isEnabled: Bool {
    loadState != .masked && loadState != .template && !wantedBy.isEmpty
  }
}

/// What orders a unit, pulls it in or excludes it, as its files say.
struct UnitDependencies: Hashable, Sendable {
  var after: [String] = []
  var before: [String] = []
  var conflicts: [String] = []
  var wants: [String] = []
  var requires: [String] = []

  init() {}
}

extension Unit: FactObject {
  static let typeName = "Unit"
  static let documentation = """
    A service or socket unit as systemd loads it: its file and its drop-ins along the search path, \
    systemd.unit(5).
    """
  var factOrigin: Origin? { path.origin }

  var isMasked: Bool { loadState == .masked }
  var isLoaded: Bool { loadState == .loaded }
  var isTemplate: Bool { loadState == .template }
  var loadStateText: String { loadState.rawValue }
  var enablementText: String { enablement.rawValue }
  var execStart: [String] { commands.filter { $0.setting == "ExecStart" }.map(\.text) }

  static let fields: FactFields<Unit> = [
    .init("name", \.name, "Its name, such as `ssh.service`.", key: true),
    .init("kind", \.kind, "`service` or `socket`."),
    .init("names", \.names, "All its names: its own and those that links give it."),
    .init("path", \.path, "The file that it is read from, or that masks it.", optional: true),
    .init("drop_ins", \.dropIns, "Drop-ins, in the order in which they apply."),
    .init(
      "load_state", \.loadStateText,
      "`loaded`, `masked`, `not-found`, `bad-setting` or `error` as `systemctl show` says;"
        + " `template` for what is only the mould of instances."),
    .init("loaded", \.isLoaded, "systemd loads it and could start it."),
    .init("masked", \.isMasked, "Its file is empty or a link to /dev/null."),
    .init("template", \.isTemplate, "It is only the mould of instances."),
    .init(
      "enablement", \.enablementText,
      "What `systemctl is-enabled` says: `enabled`, `disabled`, `static`, `alias`, `indirect` …"),
    .init(
      "enabled", \.isEnabled,
      "Not masked, and a `.wants` or `.requires` directory links to it: it is started at boot."),
    .init("wanted_by", \.wantedBy, "Units whose `.wants` or `.requires` directories link to it."),
    .init(
      "active", \.isActive,
      "Processes run in its control group; of a socket unit that systemd listens. Only a running"
        + " system tells.", optional: true),
    .init("after", \.dependencies.after, "Units in `After=`."),
    .init("before", \.dependencies.before, "Units in `Before=`."),
    .init("conflicts", \.dependencies.conflicts, "Units in `Conflicts=`."),
    .init("wants", \.dependencies.wants, "Units in `Wants=`."),
    .init(
      "requires", \.dependencies.requires, "Units in `Requires=`, `Requisite=` or `BindsTo=`."),
    .init(
      "service", \.service, "What `[Service]` and `[Unit]` set; absent for sockets.",
      optional: true),
    .init("socket", \.socket, "What `[Socket]` sets; absent for services.", optional: true),
    .init("problems", \.problems, "Lines that systemd ignores or stumbles over."),
    .init(
      "listeners", \.listeners,
      "Ports of the audited network namespace that its processes listen on, or systemd for it. Only"
        + " a running system tells.", optional: true),
    .init(
      "taken_by", \.takers,
      "Of an enabled socket unit that does not listen: connections on its TCP ports that make its"
        + " bind() fail, TIME_WAIT and what nobody holds excepted. Only a running system tells."),
    .init(
      "restart", \.restart,
      "Of a service that listens on TCP ports of the audited network namespace: whether it would"
        + " come back if it were restarted now. Only a running system tells.", optional: true),
  ]
}
