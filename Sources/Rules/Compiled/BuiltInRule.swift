internal import CEL

/// A rule of the program: its file, and what the build made of it.
public struct BuiltInRule: Sendable {
  /// Path below `rules/`, as messages show it.
  public let path: String
  let text: @Sendable () -> [UInt8]
  /// What the build made of it, without its tests; nil where it was not compiled.
  let rule: Deferred<Rule?>

  /// - Parameter text: the file's content.
  /// - Parameter compiled: ``Rule/compiled()`` of the rule in it; empty where it is not compiled.
  public init(
    path: String, text: @escaping @Sendable () -> [UInt8], compiled: StaticString = ""
  ) {
    self.init(path: path, text: text, compiled: CompactReader(compiled))
  }

  init(path: String, text: @escaping @Sendable () -> [UInt8], compiled: CompactReader) {
    self.path = path
    self.text = text
    rule = Deferred { Rule(path: path, compiled: compiled) }
  }

  /// Reads what was compiled now, so that it is there when a set of rules wants it.
  public func prepare() { _ = rule.value }
}
