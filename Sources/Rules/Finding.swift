public import CEL

/// How bad a finding is if it is true.
public enum Severity: String, CaseIterable, Comparable, Sendable {
  case info, low, medium, high

  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .info: 0
    case .low: 1
    case .medium: 2
    case .high: 3
    }
  }
}

/// How sure it is that a finding is right.
public enum Confidence: String, CaseIterable, Sendable { case low, medium, high }

/// What evaluating a rule, or one element of it, came to.
public enum Outcome: Sendable {
  case finding(Finding)
  case pass
  /// The rule has nothing to judge here, and why.
  case notApplicable(String)
  /// It could not be judged: what was missing. `kind` tells unreadable from failed.
  case undecided(Undecided)
}

/// A rule that a fact says is broken, with what says so.
public struct Finding: Sendable {
  public var rule: String
  public var title: String
  public var severity: Severity
  public var confidence: Confidence
  /// Reassurance, not a problem: reported among the notices and never counted.
  public var isNote: Bool
  /// What it is about: `sysctl:net.ipv4.tcp_tw_reuse`, `listener:tcp:0.0.0.0:8080`.
  public var subject: String
  public var message: String
  /// The facts that decided, in the order in which they were read.
  public var evidence: [Evidence]
  public var locations: [SourceLocation]
  public var remediation: [Remediation]
  public var references: [String]
  public var proof: String?
  /// Stable over values, inodes and lines: a hash of rule, scope and identity.
  public var fingerprint: String
  /// Units of systemd that it is about, such as `nginx.service`.
  public var units: [String] = []
  /// Nil where none was asked for, and where there is none.
  public var translation: Translation?

  public init(
    rule: String, title: String, severity: Severity, confidence: Confidence, isNote: Bool = false,
    subject: String, message: String, evidence: [Evidence], locations: [SourceLocation] = [],
    remediation: [Remediation] = [], references: [String] = [], proof: String? = nil,
    fingerprint: String
  ) {
    self.rule = rule
    self.title = title
    self.severity = severity
    self.confidence = confidence
    self.isNote = isNote
    self.subject = subject
    self.message = message
    self.evidence = evidence
    self.locations = locations
    self.remediation = remediation
    self.references = references
    self.proof = proof
    self.fingerprint = fingerprint
  }
}

extension Finding {
  /// The finding with other names of the files that it points to, in its message too.
  public func namingPaths(_ name: (String) -> String) -> Finding {
    var finding = self
    let files = locations + evidence.compactMap(\.origin).flatMap(\.files)
    let names = Dictionary(
      files.map { ($0.path, name($0.path)) }, uniquingKeysWith: { first, _ in first })
    finding.message = message.naming(names.filter { $0.key != $0.value && !$0.key.isEmpty })
    for index in locations.indices { finding.locations[index].path = name(locations[index].path) }
    for index in evidence.indices {
      finding.evidence[index].origin = evidence[index].origin?.namingPaths(name)
    }
    return finding
  }
}

extension String {
  /// Replaces paths where they are not parts of others, the longest first.
  fileprivate func naming(_ names: [String: String]) -> String {
    guard !names.isEmpty else { return self }
    let paths = names.keys.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    func isOfPath(_ character: Character?) -> Bool {
      character.map { $0.isLetter || $0.isNumber || "/._-@+".contains($0) } ?? false
    }
    var result = ""
    var rest = self[...]
    while let first = rest.first {
      if !isOfPath(result.last),
        let path = paths.first(where: {
          rest.hasPrefix($0) && !isOfPath(rest.dropFirst($0.count).first)
        })
      {
        result += names[path] ?? path
        rest = rest.dropFirst(path.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}

extension Origin {
  fileprivate func namingPaths(_ name: (String) -> String) -> Origin {
    switch self {
    case .file(var location):
      location.path = name(location.path)
      return .file(location)
    case .derived(let origins): return .derived(origins.map { $0.namingPaths(name) })
    case .dump, .defaultValue: return self
    }
  }
}

/// A fact that decided, as it was when it was read.
public struct Evidence: Sendable {
  /// Path of the fact as a rule names it, such as `sysctl.net.ipv4.tcp_tw_reuse`.
  public var fact: String
  public var value: Value
  public var origin: Origin?

  public init(fact: String, value: Value, origin: Origin? = nil) {
    self.fact = fact
    self.value = value
    self.origin = origin
  }
}

/// What the administrator can do; best first.
public enum Remediation: Hashable, Sendable {
  /// Values to set, as pairs of key and value in the order of the rule file.
  case sysctl([Setting])
  /// Settings of a systemd unit: unit name and lines, such as `[Service]` and `RestartSec=65`.
  case unit([Setting])
  /// A change in the program.
  case code(String)
  /// Anything else.
  case note(String)

  public struct Setting: Hashable, Sendable {
    public var key: String
    public var value: String

    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }
}

/// A rule, or one element of it, that could not be judged.
public struct Undecided: Hashable, Sendable {
  public enum Kind: String, Sendable {
    /// A fact could not be read.
    case unknown
    /// The expression failed.
    case error
  }

  public var rule: String
  public var subject: String
  public var kind: Kind
  public var missing: [Missing]

  public init(rule: String, subject: String, kind: Kind, missing: [Missing]) {
    self.rule = rule
    self.subject = subject
    self.kind = kind
    self.missing = missing
  }
}
