internal import CEL
internal import YAML

extension RuleReader {
  /// The parts of a rule that hold no expressions.
  struct Head {
    var id: String?
    var title: String?
    var scope: Rule.Scope?
    var since: String?
    var rationale: String?
    var references: [String] = []
    var tags: [String] = []
    var needsLive = false
    var isOptIn = false
    var isNote = false
    var translations: [UnfinishedTranslation] = []
    var proof: String?
    var supersedes: [String] = []
  }

  enum Need: String, CaseIterable { case live }

  mutating func head(_ node: (RuleKey) -> YAMLNode?) -> Head {
    var head = Head()
    head.id = node(.id).flatMap { id($0) }
    head.title = node(.title).flatMap { line($0, "'title'") }
    head.scope = node(.scope).flatMap { choice($0, "'scope'") }
    head.since = node(.since).flatMap { version($0) }
    head.rationale = node(.rationale).flatMap { text($0, "'rationale'") }
    head.references = node(.references).map { references($0) } ?? []
    head.tags = node(.tags).map { names($0, "'tags'") } ?? []
    if let needs = node(.needs) { head.needsLive = choice(needs, "'needs'", Need.self) == .live }
    head.isOptIn = node(.optIn).flatMap { bool($0, "'opt_in'") } ?? false
    head.isNote = node(.note).flatMap { bool($0, "'note'") } ?? false
    head.translations = node(.translations).map { translations($0) } ?? []
    if let proof = node(.proof) { head.proof = kebab(proof, "'proof'") }
    if let node = node(.supersedes) { readSupersedes(node, id: head.id) }
    head.supersedes = supersedes.map(\.name)
    return head
  }

  mutating func kebab(_ node: YAMLNode, _ what: String) -> String? {
    guard let name = text(node, what) else { return nil }
    if Names.isKebabCase(name) { return name }
    error(node.range, "\(what) must be kebab-case", hint: "lower-case words and hyphens")
    return nil
  }

  /// What the file is called.
  mutating func id(_ node: YAMLNode) -> String? {
    guard let id = kebab(node, "'id'") else { return nil }
    guard let expected = RuleFile.id(ofPath: source.path) else {
      error(node.range, "rule file's name does not end in '.yaml'")
      return nil
    }
    guard id == expected else {
      error(
        node.range, "'id' must be the file's name, '\(expected)'",
        hint: "rename the file to \(id).yaml, or write id: \(expected)")
      return nil
    }
    return id
  }

  private mutating func version(_ node: YAMLNode) -> String? {
    guard let version = text(node, "'since'") else { return nil }
    let numbers = version.split(separator: ".", omittingEmptySubsequences: false)
    if numbers.count == 3, numbers.allSatisfy({ UInt16($0) != nil }) { return version }
    error(node.range, "'since' must be a version such as 0.1.0, this is '\(version)'")
    return nil
  }

  mutating func references(_ node: YAMLNode) -> [String] {
    let nodes = sequence(node, "'references'", of: "sources") ?? []
    if nodes.isEmpty, case .sequence = node.content {
      error(node.range, "'references' is empty", hint: "name at least one primary source")
    }
    return nodes.compactMap { line($0, "an entry of 'references'") }
  }

  private mutating func readSupersedes(_ node: YAMLNode, id: String?) {
    for item in sequence(node, "'supersedes'", of: "rules") ?? [] {
      guard let name = kebab(item, "an entry of 'supersedes'") else { continue }
      if name == id {
        error(item.range, "rule supersedes itself")
      } else if supersedes.contains(where: { $0.name == name }) {
        error(item.range, "'\(name)' is listed twice")
      } else {
        let unknown = source.diagnostic(.error, at: item.range, "no rule '\(name)' to supersede")
        supersedes.append((name, unknown))
      }
    }
  }
}
