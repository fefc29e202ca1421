public import CEL
public import Proofs
public import Rules

/// What an audit came to. Every format prints this and nothing else.
public struct Report: Sendable {
  public var tool: Tool
  public var host: Host
  public var mode: Mode
  /// When the audit started, as ISO 8601 in UTC.
  public var started: String
  public var durationSeconds: Double
  /// Worst first, then by rule, subject and namespace.
  public private(set) var findings: [ReportedFinding]
  /// Findings that are not listed, because milder ones than asked for were left out.
  private var milder: [ReportedFinding] = []
  /// How many of those are new.
  public var leftOut: Int { milder.count { $0.state == .new } }
  /// What could not be judged, by rule, subject and namespace.
  public private(set) var undecided: [ReportedUndecided]
  /// Audited namespaces first.
  public private(set) var namespaces: [Namespace]
  /// Why there may be more namespaces than are listed; nil where all are.
  public var namespacesGap: String?
  public private(set) var notices: [Notice]
  /// The rules that were evaluated and what each came to, in the order of their ids.
  public var rules: [RuleSummary]
  /// How many outcomes were `pass`.
  public var passed: Int
  /// How many outcomes were `not_applicable`.
  public var notApplicable: Int
  /// What a file that the report names is called in its repository: below the root, or absolute. Of
  /// an audit its own path.
  public var nameInRepository: @Sendable (String) -> String = { $0 }
  /// Every rule there is, evaluated or not, in the order of ids. What judging did not need is read
  /// now, so only formats that print it ask.
  public var descriptions: [RuleDescription] { describe() }
  private let describe: @Sendable () -> [RuleDescription]
  /// What was read, under the names that rules use; nil of a review.
  public var facts: Activation?
  /// Fingerprints of findings that others stand for.
  public var superseded: Set<String> = []
  /// A rule file, a waiver or the configuration was wrong, and what is there is what the rest gave.
  public var inputIsWrong = false
  /// Something besides this report could not be had that was asked for: a recording, an entry of the
  /// journal, the state for the next run, or a file.
  public var isUndelivered = false
  /// Whether findings were compared with a baseline.
  public private(set) var hasBaseline = false
  /// Findings of the baseline that are no more: their rule was evaluated whole and found them not.
  public private(set) var gone: [Baseline.Entry] = []

  /// False where each rule that had something to judge lacked the facts for it.
  public var judgedSomething: Bool {
    undecided.isEmpty || passed > 0 || rules.contains { $0.findings > 0 }
  }

  /// A report in its one order. Findings that are notes become notices and are not counted.
  public init(
    tool: Tool, host: Host, mode: Mode, started: String, durationSeconds: Double,
    findings: [ReportedFinding], undecided: [ReportedUndecided] = [],
    namespaces: [Namespace] = [], notices: [Notice] = [], rules: [RuleSummary] = [],
    passed: Int = 0, notApplicable: Int = 0,
    descriptions: @autoclosure @escaping @Sendable () -> [RuleDescription] = []
  ) {
    self.tool = tool
    self.host = host
    self.mode = mode
    self.started = started
    self.durationSeconds = durationSeconds
    let ordered = findings.sorted { $0.order < $1.order }
    self.findings = ordered.filter { !$0.finding.isNote }
    self.undecided = undecided.sorted { $0.order < $1.order }
    self.namespaces = namespaces.sorted { $0.order < $1.order }
    self.notices = notices + ordered.filter(\.finding.isNote).map(Notice.init(note:))
    self.rules = rules
    self.passed = passed
    self.notApplicable = notApplicable
    describe = descriptions
  }

  /// The report without findings that are milder; they are counted in `leftOut`.
  public func leavingOut(milderThan severity: Severity) -> Report {
    var report = self
    report.findings.removeAll { $0.finding.severity < severity }
    report.milder += findings.filter { $0.finding.severity < severity }
    return report
  }

  /// Also those that were left out.
  var allFindings: [ReportedFinding] { findings + milder }

  /// The report with more to know.
  public func adding(_ notices: [Notice]) -> Report {
    var report = self
    report.notices += notices
    return report
  }

  /// The report with what came of trying each finding's claim.
  func settingProofs(_ proof: (ReportedFinding) -> Proof?) -> Report {
    var report = self
    for index in findings.indices { report.findings[index].proven = proof(findings[index]) }
    return report
  }

  /// New findings.
  var fresh: [ReportedFinding] { findings.filter { $0.state == .new } }

  /// Known and waived findings.
  var accepted: [ReportedFinding] { findings.filter { $0.state != .new } }

  /// The report with what a baseline knows marked as known, and what of it is gone.
  ///
  /// An entry is gone only where its rule was evaluated and nothing of it was left open: what was
  /// not looked at may still be there.
  public func comparing(with baseline: Baseline) -> Report {
    var report = self
    report.hasBaseline = true
    for index in report.findings.indices where report.findings[index].state == .new {
      if baseline.contains(report.findings[index].finding) { report.findings[index].state = .known }
    }
    let present = Set(findings.map(\.finding.fingerprint))
    let judged = Set(rules.filter { $0.undecided == 0 }.map(\.rule))
    report.gone = baseline.entries.filter {
      judged.contains($0.rule) && !present.contains($0.fingerprint)
    }
    return report
  }

  /// The program that made the report.
  public struct Tool: Hashable, Sendable {
    public var name: String
    public var version: String

    public init(name: String = "sockwise", version: String) {
      self.name = name
      self.version = version
    }
  }

  /// The host that was audited.
  public struct Host: Hashable, Sendable {
    public var name: String
    /// Kernel release, such as "6.12.9-amd64".
    public var kernel: String
    /// `/proc/sys/kernel/random/boot_id`; nil where it could not be read.
    public var bootID: String?

    /// What stands for a kernel that is not known.
    public static let unknownKernel = "unknown"

    public init(name: String, kernel: String, bootID: String? = nil) {
      self.name = name
      self.kernel = kernel
      self.bootID = bootID
    }
  }

  /// What was audited.
  public enum Mode: String, Sendable {
    /// The running host.
    case live
    /// An image or a recorded host under a root directory.
    case root
    /// Files by themselves.
    case review
  }
}

/// A finding with what the report knows about it beyond the rule.
public struct ReportedFinding: Sendable {
  public var finding: Finding
  public var state: State
  /// Where it was found; nil for a finding of the whole host.
  public var namespace: NamespaceName?
  /// Set where `state` is `waived`.
  public var waiver: Waiver?
  /// What came of trying the rule's claim on this kernel; nil where nobody tried.
  public internal(set) var proven: Proof?

  public init(
    _ finding: Finding, state: State = .new, namespace: NamespaceName? = nil,
    waiver: Waiver? = nil
  ) {
    self.finding = finding
    self.state = state
    self.namespace = namespace
    self.waiver = waiver
  }

  /// Only a new finding counts toward the exit status.
  public enum State: String, CaseIterable, Sendable { case new, known, waived }

  /// Why a finding is accepted, and until when.
  public struct Waiver: Hashable, Sendable {
    public var reason: String
    /// The last day, as YYYY-MM-DD.
    public var expires: String?
    /// Whether it is a comment beside what it accepts, rather than an entry of a file of waivers.
    public var isInSource: Bool
    /// Where it stands.
    public var location: SourceLocation?

    public init(
      reason: String, expires: String? = nil, isInSource: Bool = false,
      location: SourceLocation? = nil
    ) {
      self.reason = reason
      self.expires = expires
      self.isInSource = isInSource
      self.location = location
    }
  }

  fileprivate var order: OrderKey {
    OrderKey(
      class: Severity.allCases.count - finding.severity.position,
      texts: [
        finding.rule, finding.subject, namespace?.order ?? "", finding.fingerprint,
        finding.message,
      ])
  }
}

/// A rule, or one element of it, that could not be judged, and where.
public struct ReportedUndecided: Hashable, Sendable {
  public var undecided: Undecided
  public var namespace: NamespaceName?

  public init(_ undecided: Undecided, namespace: NamespaceName? = nil) {
    self.undecided = undecided
    self.namespace = namespace
  }

  fileprivate var order: OrderKey {
    OrderKey(
      class: 0, texts: [undecided.rule, undecided.subject, namespace?.order ?? ""])
  }
}

/// Something to know that is not a finding.
public struct Notice: Hashable, Sendable {
  public enum Level: String, Sendable {
    /// Reassurance from a rule that is a note.
    case note
    case info
    case warning
  }

  public var level: Level
  public var message: String
  /// The rule and subject of a note.
  public var rule: String?
  public var subject: String?

  public init(_ level: Level, _ message: String, rule: String? = nil, subject: String? = nil) {
    self.level = level
    self.message = message
    self.rule = rule
    self.subject = subject
  }

  fileprivate init(note: ReportedFinding) {
    self.init(
      .note, note.finding.message, rule: note.finding.rule, subject: note.finding.subject)
  }
}

extension Severity {
  /// Place in the order of `allCases`, mildest first.
  var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
