public import CEL

/// What to read.
public struct HostOptions: Sendable {
  /// The network namespace to audit.
  public var netns: NetworkNamespace.Selection
  /// Seconds after which sources that have not answered are given up.
  public var timeLimit: Double
  /// Seconds between two readings of the counters; nil for one reading.
  public var sample: Double?
  /// The counters of an earlier run, to tell what has grown since where ``sample`` is nil.
  public var earlier: CounterSample?
  /// The kernels that an image is to boot; none for those that are in it.
  public var kernels: [KernelVersion]
  public var root: HostRoot
  /// What ``Host/bindAnswer`` is to answer.
  public var bind: BindRequest?

  public init(
    netns: NetworkNamespace.Selection = .own, timeLimit: Double = 60, sample: Double? = nil,
    earlier: CounterSample? = nil, kernels: [KernelVersion] = [],
    root: HostRoot = HostRoot()
  ) {
    self.netns = netns
    self.timeLimit = timeLimit
    self.sample = sample
    self.earlier = earlier
    self.kernels = kernels
    self.root = root
  }
}

/// A snapshot of a host, read once.
public struct Host: Sendable {
  let identity: HostIdentity
  /// Of an image, the kernels that it may boot; nil for a host.
  public let imageKernels: [KernelVersion]?
  let namespace: NamespaceIdentity
  let sysctl: ProcSys
  let rawSysctls: RawSysctls
  let sysctlConfiguration: SysctlConfiguration
  let netstat: NetstatReading
  /// The counters as a later run wants them; nil where it could not tell what they are of.
  public let counterSample: CounterSample?
  let sockstat: Sockstat
  let delta: NetstatDelta
  /// The sockets of the audited namespace.
  let sockets: Reading<Sockets>
  /// Service and socket units, from their files.
  let units: Reading<PartialList<Unit>>
  /// What was read for ``bindAnswer``; nil where nobody asked.
  let bind: BindFacts?

  /// The network namespaces that can be seen, the audited one first.
  public let namespaces: [NamespaceEntry]
  /// Why there may be more of them; nil where all processes were looked at.
  public let namespacesGap: Unreadable?
  public let notices: [Notice]
  /// What was read, by name.
  public let sources: [Source]

  /// Something that the user should know and that is no finding.
  public struct Notice: Hashable, Sendable {
    public enum Level: String, Sendable { case info, warning }
    public var level: Level
    public var message: String

    public init(_ level: Level, _ message: String) {
      self.level = level
      self.message = message
    }
  }

  /// A file or dump, and how reading it went.
  public struct Source: Hashable, Sendable {
    /// A path, or the name of a dump.
    public var name: String
    /// Bytes read, where they were counted.
    public var bytes: Int?
    /// Whether there is no such file.
    public var isAbsent: Bool
    /// Why it could not be read; nil where it was.
    public var failure: Unreadable?
  }

  /// Numbers of sockets, for the report.
  public struct SocketCounts: Hashable, Sendable {
    public var tcp: Int
    public var udp: Int
    public var timeWait: Int
    public var listeners: Int
  }

  /// Name of the host, for the report.
  public var name: Reading<String> { identity.name }
  public var bootID: Reading<String> { identity.bootID }
  /// As uname(2) gives it.
  public var kernelRelease: String? { kernel.value?.release }
  var kernel: Reading<KernelRelease> { identity.kernel }
  /// Whether the counters were read twice, by this run or by an earlier one.
  public var hasSecondSample: Bool { delta.seconds.value != nil }
  /// Whether the audited namespace is the one that the kernel began with.
  public var isNamespaceInitial: Reading<Bool> { namespace.isInitial }
  /// Whether PID 1 is in the audited namespace.
  public var isNamespaceOfPID1: Reading<Bool> { namespace.isPID1 }

  /// How many sockets there are in the audited namespace; nil where not all could be read.
  public var socketCounts: SocketCounts? {
    guard let sockets = sockets.value, let tcp = sockets.tcp.value, let udp = sockets.udp.value,
      let states = sockets.states.value
    else { return nil }
    return SocketCounts(
      tcp: tcp, udp: udp, timeWait: states.timeWait, listeners: sockets.listeners.elements.count)
  }

  /// Which end of its connections the audited namespace is; see the fact `sockets.role`.
  public var role: String? { sockets.value?.role.value }

  /// The variables of rules; `waivers` is given beside the host and empty here.
  public var activation: Activation {
    Activation([
      "host": .value(identity.factValue, nil),
      "netns": .value(namespace.factValue, nil),
      "sysctl": .value(sysctl.factValue, nil),
      "sysctl_raw": .value(rawSysctls.factValue, nil),
      "sysctl_config": .value(sysctlConfiguration.factValue, nil),
      "netstat": .value(netstat.factValue, nil),
      "sockstat": .value(sockstat.factValue, nil),
      "sockets": sockets.field,
      "units": units.field,
      "delta": .value(delta.factValue, nil),
      "waivers": WaiverFact.variable([]),
      "sysctls_of_findings": .value(.list([]), nil),
    ])
  }
}
