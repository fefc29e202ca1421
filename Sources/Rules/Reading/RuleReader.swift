internal import CEL
internal import YAML

/// Reads the nodes of one rule file and collects what is wrong with them.
///
/// Every method that returns nil has said why; reading goes on, so that an author sees all
/// problems of a file at once.
struct RuleReader {
  let source: SourceText
  var schema: Schema
  /// Names in scope besides those of the schema, with their types.
  var variables: [String: Type] = [:]
  /// Paths that `applies`, and the condition a part depends on, say are there.
  var guards: Set<String> = []
  /// Names of `params` and `let`, to find those that nothing uses.
  var declared: [(name: String, path: String, range: Range<Int>)] = []
  /// For each entry of `remediation`, the guards of its text; and whether it could be read.
  var remedyGuards: [(guards: Set<String>, isWhole: Bool)] = []
  /// Whether fields that may be absent are looked for.
  var isLinted = true
  var problems = RuleProblems()
  /// The rules that this one supersedes; whether they exist only the whole set can tell.
  var supersedes: [(name: String, unknown: RuleDiagnostic)] = []

  init(source: SourceText, schema: Schema) {
    self.source = source
    self.schema = schema
  }

  mutating func error(
    _ range: Range<Int>, _ message: String, hint: @autoclosure () -> String? = nil
  ) {
    problems.add(.error, source.diagnostic(.error, at: range, message, hint: hint()))
  }

  mutating func warning(
    _ range: Range<Int>, _ message: String, hint: @autoclosure () -> String? = nil
  ) {
    problems.add(.warning, source.diagnostic(.warning, at: range, message, hint: hint()))
  }

  private mutating func wrongType(_ node: YAMLNode, _ what: String, wanted: String) {
    if case .refused = node.content { return }
    error(node.range, "\(what) must be \(wanted), this is \(node.kind)")
  }

  // MARK: Collections

  mutating func sequence(_ node: YAMLNode, _ what: String, of things: String) -> [YAMLNode]? {
    if case .sequence(let nodes) = node.content { return nodes }
    wrongType(node, what, wanted: "a list of \(things)")
    return nil
  }

  mutating func mapping(_ node: YAMLNode, _ what: String) -> [YAMLEntry]? {
    if case .mapping(let entries) = node.content { return entries }
    wrongType(node, what, wanted: "a mapping")
    return nil
  }

  /// The entries of a mapping that may have these keys only.
  ///
  /// - Parameter elsewhere: advice on keys that have their place in another file.
  mutating func fields(
    _ node: YAMLNode, _ what: String, keys: [String], elsewhere: [String: String] = [:]
  ) -> [String: YAMLEntry]? {
    guard let entries = mapping(node, what) else { return nil }
    var fields: [String: YAMLEntry] = [:]
    for entry in entries {
      if keys.contains(entry.key) {
        fields[entry.key] = entry
      } else {
        error(
          entry.keyRange, "unknown key '\(entry.key)'",
          hint: elsewhere[entry.key] ?? Names.hint(for: entry.key, among: keys))
      }
    }
    return fields
  }

  // MARK: Scalars

  /// Text that is not empty, and that no YAML reader takes for something else.
  mutating func text(_ node: YAMLNode, _ what: String) -> String? {
    guard case .scalar(let scalar) = node.content else {
      wrongType(node, what, wanted: "text")
      return nil
    }
    switch scalar.form {
    case .text: break
    case .null:
      error(node.range, "\(what) is empty")
      return nil
    case .bool, .int, .double:
      error(
        node.range, "\(what) must be text, '\(scalar.value)' is \(node.kind)",
        hint: "quote it: '\(scalar.value)'")
      return nil
    case .ambiguous(let why):
      error(
        node.range, "\(what) is '\(scalar.value)', which \(why)",
        hint: "quote it if it is text; else write true, false or a decimal number")
      return nil
    }
    if scalar.value.unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) {
      error(node.range, "\(what) is empty")
      return nil
    }
    return scalar.value
  }

  /// Text on one line.
  mutating func line(_ node: YAMLNode, _ what: String) -> String? {
    guard var text = text(node, what) else { return nil }
    while text.last == "\n" { text.removeLast() }
    if !text.unicodeScalars.contains("\n") { return text }
    error(node.range, "\(what) must be one line")
    return nil
  }

  mutating func bool(_ node: YAMLNode, _ what: String) -> Bool? {
    guard case .scalar(let scalar) = node.content else {
      wrongType(node, what, wanted: "true or false")
      return nil
    }
    if case .bool(let bool) = scalar.form { return bool }
    error(node.range, "\(what) must be true or false, this is '\(scalar.value)'")
    return nil
  }

  /// One of the names of an enumeration.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: YAMLNode, _ what: String, _ type: Choice.Type = Choice.self
  ) -> Choice? where Choice.RawValue == String {
    guard case .scalar(let scalar) = node.content else {
      wrongType(node, what, wanted: "a name")
      return nil
    }
    if let choice = Choice(rawValue: scalar.value) { return choice }
    error(
      node.range, "\(what) cannot be '\(scalar.value)'",
      hint: Names.hint(for: scalar.value, choices: Choice.allCases.map(\.rawValue)))
    return nil
  }

  /// A list of kebab-case names, each once.
  mutating func names(_ node: YAMLNode, _ what: String) -> [String] {
    var names: [String] = []
    for item in sequence(node, what, of: "names") ?? [] {
      guard let name = text(item, "an entry of \(what)") else { continue }
      if !Names.isKebabCase(name) {
        error(item.range, "'\(name)' is not kebab-case", hint: "lower-case words and hyphens")
      } else if names.contains(name) {
        error(item.range, "'\(name)' is listed twice")
      } else {
        names.append(name)
      }
    }
    return names
  }
}
