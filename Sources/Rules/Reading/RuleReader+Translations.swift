internal import CEL
internal import YAML

extension RuleReader {
  /// A translation whose remedies are still to be read: they use names that the rule defines further
  /// down.
  struct UnfinishedTranslation {
    var translation: Rule.Translation
    var remediation: YAMLEntry?
  }

  mutating func translations(_ node: YAMLNode) -> [UnfinishedTranslation] {
    var translations: [UnfinishedTranslation] = []
    for entry in mapping(node, "'translations'") ?? [] {
      let parts = entry.key.split(separator: "-", omittingEmptySubsequences: false)
      let isLanguage =
        parts.count <= 2 && (2...3).contains(parts[0].utf8.count)
        && parts[0].allSatisfy { ("a"..."z").contains($0) }
      guard isLanguage else {
        error(
          entry.keyRange, "'\(entry.key)' is no language code", hint: "such as zh, de or pt-BR")
        continue
      }
      let what = "translation '\(entry.key)'"
      let keys = ["title", "rationale", "remediation"]
      guard let fields = fields(entry.value, what, keys: keys) else { continue }
      let translation = Rule.Translation(
        language: entry.key,
        title: fields["title"].flatMap { line($0.value, "'title' of \(what)") },
        rationale: fields["rationale"].flatMap { text($0.value, "'rationale' of \(what)") })
      translations.append(.init(translation: translation, remediation: fields["remediation"]))
    }
    return translations
  }

  /// Reads the texts of the remedies, which must be those of `remediation` in another language.
  mutating func finish(
    _ unfinished: UnfinishedTranslation, of remedies: [Remedy]
  ) -> Rule.Translation {
    var translation = unfinished.translation
    // Of a remedy that could not be read, that has been said.
    guard let entry = unfinished.remediation, remedyGuards.allSatisfy(\.isWhole) else {
      return translation
    }
    let what = "translation '\(translation.language)'"
    let originals = zip(remedies, remedyGuards).compactMap { remedy, reading in
      switch remedy.action {
      case .code(let text): Original(action: "code", text: text, guards: reading.guards)
      case .note(let text): Original(action: "note", text: text, guards: reading.guards)
      case .sysctl, .unit: nil
      }
    }
    let items = sequence(entry.value, "'remediation' of \(what)", of: "remedies") ?? []
    guard items.count == originals.count else {
      if case .sequence = entry.value.content {
        error(
          entry.keyRange,
          "remedies with a text: \(items.count) in \(what), \(originals.count) in the rule",
          hint: "one for each 'code' and 'note' of 'remediation', in their order; "
            + "'sysctl', 'unit' and 'when' are the same in each language")
      }
      return translation
    }
    let before = guards
    for (item, original) in zip(items, originals) {
      guards = original.guards
      if let text = text(item, of: original, what) { translation.texts.append(text) }
    }
    guards = before
    return translation
  }

  /// The text of a remedy in the language of the rule.
  private struct Original {
    var action: String
    var text: Template
    var guards: Set<String>
  }

  private mutating func text(
    _ node: YAMLNode, of original: Original, _ what: String
  ) -> Template? {
    guard let fields = fields(node, "a remedy of \(what)", keys: ["code", "note"]) else {
      return nil
    }
    guard fields.count == 1, let entry = fields[original.action] else {
      error(
        node.range, "this remedy of \(what) must be '\(original.action)', as in 'remediation'")
      return nil
    }
    guard let text = template(entry.value, "'\(entry.key)'") else { return nil }
    let facts = [original.text, text].map { Set($0.expressions.flatMap(\.references)) }
    if let missing = facts[0].subtracting(facts[1]).sorted().first {
      error(entry.value.range, "\(what) leaves out '\(missing)', which the remedy tells")
      return nil
    }
    if let extra = facts[1].subtracting(facts[0]).sorted().first {
      error(entry.value.range, "\(what) tells '\(extra)', which the remedy does not")
      return nil
    }
    return text
  }
}
