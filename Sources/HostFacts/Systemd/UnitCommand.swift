public import CEL

/// A program that a unit runs.
public struct UnitCommand: Sendable {
  /// `ExecStart`, `ExecStartPre` …
  public var setting: String
  /// As written, prefixes included.
  public var text: String
  /// The program, absolute or a bare name.
  public var program: String
  /// Its arguments, argv[0] first; quotes and escapes gone, specifiers replaced, `$NAME` as written.
  public var arguments: [String]
  /// With the prefix `-`.
  public var ignoresFailure: Bool
  public var location: SourceLocation
}
