internal import CEL

/// What one reader of sysctl.d makes of all statements it reads, in order: which of them gives a key
/// its value.
struct SysctlPlan: Sendable {
  let statements: [SysctlStatement]
  let dialect: SysctlDialect
  /// Patterns that assign a value, the last one first, as they are matched.
  private var patterns: [Pattern] = []
  /// By path: the statement that decides, and by what text it was given.
  private var explicit: [[UInt8]: Int] = [:]
  /// Paths as procps compares them, and patterns: they are left alone by patterns.
  private var named: Set<[UInt8]> = []
  /// Patterns of newer procps that exclude what they match.
  private var exclusions: [[UInt8]] = []
  /// Why some patterns are not looked at; nil where all are.
  private(set) var gap: Unreadable?

  /// How many patterns are looked at; each costs time for each key.
  static let mostPatterns = 512

  private struct Pattern {
    var index: Int
    var components: [ArraySlice<UInt8>]
    /// Whether it leaves alone what is named by itself. procps compares texts, and those that a pattern
    /// with `//` finds have it too.
    var sparesNamed = true
  }

  init(_ statements: [SysctlStatement], dialect: SysctlDialect) {
    self.statements = statements
    self.dialect = dialect
    if dialect.isProcps { planAsProcps() } else { planAsSystemd() }
    if patterns.count > Self.mostPatterns || exclusions.count > Self.mostPatterns {
      gap =
        gap
        ?? .init(
          "more than \(Self.mostPatterns) patterns set kernel parameters, and only those are looked at"
        )
    }
    patterns = Array(patterns.prefix(Self.mostPatterns))
    exclusions = Array(exclusions.prefix(Self.mostPatterns))
  }

  /// Notes that the pattern of a statement is not looked at.
  private mutating func leaveOut(_ statement: SysctlStatement, _ why: SysctlGlob.Excess) {
    let place = statement.keyLocation
    gap =
      gap
      ?? .init("'\(place.path)':\(place.line ?? 1):\(place.column ?? 1): \(why.rawValue)")
  }

  /// The statement that decides what a key gets, and nothing else does: one without a value leaves
  /// the key alone. Nil where nothing names it.
  func decider(of key: SysctlKey) -> Int? {
    if let index = explicit[key.path], !dialect.isProcps { return index }
    let byPattern = patternDecider(of: key.path)
    guard dialect.isProcps, let index = explicit[key.path] else { return byPattern }
    // procps writes everything in order.
    return max(index, byPattern ?? -1)
  }

  /// Whether it may decide keys that no statement names: by a pattern, or by a path that procps does
  /// not simplify.
  var decidesOthers: Bool {
    !patterns.isEmpty || dialect.isProcps && statements.contains { $0.key.hasParent }
  }

  /// What a pattern was given last, for the statement at an index: the one that decides.
  func decider(ofPattern index: Int) -> Int { lastOfPattern[statements[index].key] ?? index }

  private var lastOfPattern: [SysctlKey: Int] = [:]

  private func patternDecider(of path: [UInt8]) -> Int? {
    let isNamed = named.contains(path)
    if isNamed && !dialect.isProcps { return nil }
    if exclusions.contains(where: { SysctlGlob.matches($0, path, crossesSlash: true) }) {
      return nil
    }
    if patterns.isEmpty { return nil }
    let parts = SysctlGlob.components(path)
    return patterns.first { pattern in
      !(isNamed && pattern.sparesNamed)
        && SysctlGlob.matches(components: pattern.components, parts)
    }?.index
  }

  // MARK: systemd

  /// A map in the order of assignment: an equal assignment again keeps its place, another one goes to
  /// the end. So the order matters only among patterns; a key that is named itself is left alone by
  /// patterns wherever they stand.
  private mutating func planAsSystemd() {
    struct Entry {
      var place: Int
      var index: Int
    }
    var entries: [SysctlKey: Entry] = [:]
    for (index, statement) in statements.enumerated() where !statement.key.hasParent {
      let same = entries[statement.key].map { statements[$0.index].value == statement.value }
      let place = same == true ? entries[statement.key]?.place ?? index : index
      entries[statement.key] = Entry(place: place, index: index)
    }
    var found: [(place: Int, index: Int)] = []
    for (key, entry) in entries {
      explicit[key.path] = entry.index
      named.insert(key.path)
      guard key.isPattern else { continue }
      lastOfPattern[key] = entry.index
      if statements[entry.index].value != nil { found.append((entry.place, entry.index)) }
    }
    for (_, index) in found.sorted(by: { $0.place > $1.place })
    where patterns.count <= Self.mostPatterns {
      do throws(SysctlGlob.Excess) {
        let texts = try SysctlGlob.alternatives(statements[index].key.path)
        patterns += texts.map { Pattern(index: index, components: SysctlGlob.components($0)) }
      } catch {
        leaveOut(statements[index], error)
      }
    }
  }

  // MARK: procps

  /// A list: everything is written in order. A pattern leaves alone what the list names with the same
  /// text, assigned or excluded; excluding a key that is assigned by name changes nothing.
  private mutating func planAsProcps() {
    var found: [Pattern] = []
    for (index, statement) in statements.enumerated() {
      let text = statement.procpsPath ?? statement.key.path
      named.insert(text)
      let isPattern = statement.key.isPattern
      if isPattern { lastOfPattern[statement.key] = index }
      // A slash at the end asks for a directory.
      guard text.last != UInt8(ascii: "/") else { continue }
      if isPattern, text.count > SysctlGlob.longest {
        leaveOut(statement, .length)
      } else if statement.value == nil {
        if dialect == .newerProcps, isPattern { exclusions.append(text) }
      } else if isPattern {
        found.append(
          Pattern(
            index: index, components: SysctlGlob.components(statement.key.path),
            sparesNamed: text == statement.key.path))
      } else if let path = Self.resolved(statement.key) {
        explicit[path] = index
      }
    }
    patterns = found.reversed()
  }

  /// The path that the kernel finds, ".." taken away; nil where it goes through a directory that there
  /// cannot be.
  private static func resolved(_ key: SysctlKey) -> [UInt8]? {
    guard key.hasParent else { return key.path }
    var parts: [ArraySlice<UInt8>] = []
    for part in key.components {
      guard part.elementsEqual([0x2e, 0x2e]) else {
        parts.append(part)
        continue
      }
      guard let left = parts.popLast(), !left.contains(where: isBlank),
        !parts.isEmpty || SysctlKey.isTopDirectory(left)
      else { return nil }
    }
    return Array(parts.joined(separator: [UInt8(ascii: "/")]))
  }
}
