internal import YAML

// Compose files: `services.NAME.sysctls`, a mapping or a list of "key=value"; `network_mode: host`
// shares the host's network namespace.
// https://github.com/compose-spec/compose-spec/blob/main/05-services.md
extension ForeignFile {
  mutating func readCompose(_ document: YAMLNode) {
    for service in document["services"]?.entries ?? [] {
      guard let sysctls = service.value["sysctls"] else { continue }
      let isHosts = service.value["network_mode"]?.text == "host"
      for entry in sysctls.entries {
        guard let value = written(entry.value) else { continue }
        addCompose(writtenKey(entry), value, isHosts)
      }
      for element in sysctls.elements {
        guard let text = written(element), let (key, value) = split(text) else { continue }
        addCompose(key, value, isHosts)
      }
    }
  }

  private mutating func addCompose(_ key: Text, _ value: Text, _ usesHostNetwork: Bool) {
    if key.text.hasVariables || value.text.hasVariables { return addTemplated() }
    add(.compose, key: key, value: value, usesHostNetwork: usesHostNetwork)
  }

  /// A scalar "key=value" in its two parts; nil without "=".
  private func split(_ text: Text) -> (key: Text, value: Text)? {
    guard let equals = text.text.firstIndex(of: "=") else { return nil }
    let key = text.text[..<equals]
    let value = text.text[text.text.index(after: equals)...]
    // The parts lie within the scalar where it is written as it is, but for its quotes.
    let quote = text.range.count == text.text.unicodeScalars.count + 2 ? 1 : 0
    let start = text.range.lowerBound + quote
    let middle = start + key.unicodeScalars.count
    let end = text.range.upperBound - quote
    guard middle < end, source.scalars[middle] == "=" else {
      return (
        Text(text: String(key), range: text.range), Text(text: String(value), range: text.range)
      )
    }
    return (
      Text(text: String(key), range: start..<middle),
      Text(text: String(value), range: middle + 1..<end)
    )
  }
}
