/// A problem in the text of an expression.
public struct Diagnostic: Hashable, Sendable {
  /// Begins with the thing that is wrong, lower case, no full stop.
  public var message: String
  /// Where, in Unicode scalars from the start of the expression's text. Empty at the end of the
  /// text: something is missing there.
  public var range: Range<Int>
  /// What was probably meant, or what there is, such as "did you mean 'sockets'?".
  public var hint: String?

  public init(_ message: String, at range: Range<Int>, hint: String? = nil) {
    self.message = message
    self.range = range
    self.hint = hint
  }
}

/// Everything that is wrong with one expression, in the order of the text; never empty.
public struct Diagnostics: Error, Hashable, Sendable, CustomStringConvertible {
  public let list: [Diagnostic]

  public var description: String {
    list.map { diagnostic in
      "\(diagnostic.range.lowerBound): \(diagnostic.message)"
        + (diagnostic.hint.map { " (\($0))" } ?? "")
    }.joined(separator: "\n")
  }
}
