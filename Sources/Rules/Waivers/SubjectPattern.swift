internal import CEL

/// A pattern for subjects: `*` is any text, `?` one character, everything else itself.
public struct SubjectPattern: Hashable, Sendable {
  public let text: String
  private let pattern: StarPattern

  public init(_ text: String) {
    self.text = text
    pattern = StarPattern(text.unicodeScalars)
  }

  /// Whether it is the whole of a subject.
  public func matches(_ subject: String) -> Bool { matches(Array(subject.unicodeScalars)) }

  func matches(_ subject: [Unicode.Scalar]) -> Bool { pattern.matches(subject) }
}
