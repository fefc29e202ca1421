internal import CEL

/// Which kernel parameters are configured, by what, and who wins: the `sysctl_config` variable.
struct SysctlConfiguration: Sendable {
  /// Every statement, in the order of boot; ends in an unavailable element where a file could not be
  /// read.
  var assignments: PartialList<SysctlAssignment>
  /// Each key that is set, by name.
  var keys: PartialList<ConfiguredSysctl>
  var unreadFiles: PartialList<UnreadSysctlFile>
  /// Lines of files that are no assignments.
  var skippedLines: PartialList<SkippedSysctlLine>
  /// Whether systemd-sysctl is what reads the files.
  private(set) var isReadBySystemd = false
  /// Whether no host runs with the files: they are a repository's or an image's.
  var isWithoutHost = true

  /// What was found outside of sysctl.d, such as in playbooks and manifests. It is judged and wins
  /// over nothing.
  ///
  /// - Parameters:
  ///   - skipped: lines of the same origin that are no assignments.
  ///   - kernels: what to judge names and values for; `supportedKernels` where nothing is known.
  ///   - allowances: what kubelets let pods set beyond what is safe.
  init(
    statements: [SysctlStatement], skipped: [SkippedSysctlLine] = [],
    kernels: [KernelVersion] = SysctlConfiguration.supportedKernels,
    allowances: KubeletAllowances = KubeletAllowances()
  ) {
    self.init(nothing: ())
    skippedLines.elements = skipped
    assignments.elements = statements.map { statement in
      SysctlAssignment(
        statement: statement, isInEffect: .value(true, .file(statement.location)),
        overriddenBy: .absent("nothing is known to win over it"),
        judgement: SysctlJudgement(statement, kernels: kernels),
        allowance: statement.writer == .kubernetes
          ? allowances.allowance(for: statement.key) : nil)
    }
  }

  /// Judges bare files, as `sockwise review` finds them in a repository, by the trees that they make.
  ///
  /// Files below `…/etc/sysctl.d`, `…/run/sysctl.d`, `…/usr/local/lib/sysctl.d`, `…/usr/lib/sysctl.d`,
  /// `…/lib/sysctl.d` and `…/etc/sysctl.conf` of one tree are read together, in the order of the
  /// program; those of one other directory too. Files of different trees do not know each other.
  ///
  /// - Parameters:
  ///   - files: in any order, also those whose names do not end in `.conf`.
  ///   - dialect: the program that reads the files.
  ///   - images: of trees that are whole images, the program that reads their files, and when it
  ///     reads `/etc/sysctl.conf`.
  ///   - kernels: what to judge names and values for; `supportedKernels` where nothing is known.
  static func trees(
    of files: [SysctlFile], dialect: SysctlDialect = .systemd,
    images: [Substring: (SysctlDialect, SysctlFileSelection.SysctlConf)] = [:],
    kernels: [KernelVersion] = SysctlConfiguration.supportedKernels
  ) -> [(tree: String, configuration: SysctlConfiguration)] {
    Dictionary(grouping: files) { $0.place.tree }
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { tree, files in
        let (dialect, sysctlConf) = images[tree] ?? (dialect, dialect.isProcps ? .last : .asLink)
        let sources = SysctlSources(files: files, sysctlConf: sysctlConf, dialect: dialect)
        return (String(tree), SysctlConfiguration(sources, kernels: kernels))
      }
  }

  /// Resolves what one host has.
  init(_ sources: SysctlSources, kernels: [KernelVersion]) {
    self.init(nothing: ())
    isReadBySystemd = sources.dialect == .systemd
    let boot = SysctlBoot(sources)
    unreadFiles = PartialList(boot.unread, rest: sources.gap)
    assignments.rest = boot.gap ?? sources.gapOfOthers
    skippedLines = PartialList(boot.skipped, rest: boot.skippedGap ?? boot.gap)
    keys.rest = assignments.rest
    add(boot, SysctlJudge(kernels: kernels, after: boot))
  }

  /// Nothing of it was read.
  static func unavailable(_ why: Unreadable) -> SysctlConfiguration {
    var result = SysctlConfiguration(nothing: ())
    result.assignments.rest = why
    result.keys.rest = why
    result.unreadFiles.rest = why
    result.skippedLines.rest = why
    return result
  }

  private init(nothing: ()) {
    assignments = PartialList([])
    keys = PartialList([])
    unreadFiles = PartialList([])
    skippedLines = PartialList([])
  }

  private mutating func add(_ boot: SysctlBoot, _ judge: SysctlJudge) {
    let found = boot.statements.indices.map { index in
      let statement = boot.statements[index]
      let outcome = boot.outcome(of: index)
      let override = outcome.override.map(SysctlOverride.init)
      return SysctlAssignment(
        statement: statement, isInEffect: outcome.inEffect,
        overriddenBy: override.map { .value($0, .file($0.location)) }
          ?? .absent("nothing wins over it"), judgement: judge(statement))
    }
    assignments.elements = found
    for key in boot.keys {
      guard let decider = boot.decider(of: key), found[decider].hasValue else { continue }
      var indices = (boot.byKey[key] ?? []).filter { !boot.isLeftOut($0, decider: decider) }
      if !indices.contains(decider) { indices.append(decider) }
      keys.elements.append(
        ConfiguredSysctl(
          key: key, winner: found[decider], assignments: indices.sorted().map { found[$0] }))
    }
    guard let range = keys.elements.first(where: { $0.key == ReplacedPorts.rangeKey })?.portRange
    else { return }
    for index in keys.elements.indices { keys.elements[index].ephemeralRange = range }
  }

  /// The series that distributions and kernel.org support.
  static let supportedKernels = [
    KernelVersion(4, 18), KernelVersion(5, 10), KernelVersion(5, 14), KernelVersion(5, 15),
    KernelVersion(6, 1), KernelVersion(6, 6), KernelVersion(6, 12), KernelVersion(6, 18),
  ]
}

extension SysctlConfiguration: FactObject {
  static let typeName = "SysctlConfiguration"
  static let documentation = """
    Kernel parameters that files set at boot, as the program resolves them that reads the files.
    """

  static let fields: FactFields<SysctlConfiguration> = [
    .init(
      "assignments", \.assignments, "Every line that sets a parameter, in the order of boot."),
    .init("keys", \.keys, "The parameters that are set, by name."),
    .init("unread_files", \.unreadFiles, "Files with parameters that nothing reads."),
    .init(
      "skipped_lines", \.skippedLines, "Lines of the files that are no assignments."),
    .init(
      "without_host", \.isWithoutHost,
      "Whether no host runs with the files: they are those of a repository or of an image."),
  ]
}
