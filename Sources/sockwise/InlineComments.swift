import CEL
import Reports
import Rules

/// The inline comments of the files that findings lie in, and of others that are looked into; each file
/// is read once.
struct InlineComments {
  /// Ids of all rules.
  let rules: [String]
  /// The bytes of a file; nil where it cannot be read.
  let read: (String) -> [UInt8]?
  private var files: [String: InlineIgnores?] = [:]
  /// What accepted a finding.
  private var used: Set<Use> = []

  private struct Use: Hashable {
    var rule: String
    var location: SourceLocation
  }

  init(rules: [String], read: @escaping (String) -> [UInt8]?) {
    self.rules = rules
    self.read = read
  }

  /// The comment that accepts a finding at its place; of one without a place, at that of a setting
  /// that it rests on.
  mutating func entry(for finding: Finding) -> InlineIgnores.Entry? {
    let places =
      finding.locations.isEmpty
      ? finding.evidence.compactMap(\.origin).flatMap(\.files) : Array(finding.locations.prefix(1))
    for place in places {
      // What the kernel says holds no comments.
      guard let line = place.line, !place.path.hasPrefix("/proc/"),
        let entry = file(place.path)?.entry(for: finding.rule, line: line)
      else { continue }
      used.insert(Use(rule: finding.rule, location: entry.location))
      return entry
    }
    return nil
  }

  /// Reads the comments of files that may have some and need not have findings.
  mutating func look(into paths: [String]) {
    for path in paths { _ = file(path) }
  }

  /// What is wrong with the comments that were read.
  ///
  /// - Parameter result: what was judged; a comment for a rule that was not may be of use elsewhere.
  func notices(of result: EvaluationResult) -> [Notice] {
    let judged = Set(result.rules.filter(\.isWhole).map(\.rule))
    let known = files.sorted { $0.key < $1.key }.compactMap(\.value)
    let all = known.flatMap { file in
      file.diagnostics.map(notice)
        + file.unattached.map {
          notice(
            $0,
            "comment accepts nothing: a blank line follows; write it right above what it accepts")
        } + file.entries.flatMap { unused($0, judged) }
    }
    let shown = all.prefix(InlineIgnores.mostDiagnostics)
    let more = all.count - shown.count + known.reduce(0) { $0 + $1.moreProblems }
    guard more > 0 else { return Array(shown) }
    return shown
      + [Notice(.warning, "\(more.counted("more problem")) with comments for Sockwise")]
  }

  private func notice(_ diagnostic: RuleDiagnostic) -> Notice {
    let place = [diagnostic.line, diagnostic.column].compactMap { $0.map { ":\($0)" } }.joined()
    let hint = diagnostic.hint.map { "; \($0)" } ?? ""
    return Notice(.warning, "\(diagnostic.path)\(place): \(diagnostic.message)\(hint)")
  }

  private func unused(_ entry: InlineIgnores.Entry, _ judged: Set<String>) -> [Notice] {
    let rules = entry.rules.filter { rule in
      judged.contains(rule) && !used.contains(Use(rule: rule, location: entry.location))
    }
    guard !rules.isEmpty else { return [] }
    let names = rules.map { "'\($0)'" }.joined(separator: ", ")
    return [notice(entry, "comment accepts nothing: no finding of \(names) there")]
  }

  private func notice(_ entry: InlineIgnores.Entry, _ message: String) -> Notice {
    let place = entry.location
    return Notice(
      .warning, "\(place.path):\(place.line ?? 1):\(place.column ?? 1): \(message)")
  }

  private mutating func file(_ path: String) -> InlineIgnores? {
    if let known = files[path] { return known }
    let ignores = read(path).map {
      InlineIgnores(path: path, content: $0, syntax: .init(path: path), rules: rules)
    }
    files[path] = .some(ignores)
    return ignores
  }
}
