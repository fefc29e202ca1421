internal import CEL

/// A rule of the program: its file, and what the build made of it.
public struct BuiltInRule: Sendable {
  /// Path below `rules/`, as messages show it.
  public let path: String
  let text: @Sendable () -> [UInt8]
  let compiled: CompactReader

  /// - Parameter text: the file's content.
  /// - Parameter compiled: ``Rule/compiled()`` of the rule in it; empty where it is not compiled.
  public init(
    path: String, text: @escaping @Sendable () -> [UInt8], compiled: StaticString = ""
  ) {
    self.init(path: path, text: text, compiled: CompactReader(compiled))
  }

  /// For tests, which compile rules of their own.
  init(path: String, text: @escaping @Sendable () -> [UInt8], compiled: CompactReader) {
    self.path = path
    self.text = text
    self.compiled = compiled
  }
}
