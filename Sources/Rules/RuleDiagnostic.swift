/// Something wrong with a rule file, and where.
public struct RuleDiagnostic: Error, Hashable, Sendable {
  public enum Severity: String, Sendable {
    /// The rule is not used.
    case error
    /// The rule is used; its author should look.
    case warning
  }

  public var path: String
  /// Line and column count from 1, columns in Unicode scalars; nil where the file as a whole is
  /// meant.
  public var line: Int?
  public var column: Int?
  /// How many scalars of the line are meant, at least 1.
  public var length: Int
  public var severity: Severity
  public var message: String
  /// The line as it stands in the file, without its end.
  public var sourceLine: String?
  /// What to do: "did you mean 'tags'?".
  public var hint: String?

  public init(
    path: String, line: Int? = nil, column: Int? = nil, length: Int = 1,
    severity: Severity = .error, message: String, sourceLine: String? = nil, hint: String? = nil
  ) {
    self.path = path
    self.line = line
    self.column = column
    self.length = length
    self.severity = severity
    self.message = message
    self.sourceLine = sourceLine
    self.hint = hint
  }

  /// The diagnostic as compilers print it, without a final line end:
  ///
  ///     rules/x.yaml:3:1: error: unknown key 'tag'
  ///       tag: [tcp]
  ///       ^~~
  ///       did you mean 'tags'?
  public func rendered() -> String {
    var text = DisplayText.escaped(path)
    if let line { text += ":\(line)" }
    if line != nil, let column { text += ":\(column)" }
    text += ": \(severity.rawValue): \(DisplayText.escaped(message))"
    if let sourceLine, let column {
      let excerpt = DisplayText.Excerpt(of: sourceLine, column: column, length: length)
      text += "\n  \(excerpt.text)\n  \(excerpt.caret)"
    }
    if let hint { text += "\n  \(DisplayText.escaped(hint))" }
    return text
  }
}

extension RuleDiagnostic {
  /// In the order in which a reader meets them: by file, then by position.
  static func precedes(_ left: RuleDiagnostic, _ right: RuleDiagnostic) -> Bool {
    if left.path != right.path { return left.path < right.path }
    let leftPlace = (left.line ?? 0, left.column ?? 0)
    let rightPlace = (right.line ?? 0, right.column ?? 0)
    if leftPlace != rightPlace { return leftPlace < rightPlace }
    return left.message < right.message
  }
}
