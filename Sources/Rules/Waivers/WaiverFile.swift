internal import CEL
internal import YAML

/// A file of waivers as read, and what is wrong with it:
///
///     waivers:
///       - rule: tw-reuse-needed
///         subject: "destination:*>192.0.2.7:5432"    # * and ?; all subjects where it is left out
///         reason: the pool comes with release 4.2
///         expires: 2026-12-31                         # the last day; without it there is no end
public struct WaiverFile: Sendable {
  /// Without the entries that something is wrong with.
  public var waivers: Waivers
  /// By position.
  public var diagnostics: [RuleDiagnostic]

  /// - Parameter path: as messages show it.
  /// - Parameter rules: ids of the rules that there are.
  public init(path: String, content: [UInt8], rules: [String]) {
    do throws(RuleDiagnostic) {
      let source = try SourceText.strict(path: path, bytes: content)
      self.init(source: source, rules: rules)
    } catch {
      self.init(waivers: Waivers(), diagnostics: [error])
    }
  }

  /// Reads a file that a user names; it may be empty.
  public static func read(_ path: String, rules: [String]) -> WaiverFile {
    switch RuleDirectory.content(ofFile: path, owner: nil) {
    case .success(let content): WaiverFile(path: path, content: content, rules: rules)
    case .failure(let diagnostic): WaiverFile(waivers: Waivers(), diagnostics: [diagnostic])
    }
  }

  private init(waivers: Waivers, diagnostics: [RuleDiagnostic]) {
    self.waivers = waivers
    self.diagnostics = diagnostics
  }

  private init(source: SourceText, rules: [String]) {
    let document = YAMLDocument(source)
    var reader = RuleReader(source: source, schema: Schema())
    reader.problems.add(document.problems, of: source)
    var entries: [Waiver] = []
    if let root = document.root, let fields = reader.fields(root, "the file", keys: ["waivers"]) {
      if let list = fields["waivers"] {
        entries = reader.waivers(list.value, rules: rules)
      } else {
        reader.error(root.range, "file has no 'waivers:'")
      }
    }
    waivers = Waivers(entries)
    diagnostics = reader.problems.diagnostics(of: source.path)
  }
}

extension RuleReader {
  /// The list under `waivers:`.
  ///
  /// - Parameter rules: ids of the rules that there are.
  mutating func waivers(_ node: YAMLNode, rules: [String]) -> [Waiver] {
    if case .scalar(let scalar) = node.content, scalar.form == .null { return [] }
    let nodes = sequence(node, "waivers", of: "waivers") ?? []
    if nodes.count > Self.mostWaivers {
      error(nodes[Self.mostWaivers].range, "there are more than \(Self.mostWaivers) waivers")
    }
    return nodes.prefix(Self.mostWaivers).compactMap { waiver($0, rules: rules) }
  }

  /// How many a file may have: each is compared with each finding.
  static let mostWaivers = 1000

  private mutating func waiver(_ node: YAMLNode, rules: [String]) -> Waiver? {
    let keys = ["rule", "subject", "reason", "expires"]
    let known = problems.count
    guard let fields = fields(node, "a waiver", keys: keys) else { return nil }
    for key in ["rule", "reason"] where fields[key] == nil {
      error(node.range, "waiver has no \(key)")
    }
    let rule = fields["rule"].flatMap { line($0.value, "rule") }
    if let rule, let entry = fields["rule"], !rules.contains(rule) {
      error(
        entry.value.range, "no rule is called '\(rule)'", hint: Names.hint(for: rule, among: rules))
    }
    let subject = fields["subject"].map { pattern($0.value, "subject") } ?? "*"
    let reason = fields["reason"].flatMap { line($0.value, "reason") }
    let expires = fields["expires"].flatMap { day($0.value) }
    guard problems.count == known, let rule, let subject, let reason,
      let place = (fields["expires"] ?? fields["rule"])?.value.range
    else { return nil }
    return Waiver(
      rule: rule, subject: SubjectPattern(subject), reason: reason, expires: expires,
      location: location(place))
  }

  /// A text with `*` and `?`, not so long that looking it up takes time.
  mutating func pattern(_ node: YAMLNode, _ what: String) -> String? {
    guard let text = line(node, what) else { return nil }
    if text.unicodeScalars.count <= StarPattern.longest { return text }
    error(node.range, "\(what) is longer than \(StarPattern.longest) characters")
    return nil
  }

  private mutating func day(_ node: YAMLNode) -> Day? {
    guard let text = line(node, "expires") else { return nil }
    if let day = Day(text) { return day }
    error(node.range, "expires is '\(text)', which is no day", hint: "write it as 2026-12-31")
    return nil
  }

  /// The place of a range that lies on one line.
  private func location(_ range: Range<Int>) -> SourceLocation {
    let (line, column) = source.position(of: range.lowerBound)
    return SourceLocation(
      path: source.path, line: line, column: column,
      endColumn: column + max(1, range.count))
  }
}
