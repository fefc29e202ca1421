internal import CEL

/// A line of a unit's files that systemd ignores, or that keeps the unit from being loaded.
struct UnitProblem: Hashable, Sendable {
  enum Kind: String, Sendable {
    /// No version of systemd has such a setting there.
    case unknown
    /// Known in another section, ignored in this one.
    case misplaced
    /// Only versions of systemd from `since` on know it.
    case newer
    case unknownSection = "unknown_section"
    /// A value that the setting does not take; the one before stays.
    case invalid
    /// No assignment, or one outside of any section.
    case syntax
    /// What keeps the unit from being loaded.
    case fatal
  }
  var kind: Kind
  /// "" outside of any.
  var section: String
  var name: String
  var value: String
  var location: SourceLocation
  var message: String
  /// Where a misplaced setting belongs.
  var belongsIn: String?
  /// The version of systemd that brought it.
  var since: Int?
}

extension UnitProblem: FactObject {
  static let typeName = "UnitProblem"
  static let documentation = """
    A line of a unit's files that systemd ignores, or that keeps the unit from being loaded.
    """
  var factOrigin: Origin? { .file(location) }

  var kindText: String { kind.rawValue }
  var path: String { location.path }
  var line: Int { location.line ?? 0 }
  var belongsInReading: Reading<String> {
    belongsIn.map { .value($0, .file(location)) } ?? .absent("no section takes it")
  }
  var sinceReading: Reading<Int> {
    since.map { .value($0, .file(location)) } ?? .absent("it is not a matter of versions")
  }

  static let fields: FactFields<UnitProblem> = [
    .init(
      "kind", \.kindText,
      "`unknown`, `misplaced`, `newer`, `unknown_section`, `invalid`, `syntax` or `fatal`."),
    .init("section", \.section, "The section it is in; empty outside of any."),
    .init("name", \.name, "Name of the setting.", key: true),
    .init("value", \.value, "As written."),
    .init("path", \.path, "The file.", key: true),
    .init("line", \.line, "Its line there; 0 where the whole file is meant.", key: true),
    .init("message", \.message, "What is wrong."),
    .init(
      "belongs_in", \.belongsInReading, "The section that takes a misplaced setting.",
      optional: true),
    .init(
      "since", \.sinceReading, "The version of systemd that brought the setting.",
      optional: true),
  ]
}
