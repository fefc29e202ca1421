internal import CEL

/// Which kernel parameters are configured, by what, and who wins: the `sysctl_config` variable.
struct SysctlConfiguration: Sendable {
  /// Every statement, in the order of boot; ends in an unavailable element where a file could not be
  /// read.
  var assignments: PartialList<SysctlAssignment>
  /// Each key that is set, by name.
  var keys: PartialList<ConfiguredSysctl>
  var unreadFiles: [UnreadSysctlFile]

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
  ///   - dialect: the program that reads the files.
  ///   - kernels: what to judge names and values for; `supportedKernels` where nothing is known.
  init(
    files: [SysctlFile], statements: [SysctlStatement] = [], dialect: SysctlDialect = .systemd,
    kernels: [KernelVersion] = SysctlConfiguration.supportedKernels
  ) {
    self.init(nothing: ())
    let trees = Dictionary(grouping: files) { $0.place.tree }
    for (_, files) in trees.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      let sources = SysctlSources(
        files: files, sysctlConf: dialect.isProcps ? .last : .asLink, dialect: dialect)
      add(sources, kernels: kernels)
    }
    for statement in statements {
      assignments.elements.append(
        SysctlAssignment(
          statement: statement, isInEffect: .value(true, .file(statement.location)),
          overriddenBy: .absent("nothing is known to win over it"),
          judgement: SysctlJudgement(statement, kernels: kernels)))
    }
  }

  /// Resolves what one host has.
  init(_ sources: SysctlSources, kernels: [KernelVersion]) {
    self.init(nothing: ())
    add(sources, kernels: kernels)
  }

  private init(nothing: ()) {
    assignments = PartialList([])
    keys = PartialList([])
    unreadFiles = []
  }

  private mutating func add(_ sources: SysctlSources, kernels: [KernelVersion]) {
    let selection = SysctlFileSelection(
      sources.files, dialect: sources.dialect, sysctlConf: sources.sysctlConf)
    unreadFiles += selection.unread
    var read: [SysctlStatement] = []
    var gap: (index: Int, why: Unreadable)?
    for file in selection.read {
      switch file.content {
      case .nothing: continue
      case .unreadable(let why):
        gap = (read.count, why)
        assignments.rest = assignments.rest ?? why
      case .bytes(let bytes):
        let text = SysctlFileText(
          bytes, path: file.path, dialect: sources.dialect,
          writer: file.place.directory == nil ? .sysctlConf : nil)
        read += text.statements
        if let line = text.endsAtLine { unreadFiles.append(.init(file, cutAtLine: line)) }
      }
      if read.count > Self.mostStatements {
        read.removeLast(read.count - Self.mostStatements)
        assignments.rest = Unreadable("there are more than \(Self.mostStatements) assignments")
        break
      }
    }
    let others = Array(sources.others.prefix(Self.mostStatements))
    let boot = SysctlBoot(
      read: read, others: others, dialect: sources.dialect,
      tunedReapplies: sources.tunedReapplies, gap: gap)
    keys.rest = assignments.rest
    add(boot, SysctlJudge(kernels: kernels, sources: boot))
  }

  /// How many assignments are looked at.
  private static let mostStatements = 50_000

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
      var indices = boot.byKey[key] ?? []
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

  static var fields: [FactField<SysctlConfiguration>] {
    [
      .init(
        "assignments", \.assignments, "Every line that sets a parameter, in the order of boot."),
      .init("keys", \.keys, "The parameters that are set, by name."),
      .init("unread_files", \.unreadFiles, "Files with parameters that nothing reads."),
    ]
  }
}
