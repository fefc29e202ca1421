public import CEL

/// A finding that somebody accepts, why, and until when: an entry of a waiver file, or of `waivers:`
/// in `.sockwise.yaml`.
public struct Waiver: Hashable, Sendable {
  /// Id of the rule.
  public var rule: String
  public var subject: SubjectPattern
  public var reason: String
  /// The last day on which it holds; nil for one without an end.
  public var expires: Day?
  /// Where it stands: the day where it has one, else the rule's id.
  public var location: SourceLocation

  public init(
    rule: String, subject: SubjectPattern = SubjectPattern("*"), reason: String,
    expires: Day? = nil, location: SourceLocation
  ) {
    self.rule = rule
    self.subject = subject
    self.reason = reason
    self.expires = expires
    self.location = location
  }

  /// Whether its last day has gone by.
  public func hasExpired(on today: Day) -> Bool { expires.map { $0 < today } ?? false }

  public func covers(_ finding: Finding) -> Bool { covers(finding, as: finding.waivedSubject) }

  /// The same, where the subject has been taken apart for many waivers.
  fileprivate func covers(_ finding: Finding, as waived: [Unicode.Scalar]) -> Bool {
    rule == finding.rule && subject.matches(waived)
  }
}

extension Finding {
  /// What patterns of waivers are compared with: a second finding about one thing, `…#2`, is waived
  /// with the first.
  fileprivate var waivedSubject: [Unicode.Scalar] {
    let scalars = Array(subject.unicodeScalars)
    guard let hash = scalars.lastIndex(of: "#"), hash < scalars.count - 1,
      scalars[(hash + 1)...].allSatisfy({ ("0"..."9").contains($0) })
    else { return scalars }
    return Array(scalars[..<hash])
  }
}

/// The waivers of one run.
public struct Waivers: Sendable {
  /// In the order in which they were read.
  public var entries: [Waiver]

  public init(_ entries: [Waiver] = []) { self.entries = entries }

  /// The first that covers a finding and holds on a day.
  public func waiver(for finding: Finding, on today: Day) -> Waiver? {
    let subject = finding.waivedSubject
    return entries.first { $0.covers(finding, as: subject) && !$0.hasExpired(on: today) }
  }
}
