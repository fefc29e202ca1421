public import CEL

/// The facts of one of several hosts that are judged together.
public struct FactPlace: Sendable {
  /// As subjects and fingerprints have it, see `Rule.evaluate`.
  public var name: String
  public var facts: Activation
  /// Whether a kernel parameter is known of it.
  public var hasSysctls: Bool
  public var hasUnits: Bool

  public init(
    name: String, facts: Activation, hasSysctls: Bool = true, hasUnits: Bool = true
  ) {
    self.name = name
    self.facts = facts
    self.hasSysctls = hasSysctls
    self.hasUnits = hasUnits
  }
}
