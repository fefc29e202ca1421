internal import CEL
internal import YAML

extension RuleReader {
  static let actions = ["code", "note", "sysctl", "unit"]

  /// Reads `remediation`. Each remedy may rely on what the rule's condition and its own say.
  mutating func remedies(_ node: YAMLNode) -> [Remedy] {
    var remedies: [Remedy] = []
    for item in sequence(node, "'remediation'", of: "remedies") ?? [] {
      let before = guards
      let remedy = remedy(item)
      if let remedy { remedies.append(remedy) }
      remedyGuards.append((guards, isWhole: remedy != nil))
      guards = before
    }
    return remedies
  }

  private mutating func remedy(_ node: YAMLNode) -> Remedy? {
    guard let fields = fields(node, "a remedy", keys: ["when"] + Self.actions) else { return nil }
    var condition: CheckedExpression?
    if let entry = fields["when"] {
      condition = self.condition(entry.value, "'when' of a remedy")
      guards.formUnion(condition?.guarantees ?? [])
    }
    let actions = Self.actions.compactMap { fields[$0] }
    guard actions.count == 1, let entry = actions.first else {
      let range = actions.count > 1 ? actions[1].keyRange : node.range
      error(
        range, actions.isEmpty ? "remedy without an action" : "remedy with two actions",
        hint: "each has one of \(Self.actions.joined(separator: ", "))")
      return nil
    }
    guard let action = action(entry) else { return nil }
    if fields["when"] != nil && condition == nil { return nil }
    return Remedy(condition: condition?.expression, action: action)
  }

  private mutating func action(_ entry: YAMLEntry) -> Remedy.Action? {
    switch entry.key {
    case "code": template(entry.value, "'code'").map(Remedy.Action.code)
    case "note": template(entry.value, "'note'").map(Remedy.Action.note)
    case "sysctl": sysctls(entry.value).map(Remedy.Action.sysctl)
    default: unit(entry.value).map(Remedy.Action.unit)
    }
  }

  private mutating func sysctls(_ node: YAMLNode) -> [Remedy.Setting]? {
    guard let entries = mapping(node, "'sysctl'") else { return nil }
    let names = SchemaSysctls(schema)
    var settings: [Remedy.Setting] = []
    for entry in entries {
      if !names.contains(entry.key) {
        error(
          entry.keyRange, "no sysctl '\(entry.key)' among the facts",
          hint: Names.hint(for: entry.key, among: names.all))
      }
      guard let value = valueTemplate(entry.value, "value of '\(entry.key)'") else { continue }
      let key = Template(text: entry.key, parts: [.text(entry.key)])
      settings.append(.init(key: key, value: value))
    }
    if entries.isEmpty { error(node.range, "'sysctl' is empty") }
    return settings.count == entries.count && !entries.isEmpty ? settings : nil
  }

  /// `{ name: "{{ listener.unit }}", Service: { RestartSec: 65 } }`: the unit's name, then its
  /// sections with their settings.
  private mutating func unit(_ node: YAMLNode) -> [Remedy.Setting]? {
    guard let entries = mapping(node, "'unit'") else { return nil }
    guard let name = entries.first(where: { $0.key == "name" }) else {
      error(node.range, "'unit' without 'name'", hint: "name: the unit that is to be changed")
      return nil
    }
    guard let unit = valueTemplate(name.value, "name of the unit") else { return nil }
    var lines: [Template] = []
    var isWhole = true
    for section in entries where section.key != "name" {
      guard let first = section.key.unicodeScalars.first, first.properties.isUppercase else {
        error(
          section.keyRange, "'\(section.key)' is no section of a unit",
          hint: "sections are spelled as in the unit: Unit, Service, Socket")
        isWhole = false
        continue
      }
      lines.append(Template(text: "[\(section.key)]", parts: [.text("[\(section.key)]")]))
      for setting in mapping(section.value, "section '\(section.key)'") ?? [] {
        guard let value = unitValue(setting) else {
          isWhole = false
          continue
        }
        let start = setting.key + "="
        lines.append(Template(text: start + value.text, parts: [.text(start)] + value.parts))
      }
    }
    if lines.isEmpty && isWhole { error(node.range, "'unit' sets nothing") }
    guard isWhole, !lines.isEmpty else { return nil }
    return lines.map { Remedy.Setting(key: unit, value: $0) }
  }

  /// systemd has booleans of its own: yes and no stand as they are.
  private mutating func unitValue(_ setting: YAMLEntry) -> Template? {
    if case .scalar(let scalar) = setting.value.content, scalar.style == .plain,
      ["yes", "no", "true", "false"].contains(scalar.value)
    {
      return Template(text: scalar.value, parts: [.text(scalar.value)])
    }
    return valueTemplate(setting.value, "value of '\(setting.key)'")
  }
}
