public import CEL

/// A remedy as a rule file has it: templates, and perhaps a condition.
public struct Remedy: Sendable {
  public enum Action: Sendable {
    case sysctl([Setting])
    case unit([Setting])
    case code(Template)
    case note(Template)
  }

  /// One value to set. For a sysctl the key is its name; for a unit, the key names the unit and the
  /// value is a line of its file.
  public struct Setting: Sendable {
    public var key: Template
    public var value: Template
  }

  /// Nil: always offered.
  public var condition: Expression?
  public var action: Action

  /// The remedy for one finding. Nil where its condition is not true, or where a setting needs a
  /// fact that could not be read: half a setting is worse than none.
  func remediation(in activation: Activation) -> Remediation? {
    if let condition {
      guard case .bool(true) = condition.evaluate(in: activation).value else { return nil }
    }
    switch action {
    case .code(let text): return .code(text.rendered(in: activation).text)
    case .note(let text): return .note(text.rendered(in: activation).text)
    case .sysctl(let settings): return rendered(settings, in: activation).map(Remediation.sysctl)
    case .unit(let settings): return rendered(settings, in: activation).map(Remediation.unit)
    }
  }

  private func rendered(
    _ settings: [Setting], in activation: Activation
  ) -> [Remediation.Setting]? {
    var rendered: [Remediation.Setting] = []
    for setting in settings {
      let key = setting.key.rendered(in: activation)
      let value = setting.value.rendered(in: activation)
      guard key.isWhole, value.isWhole else { return nil }
      rendered.append(.init(key: key.text, value: value.text))
    }
    return rendered
  }
}
