import CEL
import HostFacts
import Reports
import Rules

/// Reads a host, evaluates rules on it, and makes the report.
struct AuditRun: Sendable {
  let options: HostOptions
  private let started = Clock.utcNow()
  private let startedAt = Clock.monotonic()
  private let reading: HostReading
  /// Whether the next run will know the counters of this one.
  private let keepsCounters: Bool

  /// What an audit came to.
  struct Outcome {
    var report: Report
    /// Whether some rule had its facts; one rule that was asked for may lack them.
    var hasJudged: Bool
    var options: HostOptions
    var configuration: Configuration
    /// For the next run; nil where it is not known what they are of.
    var counters: CounterSample?
  }

  /// Reads what was chosen, and the host. What is wrong is said on standard error.
  ///
  /// - Parameter last: what the last run left; nil where nothing is kept from run to run.
  static func outcome(
    of scope: AuditScope, since last: RunState? = nil, in language: Language = .english
  ) throws -> Outcome {
    let host = scope.host
    let files = RuleSource.all(adding: scope.ruleDirectories)
    // Rules are read while the kernel answers. Files are not: there may be too few descriptors for
    // both. And a recording is begun when nothing else can be wrong any more.
    let configurationFile = scope.configuration.file(isLive: host.root == nil)
    var begun: AuditRun?
    if host.record == nil && scope.accepted.isEmpty && configurationFile == nil {
      begun = try host.beginAudit(since: last)
    }
    var loaded = RuleSet.load(files, schema: Host.schema, compiled: true)
    loaded.language = language.translation
    let rulesAreWrong = loaded.diagnostics.report()
    let (configuration, configurationIsWrong) = scope.configuration.read(
      configurationFile, rules: loaded)
    let rules = loaded.overriding(configuration.parameters)
    var chosen = scope.selection
    try chosen.check(against: rules)
    chosen.add(configuration)
    let acceptance = scope.accepted.acceptance(for: rules, and: configuration.waivers)
    let audit = try begun ?? host.beginAudit(since: last)
    var (report, counters) = audit.report(rules, chosen, acceptance)
    UntilExit.keep(audit, rules)
    report.inputIsWrong = rulesAreWrong || configurationIsWrong || acceptance.isWrong
    return Outcome(
      report: report,
      hasJudged: report.judgedSomething || !chosen.only.isEmpty, options: audit.options,
      configuration: configuration, counters: counters)
  }

  /// Begins to read the host.
  init(_ options: HostOptions, keepsCounters: Bool = false) throws(NetworkNamespace.Failure) {
    self.options = options
    self.keepsCounters = keepsCounters
    reading = try Host.begin(options)
  }

  func report(_ rules: RuleSet, _ selection: Selection, _ acceptance: Acceptance)
    -> (Report, CounterSample?)
  {
    let host = reading.finish(rules.rawSysctls)
    var facts = host.activation
    facts.variables["waivers"] = acceptance.facts()
    var result = rules.evaluate(
      in: facts, selection: selection, isLive: options.root.hasLiveFacts,
      hasGrowth: host.hasSecondSample)
    UntilExit.keep(host, facts)
    let namespaces = host.reportedNamespaces
    let audited = namespaces.first { $0.audited }?.name
    var notices = options.root.notices + host.notices.map(Notice.init)
    if options.root.recording != nil {
      let undecided = result.undecided.count
      result.forget { Recording.isWithoutConfiguration($0.reason) }
      let count = undecided - result.undecided.count
      if count > 0 {
        notices.append(
          Notice(
            .info,
            "\(count) \(count == 1 ? "rule has" : "rules have") nothing to judge: the recording has"
              + " no configuration of kernel parameters"))
      }
    }
    notices += result.notices.map { Notice(.info, $0) }
    // Those of the last run are kept on where this one came too soon, which the host's notices say.
    let keepsEarlier = host.counterSample.flatMap { options.earlier?.precedes($0) } ?? false
    if result.usedDelta && options.root.hasLiveFacts && !host.hasSecondSample && !keepsEarlier {
      notices.append(
        Notice(
          .info,
          options.root.isLive
            ? keepsCounters
              ? "counters were read once and are kept: the next run also tells which ones rise"
              : "counters were read once; --sample 2s also tells which ones rise"
            : "counters were recorded once; a recording with --sample 2s also tells which ones rise"
        ))
    }
    var comments = InlineComments(rules: acceptance.rules) { options.root.bytes($0).value }
    let findings = result.findings.map {
      acceptance.reported($0, namespace: audited, comments: &comments)
    }
    notices += comments.notices(of: result) + acceptance.notices(of: result)
    var report = Report(
      tool: .sockwise, host: host.reported, mode: options.root.mode,
      started: options.root.recording?.time ?? started,
      durationSeconds: Clock.monotonic() - startedAt,
      findings: findings,
      undecided: result.undecided.map { ReportedUndecided($0, namespace: audited) },
      namespaces: namespaces, notices: notices, rules: result.rules,
      passed: result.passed, notApplicable: result.notApplicable,
      descriptions: rules.rules.map(RuleDescription.init))
    report.namespacesGap = host.namespacesGap?.reason
    report.facts = facts
    report.superseded = result.supersededFingerprints
    return (
      acceptance.baseline.map { report.comparing(with: $0) } ?? report, host.counterSample
    )
  }
}

extension Report.Tool {
  static let sockwise = Report.Tool(version: Sockwise.version)
}

extension HostRoot {
  var mode: Report.Mode { isLive ? .live : .root }

  /// What the reader of a report should know of a recording.
  var notices: [Notice] {
    if report != nil {
      return [
        Notice(
          .info,
          "this is a report of sos(1): it tells kernel parameters and configuration"
            + (hasLiveFacts ? ", and which sockets there were" : "")
            + "; 'sockwise facts --record' on the host also tells whose the sockets are")
      ]
    }
    guard let recording else { return [] }
    let names = recording.isAnonymized ? "; addresses and names are not its own" : ""
    return [
      Notice(
        .info,
        "the host was recorded at \(recording.time.shown) by Sockwise \(recording.tool.shown)"
          + names)
    ]
  }
}

extension Notice {
  init(_ notice: HostFacts.Host.Notice) {
    self.init(notice.level == .warning ? .warning : .info, notice.message)
  }
}

extension HostFacts.Host {
  /// The host as a report names it.
  var reported: Report.Host {
    if let imageKernels {
      let names = imageKernels.map(\.description).joined(separator: ", ")
      return Report.Host(
        name: name.value ?? "an image", kernel: names.isEmpty ? Report.Host.unknownKernel : names)
    }
    return Report.Host(
      name: name.value ?? "this host", kernel: kernelRelease ?? Report.Host.unknownKernel,
      bootID: bootID.value)
  }

  /// The namespaces as a report lists them.
  var reportedNamespaces: [Namespace] {
    namespaces.map { entry in
      let name = NamespaceName(inode: entry.inode, name: entry.name, kind: entry.kind)
      guard entry.audited else {
        return Namespace(name: name, audited: false, reason: entry.reason)
      }
      return Namespace(
        name: name, audited: true, isPID1: isNamespaceOfPID1.value,
        isInitial: isNamespaceInitial.value,
        sockets: socketCounts.map(Namespace.SocketCounts.init), role: role)
    }
  }
}

extension Namespace.SocketCounts {
  fileprivate init(_ counts: HostFacts.Host.SocketCounts) {
    self.init(
      tcp: counts.tcp, udp: counts.udp, timeWait: counts.timeWait, listeners: counts.listeners)
  }
}
