internal import CEL

/// A program that a unit runs.
struct UnitCommand: Sendable {
  /// `ExecStart`, `ExecStartPre` …
  var setting: String
  /// As written, prefixes included.
  var text: String
  /// The program, absolute or a bare name.
  var program: String
  /// Its arguments, argv[0] first; quotes and escapes gone, specifiers replaced, `$NAME` as written.
  var arguments: [String]
  /// With the prefix `-`.
  var ignoresFailure: Bool
  var location: SourceLocation
}
