/// A rule of the program: its file, and what the build made of it.
public struct BuiltInRule: Sendable {
  /// Path below `rules/`, as messages show it.
  public let path: String
  let text: @Sendable () -> [UInt8]
  let compiled: @Sendable () -> [UInt8]

  /// - Parameter text: the file's content.
  /// - Parameter compiled: ``Rule/compiled()`` of the rule in it; empty where it is not compiled.
  public init(
    path: String, text: @escaping @Sendable () -> [UInt8],
    compiled: @escaping @Sendable () -> [UInt8] = { [] }
  ) {
    self.path = path
    self.text = text
    self.compiled = compiled
  }
}
