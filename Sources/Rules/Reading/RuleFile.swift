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

  /// Reads of one of the program's own rules what judging needs, and the rest when it is asked for;
  /// nil where it is better read whole.
  init?(partOf path: String, content: [UInt8], schema: Schema) {
    // What all rules together read is asked for before any of them is evaluated.
    guard let sections = RuleSections(content),
      !sections.mention("sysctl_raw", in: .judging), !sections.mention("sysctl_raw", in: .telling),
      let source = try? SourceText.strict(path: path, bytes: sections.text(of: .judging))
    else { return nil }
    let document = YAMLDocument(source)
    var reader = RuleReader(source: source, schema: schema)
    let rest = Deferred {
      RuleFile(path: path, content: content, schema: schema).rule?.rest.value
        ?? Rule.Rest.unreadable
    }
    guard document.problems.isEmpty, let root = document.root,
      let rule = reader.judgingRule(
        root, restMayReadFindings: sections.mention(Rule.findings, in: .telling), rest: rest),
      rule.readsDelta || !sections.mention("delta", in: .telling)
    else { return nil }
    self.rule = rule
    diagnostics = []
    supersedes = reader.supersedes
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

extension Rule.Rest {
  /// Of a rule of the program that only judging can read: its tests did not run.
  fileprivate static let unreadable = Rule.Rest(
    severity: Graded(last: Severity.medium), confidence: Graded(last: Confidence.low),
    message: Template(
      text: "", parts: [.text("this rule is broken; 'sockwise rules check' says why")]))
}
