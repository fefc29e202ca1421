internal import CEL
internal import Glibc

extension Host {
  /// Reads the host. Throws only where the namespace that was asked for cannot be entered: whatever
  /// else cannot be read is in the snapshot as such.
  public static func read(_ options: HostOptions = HostOptions()) throws(NetworkNamespace.Failure)
    -> Host
  {
    try read(options, from: HostSources())
  }

  /// One line for each source; all start at once.
  static func read(_ options: HostOptions, from sources: HostSources)
    throws(NetworkNamespace.Failure) -> Host
  {
    let root = options.root
    let limit = TimeLimit(options.timeLimit)
    let namespace = try NetworkNamespace.open(options.netns, root)
    try namespace.tryToEnter(by: limit.end)

    let identity = HostSource { sources.identity(root) }
    let settings = { @Sendable (entries: [SysctlEntry], isInitial: Reading<Bool>) in
      let version = identity.value(by: limit.early)?.kernel.value?.version
      return sources.sysctl(root, entries, version, isInitial.value ?? true)
    }
    let recorded = root.recording?.file
    let hostIsInitial = { @Sendable in
      recorded?.hostIsInitial.reading ?? NetworkNamespace.callerIsInInitial(root)
    }
    let callerIsInInitial = { @Sendable in
      recorded?.namespace.isInitial.reading ?? NetworkNamespace.callerIsInInitial(root)
    }
    let hostSysctl = HostSource { settings(ProcSys.ofHost, hostIsInitial()) }
    let sysctl = HostSource(in: namespace) { settings(ProcSys.ofNamespace, callerIsInInitial()) }
    let rawSysctls = HostSource(in: namespace) { sources.rawSysctls(root, options.rawKeys) }
    let isInitial = HostSource(in: namespace) { callerIsInInitial() }
    let netstat = HostSource(in: namespace) { NetstatSample(sources.netstat(root)) }
    let pause = options.sample.map(TimeLimit.bounded)
    let delta =
      recorded?.sampleSeconds.map { seconds in
        HostSource { NetstatDelta(recorded: netstat, root, sources, seconds: seconds, limit) }
      }
      ?? pause.map { pause in
        HostSource(in: namespace) { second(netstat, after: pause, root, sources, limit) }
      }
    let sockstat = HostSource(in: namespace) { sources.sockstat(root) }
    let survey = HostSource { sources.namespaces(root, limit.dumps) }
    let dump = HostSource(in: namespace) {
      let kernel = identity.value(by: limit.early)?.kernel.value?.version
      return sources.sockets(
        root, limit.dumps,
        .init(kernel: kernel) {
          SocketSettings(
            sysctl.value(by: limit.dumps) ?? .unavailable(ProcSys.ofNamespace, limit.passed))
        })
    }

    var answers = Answers(limit: limit)
    var sockets = answers.take(dump, "the socket tables", or: SocketsReading(limit.passed))
    if root.isLive || recorded != nil, case .value(let found, let origin) = sockets.sockets {
      let owners = HostSource { sources.owners(root, limit.end, found) }
      sockets.sockets = .value(answers.take(owners, "'/proc/PID'", or: found), origin)
    }
    let found = answers.take(survey, "'/proc/PID/ns'", or: NamespaceSurvey(gap: limit.passed))
    var host = answers.take(identity, "'/proc/sys/kernel'", or: .unavailable(limit.passed))
    host.sysctl = HostSysctl(
      answers.take(hostSysctl, "'/proc/sys'", or: .unavailable(ProcSys.ofHost, limit.passed)))
    let identityOfNamespace =
      recorded?.namespace.identity
      ?? NamespaceIdentity(
        namespace, survey: found,
        isInitial: answers.take(isInitial, "'/proc/sys/net'", or: .unavailable(limit.passed)))
    let growth =
      delta.map { source in
        // The second sample has its own time on top of the limit.
        source.value(by: .after(.seconds(limit.seconds + (pause ?? 0))))
          ?? answers.stalled("the second sample", .unavailable(limit.passed))
      } ?? .notSampled
    let snapshot = Host(
      identity: host, namespace: identityOfNamespace,
      sysctl: answers.take(
        sysctl, "'/proc/sys/net'", or: .unavailable(ProcSys.ofNamespace, limit.passed)),
      rawSysctls: answers.take(
        rawSysctls, "'/proc/sys'", or: .unavailable(options.rawKeys, limit.passed)),
      netstat: answers.take(
        netstat, "'/proc/net/netstat'", or: NetstatSample(.unavailable(limit.passed))
      ).reading,
      sockstat: answers.take(sockstat, "'/proc/net/sockstat'", or: .unavailable(limit.passed)),
      delta: growth, sockets: sockets.sockets,
      namespaces: recorded?.namespaces.map(\.entry) ?? found.entries(audited: namespace),
      namespacesGap: recorded.map { $0.namespacesGap?.unreadable } ?? found.gap,
      notices: notices(identityOfNamespace, sockets, answers),
      sources: sourceList(root, sockets))
    root.recorder?.finish(
      snapshot, hostIsInitial: HostSource { hostIsInitial() }.value(by: limit.end))
    return snapshot
  }

  /// Reads the counters again, some seconds after the first reading.
  private static func second(
    _ first: HostSource<NetstatSample>, after seconds: Double, _ root: HostRoot,
    _ sources: HostSources, _ limit: TimeLimit
  ) -> NetstatDelta {
    guard let first = first.value(by: limit.end) else { return .unavailable(limit.passed) }
    sleep(seconds: seconds)
    let second = NetstatSample(sources.netstat(root.atSecondSample))
    return NetstatDelta(
      from: first.reading, to: second.reading,
      seconds: first.moment.duration(to: second.moment) / .seconds(1))
  }

  private static func notices(
    _ namespace: NamespaceIdentity, _ sockets: SocketsReading, _ answers: Answers
  ) -> [Notice] {
    var notices: [Notice] = []
    if namespace.isPID1.value == false {
      notices.append(
        Notice(.info, "the audited network namespace is not that of PID 1"))
    }
    notices += sockets.notices.map { Notice(.warning, $0) }
    notices += answers.stalled.map {
      Notice(.warning, "\($0) \(answers.limit.passed.reason); the rest was read")
    }
    return notices
  }

  private static func sourceList(_ root: HostRoot, _ sockets: SocketsReading) -> [Source] {
    let files = root.read.map {
      Source(name: $0.path, bytes: $0.bytes, isAbsent: $0.isAbsent, failure: $0.failure)
    }
    return sockets.sources + files
  }
}

/// The moments by which sources must have answered.
struct TimeLimit: Sendable {
  let seconds: Double
  let end: Deadline
  /// For what others wait for.
  let early: Deadline
  /// For dumps that stop by themselves, so that there is time to make facts of what they read.
  let dumps: Deadline

  init(_ seconds: Double) {
    let limited = Self.bounded(seconds)
    self.seconds = limited
    end = .after(.seconds(limited))
    early = .after(.seconds(limited * 0.25))
    dumps = .after(.seconds(limited * 0.8))
  }

  /// Seconds that a `Duration` can hold: a day is as good as for ever, and NaN and negative
  /// numbers are no time at all.
  static func bounded(_ seconds: Double) -> Double { seconds > 0 ? min(seconds, 86400) : 0 }

  /// What is said of a source that has not answered.
  var passed: Unreadable {
    let whole = Int(seconds)
    return .init("did not answer within \(Double(whole) == seconds ? "\(whole)" : "\(seconds)") s")
  }
}

/// Takes what sources answer and notes which did not.
private struct Answers {
  let limit: TimeLimit
  private(set) var stalled: [String] = []

  init(limit: TimeLimit) { self.limit = limit }

  mutating func take<Value>(
    _ source: HostSource<Value>, _ name: String, or fallback: @autoclosure () -> Value
  ) -> Value {
    source.value(by: limit.end) ?? stalled(name, fallback())
  }

  mutating func stalled<Value>(_ name: String, _ fallback: Value) -> Value {
    if !stalled.contains(name) { stalled.append(name) }
    return fallback
  }
}

/// The counters and when they were read.
struct NetstatSample: Sendable {
  let reading: NetstatReading
  let moment = SuspendingClock().now

  init(_ reading: NetstatReading) { self.reading = reading }
}

/// Waits on this thread.
private func sleep(seconds: Double) {
  let end = Deadline.after(.seconds(seconds))
  while let rest = end.remaining, rest > .zero {
    let (whole, attoseconds) = rest.components
    var wait = timespec(tv_sec: Int(whole), tv_nsec: Int(attoseconds / 1_000_000_000))
    // EINTR: a signal came; what is left is waited for in the next round.
    unsafe nanosleep(&wait, nil)
  }
}

extension NetstatDelta {
  /// From the two samples of a recording.
  fileprivate init(
    recorded first: HostSource<NetstatSample>, _ root: HostRoot, _ sources: HostSources,
    seconds: Double, _ limit: TimeLimit
  ) {
    guard let first = first.value(by: limit.end) else {
      self = .unavailable(limit.passed)
      return
    }
    self.init(
      from: first.reading, to: sources.netstat(root.atSecondSample), seconds: seconds)
  }
}

extension HostSource {
  /// Starts reading on a thread in a namespace that `tryToEnter` has shown to be open to us.
  convenience init(in namespace: NetworkNamespace, _ body: @escaping @Sendable () -> Value) {
    self.init { () -> Value? in
      do throws(NetworkNamespace.Failure) { try namespace.enter() } catch { return nil }
      return body()
    }
  }
}

extension NetworkNamespace {
  /// Enters it on a thread that ends at once, to know before reading anything.
  func tryToEnter(by deadline: Deadline) throws(Failure) {
    let attempt = HostSource { () -> Failure?? in
      do throws(Failure) { try enter() } catch { return .some(error) }
      return .some(nil)
    }
    if let failure = attempt.value(by: deadline), let failure { throw failure }
  }
}
