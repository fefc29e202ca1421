public import Testing

extension Trait where Self == ConditionTrait {
  /// Skips a test where this process may not make network namespaces, and says so.
  public static var needsNamespaces: Self {
    .enabled(if: ScratchNamespace.isAvailable, ScratchNamespace.requirement)
  }
}
