internal import CEL
internal import Glibc
internal import YAML

/// A configuration file as read, and what is wrong with it:
///
///     skip: [timestamps-disabled]
///     enable: [ephemeral-range-parity]
///     params:
///       destination-exhausted: { percent: 90 }
///     kernels: [6.1, 6.12]
///     paths:
///       exclude: [examples]
///     waivers:
///       - waivers.yaml                      # a file, relative to this one
///       - rule: tw-reuse-needed
///         reason: the pool comes with release 4.2
///     fail_on: low
///
/// That of a host has no `kernels` and `paths`, and instead
///
///     min_severity: low
///     journal: all
///     outputs: { json: /var/lib/sockwise/report.json }
public struct ConfigurationFile: Sendable {
  /// What a configuration file is called.
  public static let name = ".sockwise.yaml"

  /// Without what something is wrong with.
  public var configuration: Configuration
  /// By position, those of waiver files last.
  public var diagnostics: [RuleDiagnostic]

  /// - Parameters:
  ///   - path: as messages show it; files that it names are relative to its directory.
  ///   - rules: the rules that it may name.
  ///   - isNamed: whether the user names it. One that was merely found may be a stranger's, and so
  ///     names no files but those below its directory.
  public init(
    path: String, content: [UInt8], rules: RuleSet, kind: Configuration.Kind = .review,
    isNamed: Bool = true
  ) {
    configuration = Configuration()
    configuration.path = path
    do throws(RuleDiagnostic) {
      let source = try SourceText.strict(path: path, bytes: content)
      let document = YAMLDocument(source)
      var reader = ConfigurationReader(
        source: source, rules: rules, kind: kind, isNamed: isNamed)
      reader.reader.problems.add(document.problems, of: source)
      if let root = document.root { reader.read(root, into: &configuration) }
      diagnostics =
        reader.reader.problems.diagnostics(of: path) + reader.diagnosticsOfWaivers
    } catch {
      diagnostics = [error]
    }
  }

  /// Reads a file that a user names, or that was found and must not be a link.
  public static func read(_ path: String, rules: RuleSet, isNamed: Bool = true) -> ConfigurationFile
  {
    do throws(RuleDiagnostic) {
      let content = try content(path, isNamed: isNamed)
      return ConfigurationFile(path: path, content: content, rules: rules, isNamed: isNamed)
    } catch {
      var file = ConfigurationFile(path: path, content: [], rules: rules)
      file.diagnostics = [error]
      return file
    }
  }

  /// Reads the file of a host.
  ///
  /// - Parameter isSystem: whether it is the one of the system, which only root may be able to write
  ///   where root reads it.
  public static func read(
    ofHost path: String, rules: RuleSet, formats: [String: String], isSystem: Bool
  )
    -> ConfigurationFile
  {
    let owner: uid_t? = isSystem && geteuid() == 0 ? 0 : nil
    switch RuleDirectory.content(ofFile: path, owner: owner) {
    case .success(let content):
      return ConfigurationFile(
        path: path, content: content, rules: rules, kind: .host(formats: formats))
    case .failure(let diagnostic):
      var file = ConfigurationFile(path: path, content: [], rules: rules)
      file.diagnostics = [diagnostic]
      return file
    }
  }

  private static func content(_ path: String, isNamed: Bool) throws(RuleDiagnostic) -> [UInt8] {
    if isNamed { return try RuleDirectory.content(ofFile: path, owner: nil).get() }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let file = RepositoryFile(directory: directory(ofFile: path), name: name)
    do throws(RepositoryFile.Failure) {
      return try file.content(shownAs: path)
    } catch {
      switch error {
      case .unreadable(let diagnostic): throw diagnostic
      case .refused(let why):
        throw RuleDiagnostic(path: path, message: "file \(why)", hint: "name it with --config")
      }
    }
  }

  /// The directory that a file is in.
  static func directory(ofFile path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  }
}
