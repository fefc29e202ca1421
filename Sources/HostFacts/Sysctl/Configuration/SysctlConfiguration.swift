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

  /// Judges bare files, as `sockwise review` finds them in a repository.
  ///
  /// Files below `…/etc/sysctl.d`, `…/run/sysctl.d`, `…/usr/local/lib/sysctl.d`, `…/usr/lib/sysctl.d`,
  /// `…/lib/sysctl.d` and `…/etc/sysctl.conf` of one tree are read together, in the order of the
  /// program; those of one other directory too. Files of different trees do not know each other.
  ///
  /// - Parameters:
  ///   - files: in any order, also those whose names do not end in `.conf`.
  ///   - statements: what was found elsewhere, such as in playbooks and manifests. It is judged and
  ///     wins over nothing.
  ///   - skipped: lines of the same origin that are no assignments.
  ///   - dialect: the program that reads the files.
  ///   - images: of trees that are whole images, the program that reads their files, and when it
  ///     reads `/etc/sysctl.conf`.
  ///   - kernels: what to judge names and values for; `supportedKernels` where nothing is known.
  ///   - allowances: what kubelets let pods set beyond what is safe.
  init(
    files: [SysctlFile], statements: [SysctlStatement] = [], dialect: SysctlDialect = .systemd,
    images: [Substring: (SysctlDialect, SysctlFileSelection.SysctlConf)] = [:],
    skipped: [SkippedSysctlLine] = [],
    kernels: [KernelVersion] = SysctlConfiguration.supportedKernels,
    allowances: KubeletAllowances = KubeletAllowances()
  ) {
    self.init(nothing: ())
    let trees = Dictionary(grouping: files) { $0.place.tree }
    for (tree, files) in trees.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      let (dialect, sysctlConf) = images[tree] ?? (dialect, dialect.isProcps ? .last : .asLink)
      add(
        SysctlSources(files: files, sysctlConf: sysctlConf, dialect: dialect), kernels: kernels)
    }
    skippedLines.elements += skipped
    for statement in statements {
      assignments.elements.append(
        SysctlAssignment(
          statement: statement, isInEffect: .value(true, .file(statement.location)),
          overriddenBy: .absent("nothing is known to win over it"),
          judgement: SysctlJudgement(statement, kernels: kernels),
          allowance: statement.writer == .kubernetes
            ? allowances.allowance(for: statement.key) : nil))
    }
  }

  /// Resolves what one host has.
  init(_ sources: SysctlSources, kernels: [KernelVersion]) {
    self.init(nothing: ())
    add(sources, kernels: kernels)
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

  private mutating func add(_ sources: SysctlSources, kernels: [KernelVersion]) {
    isReadBySystemd = sources.dialect == .systemd
    let boot = SysctlBoot(sources)
    unreadFiles.elements += boot.unread
    unreadFiles.rest = unreadFiles.rest ?? sources.gap
    assignments.rest = assignments.rest ?? boot.gap ?? sources.gapOfOthers
    skippedLines.elements += boot.skipped
    skippedLines.rest = skippedLines.rest ?? boot.skippedGap ?? boot.gap
    keys.rest = assignments.rest
    add(boot, SysctlJudge(kernels: kernels, after: boot))
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
    assignments.elements += found
    for key in boot.keys {
      guard let decider = boot.decider(of: key), found[decider].hasValue else { continue }
      var indices = (boot.byKey[key] ?? []).filter { !boot.isLeftOut($0, decider: decider) }
      if !indices.contains(decider) { indices.append(decider) }
      keys.elements.append(
        ConfiguredSysctl(
          key: key, winner: found[decider], assignments: indices.sorted().map { found[$0] }))
    }
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
