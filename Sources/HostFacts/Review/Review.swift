public import CEL

/// What to review.
public struct ReviewOptions: Sendable {
  /// Files and directories, as they were named.
  public var paths: [String]
  /// What names and values are judged for; none stands for every supported series.
  public var kernels: [KernelVersion]
  /// Only files that match one of these, relative to `base`; all where it is empty.
  public var include: [PathPattern]
  public var exclude: [PathPattern]
  /// Beginning of paths that patterns leave out: the directory that they are relative to, ending in
  /// a slash, or nothing.
  public var base: String
  /// Keys that rules look up in `sysctl_raw`.
  public var rawKeys: [String]

  public init(
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
public struct Review: Sendable {
  public let configuration: SysctlConfiguration
  public let units: Units
  let sysctl: ProcSys
  let hostSysctl: ProcSys
  let rawSysctls: RawSysctls
  /// The files that told something, sorted.
  public let files: [String]
  /// How many files were looked at, by name at least.
  public let fileCount: Int
  /// Why files, or a part of one, could not be read.
  public let unread: [Unreadable]
  public let notices: [Host.Notice]

  /// What is said of a fact that a host has and files do not set. It is no gap of the review.
  public static let notSet = "not set in the reviewed files"

  /// A path on the command line that is none.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Reads the files. Throws where a path that was named is not there; what else cannot be read is
  /// among `unread`.
  public static func read(_ options: ReviewOptions) throws(Failure) -> Review {
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
  public var activation: Activation {
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
