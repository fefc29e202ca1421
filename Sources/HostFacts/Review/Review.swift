internal import CEL

/// What to review.
struct ReviewOptions: Sendable {
  /// Files and directories, as they were named.
  var paths: [String]
  /// What names and values are judged for; none stands for every supported series.
  var kernels: [KernelVersion]
  /// Only files that match one of these, relative to `base`; all where it is empty.
  var include: [PathPattern]
  var exclude: [PathPattern]
  /// Beginning of paths that patterns leave out: the directory that they are relative to, ending in
  /// a slash, or nothing.
  var base: String
  /// Keys that rules look up in `sysctl_raw`.
  var rawKeys: [String]

  init(
    paths: [String], kernels: [KernelVersion] = [], include: [PathPattern] = [],
    exclude: [PathPattern] = [], base: String = "", rawKeys: [String] = []
  ) {
    self.paths = paths
    self.kernels = kernels
    self.include = include
    self.exclude = exclude
    self.base = base
    self.rawKeys = rawKeys
  }
}

/// Bare files, such as those of a repository, and what they would set on a host.
struct Review: Sendable {
  let configuration: SysctlConfiguration
  let units: Units
  let sysctl: ProcSys
  let hostSysctl: ProcSys
  let rawSysctls: RawSysctls
  /// The files that told something, sorted.
  let files: [String]
  /// How many files were looked at, by name at least.
  let fileCount: Int
  /// Why files, or a part of one, could not be read.
  let unread: [Unreadable]
  let notices: [Host.Notice]

  /// What is said of a fact that a host has and files do not set. It is no gap of the review.
  static let notSet = "not set in the reviewed files"

  /// A path on the command line that is none.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Reads the files. Throws where a path that was named is not there; what else cannot be read is
  /// among `unread`.
  static func read(_ options: ReviewOptions) throws(Failure) -> Review {
    var reader = RepositoryReader(options)
    for path in options.paths { try reader.read(path) }
    return Review(reader, options)
  }

  private init(_ reader: RepositoryReader, _ options: ReviewOptions) {
    let found = reader.found
    configuration = SysctlConfiguration(
      files: found.sysctls, statements: found.statements,
      kernels: options.kernels.isEmpty
        ? SysctlConfiguration.supportedKernels : options.kernels)
    units = Units.review(found.units)
    let settings = ReviewedSettings(configuration)
    sysctl = settings.settings(of: ProcSys.ofNamespace)
    hostSysctl = settings.settings(of: ProcSys.ofHost)
    rawSysctls = settings.raw(options.rawKeys)
    files = found.paths.sorted()
    fileCount = reader.fileCount
    unread = found.unread
    notices = found.notices
  }
}

extension Review {
  /// The variables of rules. What only a host has is unavailable, for a reason that `notSet` names.
  var activation: Activation {
    let why = Unreadable(Self.notSet)
    var identity = HostIdentity.unavailable(why)
    identity.sysctl = HostSysctl(hostSysctl)
    let missing = Field.unavailable(Missing(reason: Self.notSet))
    let namespace = NamespaceIdentity(
      inode: .unavailable(why), name: .unavailable(why), kind: "own", isPID1: .unavailable(why),
      isInitial: .unavailable(why))
    return Activation([
      "host": .value(identity.factValue, nil),
      "netns": .value(namespace.factValue, nil),
      "sysctl": .value(sysctl.factValue, nil),
      "sysctl_raw": .value(rawSysctls.factValue, nil),
      "netstat": .value(NetstatReading.unavailable(why).factValue, nil),
      "sockstat": .value(Sockstat.unavailable(why).factValue, nil),
      "sockets": missing,
      "delta": .value(NetstatDelta.notSampled.factValue, nil),
      "sysctl_config": .value(configuration.factValue, nil),
      "units": .value(units.units.factValue, nil),
    ])
  }
}
