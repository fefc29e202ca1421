public import CEL

/// What a set of rules said of one or several scopes.
public struct EvaluationResult: Sendable {
  /// In the order of rule ids, then of elements; superseded ones are left out.
  public var findings: [Finding] = []
  public var undecided: [Undecided] = []
  public var passed = 0
  public var notApplicable = 0
  /// Findings that another rule reports.
  public var superseded = 0
  /// Their fingerprints: they are not gone.
  public var supersededFingerprints: Set<String> = []
  /// Whether a rule was evaluated that reads `delta`.
  public var usedDelta = false
  /// What the reader should know besides, a sentence each.
  public var notices: [String] = []
  /// What each evaluated rule came to, in the order of ids.
  public var rules: [RuleSummary] = []

  public init() {}

  /// Adds the result of another scope.
  public mutating func merge(_ other: EvaluationResult) {
    findings += other.findings
    undecided += other.undecided
    passed += other.passed
    notApplicable += other.notApplicable
    superseded += other.superseded
    supersededFingerprints.formUnion(other.supersededFingerprints)
    usedDelta = usedDelta || other.usedDelta
    notices += other.notices.filter { !notices.contains($0) }
    for summary in other.rules {
      if let index = rules.firstIndex(where: { $0.rule == summary.rule }) {
        rules[index].merge(summary)
      } else {
        rules.append(summary)
      }
    }
  }
}

/// How often a rule came to what.
public struct RuleSummary: Sendable {
  public var rule: String
  public var findings = 0
  public var passed = 0
  public var undecided = 0
  /// Why it had nothing to judge; empty where it had.
  public var notApplicable: [String] = []
  /// Whether it had nothing to judge because facts are missing that a host has.
  public var lackedFacts = false
  /// Whether it reads what grew between two samples, and there was only one: it may have found less, or
  /// milder findings, than there are.
  public var lackedGrowth = false

  /// Whether it was judged whole: what it did not find is not there.
  public var isWhole: Bool { undecided == 0 && !lackedFacts && !lackedGrowth }

  public init(
    rule: String, findings: Int = 0, passed: Int = 0, undecided: Int = 0,
    notApplicable: [String] = []
  ) {
    self.rule = rule
    self.findings = findings
    self.passed = passed
    self.undecided = undecided
    self.notApplicable = notApplicable
  }

  mutating func merge(_ other: RuleSummary) {
    findings += other.findings
    passed += other.passed
    undecided += other.undecided
    notApplicable += other.notApplicable
    lackedFacts = lackedFacts || other.lackedFacts
    lackedGrowth = lackedGrowth || other.lackedGrowth
  }
}

extension RuleSet {
  /// Evaluates the selected rules on the facts of one scope.
  ///
  /// - Parameter scopes: the rules of which scopes. The host's are wanted once, a network
  ///   namespace's for each.
  /// - Parameter scopeName: see `Rule.evaluate`.
  /// - Parameter places: of a review, the hosts that there may be. Rules that read kernel parameters
  ///   or units judge the facts of each by itself, others those of `activation`; one supersedes
  ///   another of the same place alone.
  /// - Parameter isLive: whether the facts are those of a live or recorded host; elsewhere rules
  ///   with `needs: live` are not applicable.
  /// - Parameter hasGrowth: whether `delta` tells what grew; see `RuleSummary.lackedGrowth`.
  public func evaluate(
    in activation: Activation, selection: Selection = Selection(),
    scopes: Set<Rule.Scope> = [.netns, .host], scopeName: String = "",
    places: [FactPlace] = [], isLive: Bool = true, hasGrowth: Bool = true
  ) -> EvaluationResult {
    var run = EvaluationRun(language: language, hasGrowth: hasGrowth)
    var ofPlaces: [Rule] = []
    var notLive: [String] = []
    var activation = activation
    for rule in inOrderOfJudging where scopes.contains(rule.scope) && selection.selects(rule) {
      if rule.readsFindings {
        activation.variables[Rule.findings] = .value(.list(run.sysctls.map(Value.string)), nil)
      }
      run.begin(rule)
      if rule.needsLive && !isLive {
        run.lacksFacts(rule, "needs a live or recorded host")
        notLive.append(rule.id)
      } else if places.contains(where: { $0.tells(rule) }) {
        ofPlaces.append(rule)
      } else {
        run.judge(rule, in: activation, place: scopeName)
      }
    }
    for place in places {
      let facts = place.facts()
      for rule in ofPlaces where place.tells(rule) {
        run.judge(rule, in: facts, place: place.name)
      }
    }
    var result = run.result(leavingOut: withoutSuperseded)
    if !notLive.isEmpty { result.notices.append(Self.notice(notLive)) }
    return result
  }

  /// Rules that ask what others found come last.
  private var inOrderOfJudging: [Rule] {
    rules.filter { !$0.readsFindings } + rules.filter(\.readsFindings)
  }

  private static func notice(_ rules: [String]) -> String {
    let count = rules.count == 1 ? "1 rule needs" : "\(rules.count) rules need"
    let names = rules.count > 5 ? "" : ": " + rules.joined(separator: ", ")
    return "\(count) a live or recorded host and had nothing to judge\(names)"
  }

  /// The findings that no other of the same identity supersedes, directly or through others.
  private func withoutSuperseded(_ findings: [JudgedFinding]) -> [Finding] {
    var superseded: [JudgedFinding.Subject: Set<String>] = [:]
    for finding in findings {
      guard let below = supersededBy[finding.finding.rule] else { continue }
      superseded[finding.subject, default: []].formUnion(below)
    }
    return findings.filter {
      superseded[$0.subject]?.contains($0.finding.rule) != true
    }.map(\.finding)
  }
}

extension Rule {
  /// The variable that tells what other rules found.
  static let findings = "sysctls_of_findings"
}

extension Evidence {
  /// The kernel parameters that it was read from, as sysctl(8) writes them.
  public var sysctls: [String] {
    var keys: [String] = []
    var pending = [origin].compactMap { $0 }
    while let origin = pending.popLast() {
      switch origin {
      case .derived(let others): pending += others
      case .file(let location):
        let root = "/proc/sys/"
        guard location.path.hasPrefix(root) else { continue }
        // A dot in the name of an interface is a slash in a key.
        keys.append(
          String(location.path.dropFirst(root.count).map { $0 == "/" ? "." : $0 == "." ? "/" : $0 })
        )
      default: continue
      }
    }
    return keys
  }
}

extension EvaluationResult {
  /// Takes what could not be decided for want of facts that nobody expects here for not applicable.
  ///
  /// - Parameter isExpected: whether a missing fact is such a one.
  public mutating func forget(where isExpected: (Missing) -> Bool) {
    let places = Dictionary(
      rules.enumerated().map { ($1.rule, $0) }, uniquingKeysWith: { first, _ in first })
    undecided.removeAll { undecided in
      guard undecided.kind == .unknown, !undecided.missing.isEmpty,
        undecided.missing.allSatisfy(isExpected)
      else { return false }
      notApplicable += 1
      if let place = places[undecided.rule] {
        rules[place].undecided -= 1
        rules[place].notApplicable.append(undecided.missing[0].reason)
        rules[place].lackedFacts = true
      }
      return true
    }
  }
}
