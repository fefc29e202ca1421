/// The rules that ship inside the binary: the files of `rules/`, in the order of their paths.
public enum RuleData {
  /// One embedded rule file; `text` is its UTF-8 content.
  public struct File: Sendable {
    /// Path below `rules/`, such as `tcp/timestamps-disabled.yaml`.
    public let path: String
    public let text: String
  }

  public static var files: [File] {
    embeddedRules.map { File(path: "\($0.path)", text: "\($0.text)") }
  }
}
