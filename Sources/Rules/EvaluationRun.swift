internal import CEL

/// What was judged so far.
struct EvaluationRun {
  /// See `RuleSet.language`.
  private let language: String?
  private let hasGrowth: Bool
  private var whole = EvaluationResult()
  private var findings: [JudgedFinding] = []
  /// By rule, its place among the summaries.
  private var rows: [String: Int] = [:]

  init(language: String?, hasGrowth: Bool) {
    self.language = language
    self.hasGrowth = hasGrowth
  }

  /// The kernel parameters that findings rest on, sorted.
  var sysctls: [String] {
    Set(findings.flatMap(\.finding.evidence).flatMap(\.sysctls)).sorted()
  }

  mutating func begin(_ rule: Rule) {
    rows[rule.id] = whole.rules.count
    whole.rules.append(RuleSummary(rule: rule.id))
  }

  /// There is nothing that the rule could judge.
  mutating func lacksFacts(_ rule: Rule, _ why: String) {
    guard let row = rows[rule.id] else { return }
    whole.rules[row].notApplicable.append(why)
    whole.rules[row].lackedFacts = true
  }

  /// - Parameter place: see `Rule.evaluate`.
  mutating func judge(_ rule: Rule, in facts: Activation, place: String) {
    guard let row = rows[rule.id] else { return }
    whole.usedDelta = whole.usedDelta || rule.readsDelta
    whole.rules[row].lackedGrowth = rule.readsDelta && !hasGrowth
    for judgement in rule.judgements(in: facts, scopeName: place, language: language) {
      switch judgement.outcome {
      case .finding(let finding):
        findings.append(
          JudgedFinding(place: place, identity: judgement.identity, finding: finding))
      case .pass: whole.rules[row].passed += 1
      case .notApplicable(let why): whole.rules[row].notApplicable.append(why)
      case .undecided(let undecided):
        whole.undecided.append(undecided)
        whole.rules[row].undecided += 1
      }
    }
  }

  /// - Parameter kept: of all findings, those that no other supersedes.
  func result(leavingOut kept: ([JudgedFinding]) -> [Finding]) -> EvaluationResult {
    var result = whole
    result.findings = kept(findings.sorted { $0.finding.rule < $1.finding.rule })
    result.superseded = findings.count - result.findings.count
    if result.superseded > 0 {
      result.supersededFingerprints = Set(findings.map(\.finding.fingerprint))
        .subtracting(result.findings.map(\.fingerprint))
    }
    for finding in result.findings {
      if let row = rows[finding.rule] { result.rules[row].findings += 1 }
    }
    result.passed = result.rules.map(\.passed).reduce(0, +)
    result.notApplicable = result.rules.map(\.notApplicable.count).reduce(0, +)
    result.rules.sort { $0.rule < $1.rule }
    result.undecided.sort { $0.rule < $1.rule }
    return result
  }
}

/// A finding, and what others it is compared with.
struct JudgedFinding {
  struct Subject: Hashable {
    var place: String
    var identity: Identity
  }

  var subject: Subject
  var finding: Finding

  init(place: String, identity: Identity, finding: Finding) {
    subject = Subject(place: place, identity: identity)
    self.finding = finding
  }
}
