internal import CEL
internal import Glibc

/// A host that is being read, on threads of its own.
public struct HostReading: Sendable {
  /// Waits for what is read, and reads the keys that rules look up in `sysctl_raw`.
  public let finish: @Sendable (_ rawKeys: [String]) -> Host
}

extension Host {
  /// Reads the host.
  ///
  /// - Parameter rawKeys: Keys that rules look up in `sysctl_raw`.
  public static func read(_ options: HostOptions = HostOptions(), rawKeys: [String] = [])
    throws(NetworkNamespace.Failure) -> Host
  {
    try begin(options).finish(rawKeys)
  }

  static func read(_ options: HostOptions, from sources: HostSources)
    throws(NetworkNamespace.Failure) -> Host
  {
    try begin(options, from: sources).finish([])
  }

  /// Begins to read the host. Throws only where the namespace that was asked for cannot be entered:
  /// whatever else cannot be read is in the snapshot as such.
  public static func begin(_ options: HostOptions) throws(NetworkNamespace.Failure) -> HostReading {
    try begin(options, from: HostSources())
  }

  /// One line for each source; all start at once.
  private static func begin(_ options: HostOptions, from sources: HostSources)
    throws(NetworkNamespace.Failure) -> HostReading
  {
    let root = options.root
    let limit = TimeLimit(options.timeLimit)
    // First what takes longest: threads begin one after the other where processors are few.
    let unitFiles = HostSource { sources.units(root, limit.units) }
    let namespace = try NetworkNamespace.open(options.netns, root)
    try namespace.tryToEnter(by: limit.end)

    let identity = HostSource { sources.identity(root) }
    let image = root.isImage ? ImageKernels(options.kernels, or: root) : nil
    let configuration = HostSource(in: namespace) {
      let running = identity.value(by: limit.early)?.kernel.value.map { [$0.version] }
      // Commands of units set kernel parameters too.
      let units = unitFiles.value(by: limit.units)?.value?.elements ?? []
      return sources.sysctlConfiguration(root, running ?? image?.versions ?? [], units)
    }
    let settings = { @Sendable (entries: [SysctlEntry], isInitial: Reading<Bool>) in
      if let image {
        return switch configuration.answer(by: limit.dumps) {
        case .success(let configured): ProcSys.ofImage(entries, configured, image)
        case .failure(let why): ProcSys.unavailable(entries, why)
        case nil: ProcSys.unavailable(entries, limit.passed)
        }
      }
      let version = identity.value(by: limit.early)?.kernel.value?.version
      return sources.sysctl(root, entries, version, isInitial.value)
    }
    let recorded = root.recording?.file
    let hostIsInitial = { @Sendable in
      recorded?.hostIsInitial.reading ?? NetworkNamespace.callerIsInInitial(root)
    }
    let callerIsInInitial = { @Sendable in
      recorded?.namespace.isInitial.reading ?? NetworkNamespace.callerIsInInitial(root)
    }
    let hostSysctl = HostSource(after: identity) { settings(ProcSys.ofHost, hostIsInitial()) }
    let sysctl = HostSource(in: namespace) { settings(ProcSys.ofNamespace, callerIsInInitial()) }
    let isInitial = HostSource(after: sysctl, in: namespace) { callerIsInInitial() }
    let netstat = HostSource(in: namespace) { NetstatSample(sources.netstat(root)) }
    let pause = options.sample.map(TimeLimit.bounded)
    let delta =
      recorded?.sampleSeconds.map { seconds in
        HostSource { () throws(Unreadable) in
          try recordedSecond(netstat, after: seconds, root, sources, limit)
        }
      }
      ?? pause.map { pause in
        HostSource(in: namespace) { () throws(Unreadable) in
          try second(netstat, after: pause, root, sources, limit)
        }
      }
    let sockstat = HostSource(after: netstat, in: namespace) { sources.sockstat(root) }
    let survey = HostSource { sources.namespaces(root, limit.dumps) }
    let dump = HostSource(in: namespace) {
      let kernel = identity.value(by: limit.early)?.kernel.value?.version
      return sources.sockets(
        root, limit.dumps,
        .init(kernel: kernel, watched: WatchedPort(options.bind)) {
          switch sysctl.answer(by: limit.dumps) {
          case .success(let settings): SocketSettings(settings)
          case .failure(let why): SocketSettings(.unavailable(ProcSys.ofNamespace, why))
          case nil: SocketSettings(.unavailable(ProcSys.ofNamespace, limit.passed))
          }
        })
    }
    let udpDrops = (recorded?.sampleSeconds == nil ? pause : 0).map { pause in
      HostSource(in: namespace) { () throws(Unreadable) in
        // Not before the first reading of them.
        guard let first = dump.value(by: limit.end) else { throw limit.passed }
        sleep(seconds: pause)
        return first.sockets.value == nil
          ? Reading.unavailable(.init("not read at the first sample"))
          : sources.udpDrops(root.atSecondSample, .after(.seconds(limit.seconds)))
      }
    }

    let bindAddress = options.bind.map { request in
      HostSource(in: namespace) { sources.bindAddress(root, request) }
    }

    return HostReading { rawKeys in
      // Where there is nothing to read nothing can be in the way, either.
      let rawSysctls =
        rawKeys.isEmpty ? nil : HostSource(in: namespace) { sources.rawSysctls(root, rawKeys) }
      var answers = Answers(limit: limit)
      var sockets = answers.take(dump, "the socket tables", or: SocketsReading.init)
      if root.isLive || recorded != nil, case .value(let found, let origin) = sockets.sockets {
        let owners = HostSource { sources.owners(root, limit.owners, found) }
        sockets.sockets = .value(
          answers.take(owners, "'/proc/PID'") { found.withoutOwners($0) }, origin)
      } else if case .value(let found, let origin) = sockets.sockets {
        sockets.sockets = .value(
          found.withoutOwners(
            .init("files do not tell whose a socket is nor what its options are")), origin)
      }
      let portHolders = options.bind.map { request in
        let (facts, watched) = (sockets.sockets.value, sockets.watched)
        return HostSource {
          facts.map { sources.portHolders(root, limit.owners, $0, watched, request) } ?? []
        }
      }
      var units = answers.take(unitFiles, "'/etc/systemd/system'") { .unavailable($0) }
      if case .value(var list, let origin) = units, root.isLive || recorded != nil,
        case .value(let table, let source) = sockets.sockets
      {
        let ports = UnitPorts(table, source)
        list.elements = list.elements.map(ports.joined)
        let takers = PortTakers(list.elements)
        if recorded == nil, !takers.ports.isEmpty {
          let second = HostSource(in: namespace) {
            sources.portRows(root, takers.ports, limit.owners)
          }
          let rows = answers.take(second, "the sockets on ports of socket units") {
            PortRows(ports: Set(takers.ports), gap: $0)
          }
          let bindV6Only = sysctl.value(by: limit.end)?.integer("net.ipv6.bindv6only")
          list.elements = list.elements.map { unit in
            takers.joined(
              to: unit, rows, { sources.portHolders(root, limit.owners, table, $1, $0) },
              bindV6Only: bindV6Only ?? .unavailable(limit.passed))
          }
        }
        units = .value(list, origin)
      }
      let found = answers.take(survey, "'/proc/PID/ns'") { NamespaceSurvey(gap: $0) }
      var host = answers.take(identity, "'/proc/sys/kernel'", or: HostIdentity.unavailable)
      if let image { host.kernel = image.release }
      host.sysctl = HostSysctl(
        answers.take(hostSysctl, "'/proc/sys'") { .unavailable(ProcSys.ofHost, $0) })
      let identityOfNamespace =
        recorded?.namespace.identity
        ?? NamespaceIdentity(
          namespace, survey: found, report: root.report,
          isInitial: answers.take(isInitial, "'/proc/sys/net'") { .unavailable($0) })
      // The second sample has its own time on top of the limit.
      let end = Deadline.after((limit.end.remaining ?? .zero) + .seconds(pause ?? 0))
      let growth = delta.map {
        answers.take($0, "the second sample", by: end, or: NetstatDelta.unavailable)
      }
      if let udpDrops, case .value(let found, let origin) = sockets.sockets {
        let second = answers.take(udpDrops, "the second sample", by: end) { .unavailable($0) }
        sockets.sockets = .value(found.withDrops(second), origin)
      }
      let settings = answers.take(sysctl, "'/proc/sys/net'") {
        .unavailable(ProcSys.ofNamespace, $0)
      }
      let totals = answers.take(sockstat, "'/proc/net/sockstat'", or: Sockstat.unavailable)
      var bind: BindFacts?
      if let request = options.bind, let bindAddress, let portHolders {
        bind = bindFacts(
          request, root, settings, sockets, totals, bindAddress, portHolders, &answers)
        bind?.kernel = host.kernel.value?.version
      }
      let counters = answers.take(netstat, "'/proc/net/netstat'") {
        NetstatSample(.unavailable($0))
      }
      let sample = CounterSample(
        counters.reading, seconds: counters.moment, of: host, identityOfNamespace.inode,
        UDPDropSample(sockets.sockets))
      let sinceLastRun = LastRun(options.earlier, before: sample, counters)
      if growth == nil, sinceLastRun.growth != nil,
        case .value(let found, let origin) = sockets.sockets
      {
        sockets.sockets = .value(found.withDrops(since: options.earlier?.udpDrops), origin)
      }
      let snapshot = Host(
        identity: host, imageKernels: image?.versions, namespace: identityOfNamespace,
        sysctl: settings,
        rawSysctls: rawSysctls.map {
          answers.take($0, "'/proc/sys'") { .unavailable(rawKeys, $0) }
        } ?? RawSysctls(readings: [:]),
        sysctlConfiguration: answers.take(configuration, "'/etc/sysctl.d'") { .unavailable($0) },
        netstat: counters.reading, counterSample: sample,
        sockstat: totals,
        delta: growth ?? sinceLastRun.growth ?? .notSampled, sockets: sockets.sockets, units: units,
        bind: bind,
        namespaces: recorded?.namespaces.map(\.entry) ?? found.entries(audited: namespace),
        namespacesGap: recorded.map { $0.namespacesGap?.unreadable } ?? found.gap,
        notices: notices(identityOfNamespace, sockets, answers)
          + (growth == nil ? sinceLastRun.notices : [])
          + (image?.versions ?? []).compactMap(\.remark).map { Notice(.info, $0) },
        sources: sourceList(root, sockets))
      root.recorder?.finish(
        snapshot, hostIsInitial: HostSource { hostIsInitial() }.value(by: limit.end))
      return snapshot
    }
  }

  /// What is known of the port that somebody wants to bind.
  private static func bindFacts(
    _ request: BindRequest, _ root: HostRoot, _ settings: ProcSys, _ sockets: SocketsReading,
    _ sockstat: Sockstat,
    _ address: HostSource<AddressProbe.Outcome>, _ holders: HostSource<[PortHolder]>,
    _ answers: inout Answers
  ) -> BindFacts {
    var gaps = BindFacts.gaps(request.transport, sockets.sockets, sockets.watched)
    let probe = answers.take(address, "bind()") {
      AddressProbe.Outcome(address: request.address, answer: .unknown($0))
    }
    let found = answers.take(holders, "'/proc/PID/fd'") { why in
      gaps.append(why)
      return []
    }
    let user = BindFacts.user(request, root, capabilitiesCount: probe.capabilitiesCount)
    var facts = BindFacts(
      request, address: probe.address, probe: probe.answer, holders: found, gaps: gaps,
      uid: user.uid, mayBindAnyPort: user.mayBind, settings: settings)
    facts.leftOut = sockets.watched.leftOut
    facts.vrfs = probe.vrfs
    facts.lookalike = UserMap.read(root)?.lookalike(of: user.uid)
    facts.addTaken(sockets, sockstat["TCP", "alloc"])
    return facts
  }

  /// Reads the counters again, some seconds after the first reading.
  private static func second(
    _ first: HostSource<NetstatSample>, after seconds: Double, _ root: HostRoot,
    _ sources: HostSources, _ limit: TimeLimit
  ) throws(Unreadable) -> NetstatDelta {
    guard let first = try first.answer(by: limit.end)?.get() else { throw limit.passed }
    sleep(seconds: seconds)
    let second = NetstatSample(sources.netstat(root.atSecondSample))
    return NetstatDelta(
      from: first.reading, to: second.reading,
      seconds: second.moment - first.moment)
  }

  /// The two samples of a recording.
  private static func recordedSecond(
    _ first: HostSource<NetstatSample>, after seconds: Double, _ root: HostRoot,
    _ sources: HostSources, _ limit: TimeLimit
  ) throws(Unreadable) -> NetstatDelta {
    guard let first = try first.answer(by: limit.end)?.get() else { throw limit.passed }
    return NetstatDelta(
      from: first.reading, to: sources.netstat(root.atSecondSample), seconds: seconds)
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
      Notice(.warning, "\($0) \(answers.limit.passed.reason); everything else was read")
    }
    notices += answers.refused.sorted { $0.key.reason < $1.key.reason }.map { why, names in
      Notice(.warning, "\(why.reason); not read: \(names.joined(separator: ", "))")
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
  /// For the files of units, which others wait for.
  let units: Deadline
  /// For dumps that stop by themselves, so that there is time to make facts of what they read.
  let dumps: Deadline
  /// For the search for owners, which stops by itself and keeps what it has found.
  let owners: Deadline

  init(_ seconds: Double) {
    let limited = Self.bounded(seconds)
    self.seconds = limited
    end = .after(.seconds(limited))
    early = .after(.seconds(limited * 0.25))
    units = .after(.seconds(limited * 0.5))
    dumps = .after(.seconds(limited * 0.8))
    owners = .after(.seconds(limited * 0.95))
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

/// What has grown since an earlier run.
private struct LastRun {
  /// Nil where there was none, or where its counters are not to be compared.
  var growth: NetstatDelta?
  var notices: [Host.Notice] = []

  init(_ earlier: CounterSample?, before sample: CounterSample?, _ counters: NetstatSample) {
    guard let earlier, let sample else { return }
    if let why = earlier.refusal(before: sample) {
      notices = [Host.Notice(.info, "counters are not compared with those of the last run: \(why)")]
    } else {
      growth = earlier.growth(until: counters.reading, seconds: counters.moment)
    }
  }
}

/// Takes what sources answer and notes which did not.
private struct Answers {
  let limit: TimeLimit
  private(set) var stalled: [String] = []
  /// Those that were not even started, by reason.
  private(set) var refused: [Unreadable: [String]] = [:]

  init(limit: TimeLimit) { self.limit = limit }

  mutating func take<Value>(
    _ source: HostSource<Value>, _ name: String, by deadline: Deadline? = nil,
    or fallback: (Unreadable) -> Value
  ) -> Value {
    switch source.answer(by: deadline ?? limit.end) {
    case .success(let value): return value
    case .failure(let why):
      if refused[why]?.contains(name) != true { refused[why, default: []].append(name) }
      return fallback(why)
    case nil:
      if !stalled.contains(name) { stalled.append(name) }
      return fallback(limit.passed)
    }
  }
}

/// The counters and when they were read.
struct NetstatSample: Sendable {
  let reading: NetstatReading
  /// Seconds of CLOCK_MONOTONIC.
  let moment = monotonicSeconds()

  init(_ reading: NetstatReading) { self.reading = reading }
}

/// Seconds of CLOCK_MONOTONIC, which does not count those that the host sleeps.
private func monotonicSeconds() -> Double {
  var now = timespec()
  _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
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
