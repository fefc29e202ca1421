public import CEL

/// The rules of several sources.
public struct RuleSet: Sendable {
  /// In the order of their ids.
  public let rules: [Rule]
  /// What is wrong with the files, in the order of paths and positions. Rules whose files have
  /// errors are not among `rules`.
  public let diagnostics: [RuleDiagnostic]
  /// The ids of rules that an empty file turns off: to skip, enable or waive one of them is no mistake.
  public let turnedOff: [String]
  /// For a rule, all that it supersedes, directly or through others.
  let supersededBy: [String: Set<String>]
  /// The language that findings are translated to, such as `zh`; nil: they are in English alone.
  public var language: String?

  /// Reads all files. A later source wins over an earlier one by file name, as in sysctl.d(5), and
  /// an empty file masks a rule.
  ///
  /// - Parameter alsoKnown: ids of rules that are not among the sources and may be superseded, for
  ///   checking single files.
  /// - Parameter compiled: whether the program's own rules are taken as the build compiled them,
  ///   which takes a hundredth of the time, and not read from their text. Then the schema is not
  ///   asked for.
  public static func load(
    _ sources: [RuleSource], schema: @autoclosure @escaping @Sendable () -> Schema,
    alsoKnown: Set<String> = [], compiled: Bool = false
  ) -> RuleSet {
    var diagnostics: [RuleDiagnostic] = []
    var chosen: [String: RuleSource.File] = [:]
    var turnedOff: [String] = []
    var replacing: Set<String> = []
    for source in sources {
      diagnostics += source.diagnostics
      var here: [String: String] = [:]
      for file in source.files {
        let name = file.name
        if let other = here[name] {
          diagnostics.append(
            RuleDiagnostic(
              path: file.path, message: "a rule file of this name is at \(other) too",
              hint: "ids are unique: rename one"))
          continue
        }
        here[name] = file.path
        if chosen.updateValue(file, forKey: name) != nil { replacing.insert(name) }
      }
    }
    var files: [RuleFile] = []
    var known = alsoKnown
    for (name, file) in chosen.sorted(by: { $0.key < $1.key }) {
      if let id = RuleFile.id(ofPath: name) { known.insert(id) }
      if compiled, let rule = file.builtIn, let file = RuleFile(rule, schema: schema()) {
        files.append(file)
        continue
      }
      switch file.content {
      case .failure(let diagnostic): diagnostics.append(diagnostic)
      case .success(let bytes):
        guard !bytes.isEmpty else {
          guard let id = RuleFile.id(ofPath: name) else { continue }
          if replacing.contains(name) || alsoKnown.contains(id) {
            turnedOff.append(id)
          } else {
            diagnostics.append(
              RuleDiagnostic(
                path: file.path, severity: .warning,
                message: "the file is empty, and there is no rule '\(id)' that it could turn off",
                hint: Names.hint(
                  for: id,
                  among: chosen.keys.compactMap(RuleFile.id(ofPath:)).filter { $0 != id }.sorted()))
            )
          }
          continue
        }
        files.append(RuleFile(path: file.path, content: bytes, schema: schema()))
      }
    }
    let (supersededBy, problems) = resolveSupersedes(files, known: known)
    // The place of such a problem is known only to who has read the whole file.
    if compiled && !problems.isEmpty {
      return load(sources, schema: schema(), alsoKnown: alsoKnown)
    }
    diagnostics += files.flatMap(\.diagnostics) + problems
    let broken = Set(problems.map(\.path))
    return RuleSet(
      rules: files.compactMap(\.rule).filter { !broken.contains($0.path) }
        .sorted { $0.id < $1.id },
      diagnostics: diagnostics.sorted(by: RuleDiagnostic.precedes), turnedOff: turnedOff,
      supersededBy: supersededBy)
  }

  /// All that each rule supersedes, and the names that no rule has.
  private static func resolveSupersedes(
    _ files: [RuleFile], known: Set<String>
  ) -> (all: [String: Set<String>], problems: [RuleDiagnostic]) {
    var direct: [String: [String]] = [:]
    var problems: [RuleDiagnostic] = []
    for file in files {
      for (name, unknown) in file.supersedes where !known.contains(name) {
        var problem = unknown
        let others = known.subtracting([file.rule?.id ?? ""]).sorted()
        problem.hint = Names.hint(for: name, among: others)
        problems.append(problem)
      }
      if let rule = file.rule, !rule.supersedes.isEmpty { direct[rule.id] = rule.supersedes }
    }
    var all: [String: Set<String>] = [:]
    for (id, names) in direct {
      var reached: Set<String> = []
      var pending = names
      while let name = pending.popLast() {
        if reached.insert(name).inserted { pending += direct[name] ?? [] }
      }
      all[id] = reached
    }
    for file in files {
      guard let rule = file.rule, all[rule.id]?.contains(rule.id) == true,
        let place = file.supersedes.first
      else { continue }
      var problem = place.unknown
      problem.message = "rule supersedes itself through '\(place.name)'"
      problem.hint = nil
      problems.append(problem)
    }
    return (all, problems)
  }

  /// The ids of all rules, those that are turned off too.
  public var ids: [String] { rules.map(\.id) + turnedOff }

  public func rule(_ id: String) -> Rule? { rules.first { $0.id == id } }

  /// Keys of `sysctl_raw` that rules read, such as `vendor.key`: the host need read no others.
  public var rawSysctls: [String] { Set(rules.flatMap(\.rawSysctls)).sorted() }
}
