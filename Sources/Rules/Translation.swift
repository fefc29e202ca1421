extension Rule {
  /// What a reader sees of a rule, in another language. What is nil or empty is not translated.
  public struct Translation: Sendable {
    public var language: String
    public var title: String?
    public var rationale: String?
    /// The text of each remedy that has one, `code` or `note`, in their order. What a remedy sets,
    /// and when it is offered, is no matter of language.
    public var texts: [Template] = []
  }

  /// - Parameter language: its code, such as `zh`.
  public func translation(in language: String) -> Translation? {
    translations.first { $0.language == language }
  }

  /// The remedies with the texts of a translation.
  func remedies(in translation: Translation) -> [Remedy] {
    // What reads rules has counted them: there is one for each, or none at all.
    guard !translation.texts.isEmpty else { return remedies }
    var texts = translation.texts[...]
    return remedies.map { remedy in
      var remedy = remedy
      switch remedy.action {
      case .code(let text): remedy.action = .code(texts.popFirst() ?? text)
      case .note(let text): remedy.action = .note(texts.popFirst() ?? text)
      case .sysctl, .unit: break
      }
      return remedy
    }
  }
}

extension Finding {
  /// What a reader sees of a finding, in the language that was asked for.
  public struct Translation: Sendable {
    public var language: String
    public var title: String
    public var remediation: [Remediation]

    public init(language: String, title: String, remediation: [Remediation]) {
      self.language = language
      self.title = title
      self.remediation = remediation
    }
  }
}
