import Rules

/// Whether and how text is coloured, in the sixteen colours that each terminal theme sets.
public enum Style: Sendable {
  case plain
  /// With SGR sequences (ECMA-48).
  case coloured

  /// What a piece of text is.
  enum Role: Hashable {
    case body
    /// Headings and titles.
    case strong
    /// What is there for reference: rule ids, origins.
    case faint
    case severity(Severity)
  }

  func apply(_ role: Role, to text: String) -> String {
    guard self == .coloured, !text.isEmpty, let code = role.code else { return text }
    return "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }
}

extension Style.Role {
  fileprivate var code: String? {
    switch self {
    case .body: nil
    case .strong: "1"
    case .faint: "2"
    case .severity(.high): "1;31"
    case .severity(.medium): "1;33"
    case .severity(.low): "1;36"
    case .severity(.info): "1;34"
    }
  }
}
