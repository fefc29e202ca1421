/// Where a value comes from. The evaluator carries it along and never looks inside.
public indirect enum Origin: Hashable, Sendable {
  case file(SourceLocation)
  /// A socket dump, such as `sock_diag` or `getsockopt`, and what it was asked of.
  case dump(String)
  /// Not set anywhere: the default of this kernel series.
  case defaultValue(String)
  /// Computed by Sockwise from other facts.
  case derived([Origin])
}

/// A place in a file; line and columns count from 1, columns in Unicode scalars.
public struct SourceLocation: Hashable, Sendable {
  public var path: String
  public var line: Int?
  public var column: Int?
  public var endColumn: Int?

  public init(path: String, line: Int? = nil, column: Int? = nil, endColumn: Int? = nil) {
    self.path = path
    self.line = line
    self.column = column
    self.endColumn = endColumn
  }
}
