public import CEL

/// An element of the `waivers` variable: what this run was told to accept. It is no fact of a host,
/// but given beside it, so that expired waivers are findings like any other.
public struct WaiverFact: Sendable {
  let rule: String
  let subject: String
  let reason: String
  let expires: Reading<String>
  let expired: Bool
  let daysExpired: Int
  let path: String
  let factOrigin: Origin?

  /// - Parameters:
  ///   - expires: the last day, as `YYYY-MM-DD`; nil where there is none.
  ///   - daysExpired: days since then, 0 where it holds.
  ///   - location: where the waiver stands.
  public init(
    rule: String, subject: String, reason: String, expires: String?, daysExpired: Int,
    location: SourceLocation
  ) {
    let origin = Origin.file(location)
    self.rule = rule
    self.subject = subject
    self.reason = reason
    self.expires = expires.map { .value($0, origin) } ?? .absent("it has no end")
    expired = daysExpired > 0
    self.daysExpired = daysExpired
    path = location.path
    factOrigin = origin
  }

  /// The variable `waivers` of rules.
  public static func variable(_ waivers: [WaiverFact]) -> Field { .value(waivers.factValue, nil) }
}

extension WaiverFact: FactObject {
  static let typeName = "Waiver"
  static let documentation = "A finding that somebody accepts, from a file of waivers."
  static let fields: FactFields<WaiverFact> = [
    .init("rule", \.rule, "Id of the rule.", key: true),
    .init("subject", \.subject, "Pattern for subjects, with `*` and `?`.", key: true),
    .init("reason", \.reason, "Why the finding is accepted."),
    .init("expires", \.expires, "The last day on which it holds, YYYY-MM-DD.", optional: true),
    .init("expired", \.expired, "Whether that day has gone by."),
    .init("days_expired", \.daysExpired, "Days since then; 0 while it holds."),
    .init("path", \.path, "The file that it stands in."),
  ]
}
