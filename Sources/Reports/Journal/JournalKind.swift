/// What an entry of the journal tells. Its MESSAGE_ID finds its text in the message catalog,
/// `systemd/sockwise.catalog`, and must never change.
public enum JournalKind: CaseIterable, Sendable {
  /// A finding: new since the last run, or still there where each is logged every time.
  case finding
  /// A finding of the last run that is worse, milder, or accepted now.
  case changed
  /// A finding of the last run that is no more.
  case resolved
  /// A rule that could not judge something, and could at the last run or was not asked.
  case unknown
  /// The end of a run, with its numbers.
  case summary

  /// 128 bits in lower-case hexadecimal, as `systemd-id128 new` makes them.
  public var messageID: String {
    switch self {
    case .finding: "6585bdf050d1444da2fc3f204a5bf621"
    case .changed: "db52443a7b5041dfb8c64c9ce676c945"
    case .resolved: "e619c553c8c54e4297d93b19d75dc092"
    case .unknown: "9c33f3fdb4cc44a09916f989339b272f"
    case .summary: "02ff4d305b6c4e34ba7a10764128812c"
    }
  }
}
