public import CEL

/// The facts of one of several hosts that are judged together.
public struct FactPlace {
  /// As subjects and fingerprints have it, see `Rule.evaluate`.
  public var name: String
  /// Made when they are judged: there may be many.
  let facts: () -> Activation
  /// Whether a kernel parameter is known of it.
  public var hasSysctls: Bool
  public var hasUnits: Bool

  public init(
    name: String, hasSysctls: Bool = true, hasUnits: Bool = true, facts: @escaping () -> Activation
  ) {
    self.name = name
    self.facts = facts
    self.hasSysctls = hasSysctls
    self.hasUnits = hasUnits
  }

  /// Whether a rule has something to judge here.
  func tells(_ rule: Rule) -> Bool {
    rule.readsSysctls && hasSysctls || rule.readsUnits && hasUnits
  }
}
