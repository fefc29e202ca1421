/// The rules and topics that ship inside the binary: the files of `rules/` and `topics/`, in the order
/// of their paths.
public enum RuleData {
  /// One embedded rule file.
  public struct File: Sendable {
    /// Path below `rules/`, such as `tcp/timestamps-disabled.yaml`.
    public let path: String
    let embedded: (text: StaticString, compiled: StaticString)

    /// Its content.
    public var text: String { "\(embedded.text)" }
    /// What the build made of it, for `Rules`.
    public var compiled: StaticString { embedded.compiled }
  }

  public static var files: [File] {
    embeddedRules.map { File(path: "\($0.path)", embedded: ($0.text, $0.compiled)) }
  }

  /// The files of `topics/`, likewise.
  public static var topics: [(path: String, text: String)] {
    embeddedTopics.map { ("\($0.path)", "\($0.text)") }
  }
}
