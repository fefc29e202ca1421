import Glibc

/// Where rule files come from: the binary, a directory, files that a user names.
public struct RuleSource: Sendable {
  /// One file as it was found.
  public struct File: Sendable {
    /// As messages show it.
    public var path: String
    /// Where it is part of the program.
    let builtIn: BuiltInRule?
    private let read: Result<[UInt8], RuleDiagnostic>

    /// - Parameter content: the bytes; or why there are none.
    public init(path: String, content: Result<[UInt8], RuleDiagnostic>) {
      self.path = path
      read = content
      builtIn = nil
    }

    init(_ rule: BuiltInRule) {
      path = rule.path
      read = .success([])
      builtIn = rule
    }

    /// The bytes; or why there are none.
    public var content: Result<[UInt8], RuleDiagnostic> {
      builtIn.map { .success($0.text()) } ?? read
    }

    /// What sources are compared by.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  /// As messages show it.
  public var name: String
  public var files: [File]
  /// What is wrong with the source as a whole.
  public var diagnostics: [RuleDiagnostic]

  public init(name: String, files: [File], diagnostics: [RuleDiagnostic] = []) {
    self.name = name
    self.files = files
    self.diagnostics = diagnostics
  }

  /// The rules that are part of the program.
  public static func builtIn(_ rules: [BuiltInRule]) -> RuleSource {
    RuleSource(name: "built in", files: rules.map(File.init))
  }

  /// Single files, such as those of `sockwise rules check FILE…`. The caller vouches for them.
  public static func files(_ paths: [String]) -> RuleSource {
    RuleSource(
      name: "command line",
      files: paths.map { File(path: $0, content: RuleDirectory.content(ofFile: $0, owner: nil)) })
  }

  /// What a user named: a directory of rule files, or one file.
  public static func named(_ path: String) -> RuleSource {
    var status = stat()
    let isDirectory = unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    guard isDirectory else { return .files([path]) }
    var source = directory(path)
    if source.files.isEmpty && source.diagnostics.isEmpty {
      source.diagnostics = [RuleDiagnostic(path: path, message: "no rule files (*.yaml) in it")]
    }
    return source
  }

  /// All `*.yaml` of a directory and those below it, in the order of their paths.
  ///
  /// - Parameter isSystem: whether it is one that the system provides, such as
  ///   `/etc/sockwise/rules.d`. It may be missing; and where the program runs as root, files that
  ///   others than root can write are refused. A directory that a user names is his own choice.
  public static func directory(_ path: String, isSystem: Bool = false) -> RuleSource {
    var directory = RuleDirectory(mustBelongToRoot: isSystem && geteuid() == 0)
    directory.read(path, mayBeMissing: isSystem)
    return RuleSource(name: path, files: directory.files, diagnostics: directory.diagnostics)
  }
}
