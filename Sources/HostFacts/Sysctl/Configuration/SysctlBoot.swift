internal import CEL

/// What boot does to the kernel parameters of one host: several writers, one after the other.
struct SysctlBoot: Sendable {
  /// Everything that is written, in this order: the kernel's command line, the files, the others.
  let statements: [SysctlStatement]
  private let plan: SysctlPlan
  /// Where the files' statements are among all.
  private let files: Range<Int>
  /// Of later writers, what each key gets last.
  private var later: [[UInt8]: Int] = [:]
  private var earlier: [[UInt8]: Int] = [:]
  /// By key, every statement that names it.
  private(set) var byKey: [SysctlKey: [Int]] = [:]
  /// Files that nothing reads, or not to their end.
  private(set) var unread: [UnreadSysctlFile]
  /// Lines of the files that are no assignments, and why there may be more.
  private(set) var skipped: [SkippedSysctlLine] = []
  private(set) var skippedGap: Unreadable?
  /// Why there may be more statements; nil where there are not.
  private(set) var gap: Unreadable?
  /// How many statements come before the last file that could not be read, and why it could not.
  private var lastGap: (count: Int, why: Unreadable)?
  private let tunedReapplies: Bool

  /// How many assignments of the files, and of other writers, are looked at. Whoever finds those of
  /// others may end at one more, which tells that there are more.
  static let mostStatements = 20_000

  init(_ sources: SysctlSources) {
    let selection = SysctlFileSelection(
      sources.files, dialect: sources.dialect, sysctlConf: sources.sysctlConf)
    unread = selection.unread
    gap = sources.gap
    tunedReapplies = sources.tunedReapplies
    let others = sources.others.prefix(Self.mostStatements)
    let before = others.filter { $0.writer == .commandLine }
    var read: [SysctlStatement] = []
    for file in selection.read {
      switch file.content {
      case .nothing: continue
      case .unreadable(let why):
        lastGap = (before.count + read.count, why)
        gap = gap ?? why
      case .bytes(let bytes):
        let text = SysctlFileText(
          bytes, path: file.path, dialect: sources.dialect,
          writer: file.place.directory == nil ? .sysctlConf : nil)
        read += text.statements
        skipped += text.skipped
        if skipped.count > Self.mostStatements {
          skipped.removeLast(skipped.count - Self.mostStatements)
          skippedGap = .init("there are more than \(Self.mostStatements) lines of no use")
        } else if text.skipsMore {
          skippedGap = .init("'\(file.path)' has more lines that are no assignments")
        }
        if let line = text.endsAtLine { unread.append(.init(file, cutAtLine: line)) }
      }
      if read.count > Self.mostStatements { break }
    }
    if read.count > Self.mostStatements || sources.others.count > Self.mostStatements {
      read.removeLast(max(read.count - Self.mostStatements, 0))
      gap =
        gap
        ?? .init(
          "more than \(Self.mostStatements) lines set kernel parameters, and only those are looked at"
        )
    }
    plan = SysctlPlan(read, dialect: sources.dialect)
    gap = gap ?? plan.gap
    files = before.count..<before.count + read.count
    statements = before + read + others.filter { $0.writer != .commandLine }
    for (index, statement) in statements.enumerated() {
      byKey[statement.key, default: []].append(index)
      if index < files.lowerBound { earlier[statement.key.path] = index }
      if index >= files.upperBound { later[statement.key.path] = index }
    }
  }

  /// The statement that decides what a key has after boot; one without a value leaves it alone.
  func decider(of key: SysctlKey) -> Int? {
    let file = plan.decider(of: key).map { $0 + files.lowerBound }
    let before =
      file.flatMap { statements[$0].value == nil ? nil : $0 } ?? earlier[key.path] ?? file
    guard let last = later[key.path] else { return before }
    guard statements[last].writer == .tuned, let before, let value = statements[before].value else {
      return last
    }
    if tunedReapplies, before == file, !statements[before].isVendors { return before }
    return isWritten(last, over: value) ? last : before
  }

  /// Whether its own condition keeps a statement from being written where another decides.
  func isLeftOut(_ index: Int, decider: Int) -> Bool {
    guard index != decider, let value = statements[decider].value else { return false }
    return !isWritten(index, over: value)
  }

  /// Whether a statement is written where a key has a value.
  private func isWritten(_ index: Int, over old: [UInt8]) -> Bool {
    guard let condition = statements[index].condition, let value = statements[index].value else {
      return true
    }
    return condition.holds(value, over: old)
  }

  /// Whether a statement's value is what its key gets, and what wins if not.
  func outcome(of index: Int) -> (inEffect: Reading<Bool>, override: SysctlStatement?) {
    let statement = statements[index]
    let origin = Origin.file(statement.location)
    let decider: Int
    if statement.key.isPattern {
      decider =
        files.contains(index)
        ? plan.decider(ofPattern: index - files.lowerBound) + files.lowerBound : index
    } else {
      decider = self.decider(of: statement.key) ?? index
    }
    // What says the same agrees, whichever of them comes last.
    if statements[decider].value != statement.value {
      // What its own condition keeps from being written loses to nobody.
      let isLeftOut = isLeftOut(index, decider: decider)
      return (.value(false, origin), isLeftOut ? nil : statements[decider])
    }
    if let lastGap, decider < files.upperBound,
      index < lastGap.count || statement.key.isPattern
    {
      return (.unavailable(lastGap.why), nil)
    }
    return (.value(true, origin), nil)
  }

  /// Keys that are named with a value, and those of the catalogue that a pattern gives one.
  var keys: [SysctlKey] {
    var keys = byKey.keys.filter { !$0.isPattern }.map { (key: $0, name: Array($0.dotted.utf8)) }
    if plan.decidesOthers {
      keys += SysctlCatalog.keys.filter { byKey[$0.key] == nil && decider(of: $0.key) != nil }
    }
    return keys.sorted { $0.name.lexicographicallyPrecedes($1.name) }.map(\.key)
  }
}
