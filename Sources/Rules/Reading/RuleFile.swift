public import CEL
internal import YAML

/// One rule file as read: the rule, unless something is wrong with it, and all that is.
public struct RuleFile: Sendable {
  /// Nil where the diagnostics hold an error.
  public var rule: Rule?
  /// By position.
  public var diagnostics: [RuleDiagnostic]
  /// Places of names that only the whole set of rules can resolve, with what to say of them.
  var supersedes: [(name: String, unknown: RuleDiagnostic)] = []

  /// Reads a rule; its file name without `.yaml` must be its id.
  ///
  /// - Parameter path: as messages show it.
  /// - Parameter schema: what its expressions may name.
  public init(path: String, content: [UInt8], schema: Schema) {
    do throws(RuleDiagnostic) {
      let source = try SourceText.strict(path: path, bytes: content)
      self.init(source: source, schema: schema)
    } catch {
      self.init(rule: nil, diagnostics: [error])
    }
  }

  /// Takes one of the program's own rules as the build compiled it; its tests are read from its
  /// text when they are asked for. Nil where it was not compiled.
  init?(_ builtIn: BuiltInRule, schema: @autoclosure @escaping @Sendable () -> Schema) {
    let tests = Deferred {
      RuleFile(path: builtIn.path, content: builtIn.text(), schema: schema()).rule?.tests ?? []
    }
    guard var rule = Rule(path: builtIn.path, compiled: builtIn.compiled) else { return nil }
    rule.testCases = tests
    self.init(rule: rule, diagnostics: [])
    // The build has told problems of the program's rules, with their places.
    supersedes = rule.supersedes.map { name in
      (name, RuleDiagnostic(path: builtIn.path, message: "no rule '\(name)' to supersede"))
    }
  }

  private init(rule: Rule?, diagnostics: [RuleDiagnostic]) {
    self.rule = rule
    self.diagnostics = diagnostics
  }

  private init(source: SourceText, schema: Schema) {
    let document = YAMLDocument(source)
    var reader = RuleReader(source: source, schema: schema)
    reader.problems.add(document.problems, of: source)
    rule = document.root.flatMap { reader.rule($0) }
    if document.root == nil && document.problems.isEmpty {
      reader.error(0..<0, "file has no rule in it")
    }
    diagnostics = reader.problems.diagnostics(of: source.path)
    if diagnostics.contains(where: { $0.severity == .error }) { rule = nil }
    supersedes = reader.supersedes
  }

  /// The id that a file of this path must hold, nil where the name does not end in `.yaml`.
  static func id(ofPath path: String) -> String? {
    let name = path.split(separator: "/").last ?? ""
    return name.hasSuffix(".yaml") ? String(name.dropLast(5)) : nil
  }
}
