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
  /// Whether TuneD writes what the administrator's files say once more, after its profile.
  private let tunedReapplies: Bool
  /// The last statement before a file that could not be read, and why it could not.
  private let gap: (index: Int, why: Unreadable)?

  /// - Parameters:
  ///   - read: the statements of the files, in the order of reading.
  ///   - others: those of other writers, in the order of boot.
  ///   - gap: how many statements come before the last file that could not be read.
  init(
    read: [SysctlStatement], others: [SysctlStatement], dialect: SysctlDialect,
    tunedReapplies: Bool, gap: (index: Int, why: Unreadable)?
  ) {
    let before = others.filter { $0.writer == .commandLine }
    let after = others.filter { $0.writer != .commandLine }
    statements = before + read + after
    plan = SysctlPlan(read, dialect: dialect)
    files = before.count..<before.count + read.count
    self.tunedReapplies = tunedReapplies
    self.gap = gap.map { ($0.index + before.count, $0.why) }
    for (index, statement) in statements.enumerated() {
      byKey[statement.key, default: []].append(index)
      if index < files.lowerBound { earlier[statement.key.path] = index }
      if index >= files.upperBound { later[statement.key.path] = index }
    }
  }

  /// The statement that decides what a key has after boot; one without a value leaves it alone.
  func decider(of key: SysctlKey) -> Int? {
    let file = plan.decider(of: key).map { $0 + files.lowerBound }
    if let last = later[key.path] {
      guard statements[last].writer == .tuned, tunedReapplies, let file,
        statements[file].value != nil, !statements[file].isVendors
      else { return last }
      return file
    }
    if let file, statements[file].value != nil { return file }
    return earlier[key.path] ?? file
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
      return (.value(false, origin), statements[decider])
    }
    if let gap, index < files.upperBound, index < gap.index || statement.key.isPattern,
      decider < files.upperBound
    {
      return (.unavailable(gap.why), nil)
    }
    return (.value(true, origin), nil)
  }

  /// Keys that are named with a value, and those of the catalogue that a pattern gives one.
  var keys: [SysctlKey] {
    var keys = byKey.keys.filter { !$0.isPattern }
    for entry in SysctlCatalog.entries {
      let key = SysctlKey(entry.key)
      if byKey[key] == nil, decider(of: key) != nil { keys.append(key) }
    }
    return keys.sorted { $0.dotted.utf8.lexicographicallyPrecedes($1.dotted.utf8) }
  }
}
