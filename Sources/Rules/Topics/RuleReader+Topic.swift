internal import YAML

extension RuleReader {
  /// Reads a topic file.
  mutating func topic(_ root: YAMLNode, rules: [String]) -> Topic? {
    let keys = Topic.Key.allCases
    guard let fields = fields(root, "a topic file", keys: keys.map(\.rawValue)) else { return nil }
    func node(_ key: Topic.Key) -> YAMLNode? { fields[key.rawValue]?.value }

    missing(keys.filter { $0.isRequired && node($0) == nil }, of: "", at: 0..<0)
    let id = node(.id).flatMap { self.id($0) }
    if let id, rules.contains(id), let node = node(.id) {
      error(node.range, "a rule is called '\(id)' too", hint: "'sockwise explain' takes either")
    }
    let text = topicText(node, of: "")
    let claims = node(.claims).map { node in
      (sequence(node, "'claims'", of: "claims") ?? []).compactMap {
        kebab($0, "an entry of 'claims'")
      }
    }
    let about = node(.rules).map { self.rules($0, known: rules) } ?? []
    let references = node(.references).map { self.references($0) } ?? []
    let translations = node(.translations).map { topicTranslations($0) } ?? [:]
    guard let id, let text else { return nil }
    return Topic(
      path: source.path, id: id, text: text, claims: claims ?? [], rules: about,
      references: references, translations: translations)
  }

  /// The keys that a topic has in each language.
  private mutating func topicText(
    _ node: (Topic.Key) -> YAMLNode?, of whose: String
  ) -> Topic.Text? {
    let title = node(.title).flatMap { line($0, "'title'\(whose)") }
    let said = node(.said).flatMap { text($0, "'said'\(whose)") }
    let linux = node(.linux).flatMap { text($0, "'linux'\(whose)") }
    let proof = node(.proof).flatMap { text($0, "'proof'\(whose)") }
    guard let title, let said, let linux, let proof else { return nil }
    return Topic.Text(title: title, said: said, linux: linux, proof: proof)
  }

  private mutating func topicTranslations(_ node: YAMLNode) -> [String: Topic.Text] {
    guard let languages = fields(node, "'translations'", keys: Topic.languages) else { return [:] }
    var translations: [String: Topic.Text] = [:]
    for language in Topic.languages {
      guard let entry = languages[language] else {
        error(node.range, "translation '\(language)' is missing")
        continue
      }
      let what = "translation '\(language)'"
      let whose = " of \(what)"
      let keys = Topic.Text.keys
      guard let fields = fields(entry.value, what, keys: keys.map(\.rawValue)) else { continue }
      missing(keys.filter { fields[$0.rawValue] == nil }, of: whose, at: entry.keyRange)
      let text = topicText({ fields[$0.rawValue]?.value }, of: whose)
      translations[language] = text
    }
    return translations
  }

  private mutating func rules(_ node: YAMLNode, known: [String]) -> [String] {
    var rules: [String] = []
    for item in sequence(node, "'rules'", of: "rules") ?? [] {
      guard let name = text(item, "an entry of 'rules'") else { continue }
      if !known.contains(name) {
        error(
          item.range, "no rule is called '\(name)'", hint: Names.hint(for: name, among: known))
      } else if rules.contains(name) {
        error(item.range, "'\(name)' is listed twice")
      } else {
        rules.append(name)
      }
    }
    return rules
  }

  private mutating func missing(_ keys: [Topic.Key], of whose: String, at range: Range<Int>) {
    for key in keys { error(range, "key '\(key.rawValue)'\(whose) is missing") }
  }
}
