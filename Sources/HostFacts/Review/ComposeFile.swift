internal import YAML

// Compose files: `services.NAME.sysctls`, a mapping or a list of "key=value". `network_mode`, `ipc` and
// `uts` say whose namespaces a service has: `host`, or those of another service or container. A
// privileged one may run sysctl, too.
// https://github.com/compose-spec/compose-spec/blob/main/05-services.md
extension ForeignFile {
  mutating func readCompose(_ document: YAMLNode) {
    guard let services = document["services"] else { return }
    for service in services.entries {
      addCommand(service.value["entrypoint"], service.value["command"])
      for sysctls in alternatives(for: "sysctls", in: service.value) {
        let place = sysctls.range.lowerBound
        let namespaces = hostNamespaces(of: service.value, among: services, at: place)
        for entry in sysctls.entries {
          guard let value = written(entry.value) else { continue }
          addCompose(writtenKey(entry), value, namespaces)
        }
        for element in sysctls.elements {
          guard let text = written(element), let (key, value) = split(text) else { continue }
          addCompose(key, value, namespaces)
        }
      }
    }
  }

  private mutating func addCompose(
    _ key: Text, _ value: Text, _ namespaces: [ContainerNamespace: Bool]
  ) {
    if key.text.hasVariables || value.text.hasVariables { return addTemplated() }
    add(
      .compose, key: key, value: value, dependent: .container, hostNamespaces: namespaces)
  }

  // MARK: Namespaces

  private static let namespaceSettings: [(setting: String, namespace: ContainerNamespace)] = [
    ("network_mode", .network), ("ipc", .ipc), ("uts", .uts),
  ]

  /// Which namespaces of a service are the host's.
  private mutating func hostNamespaces(
    of service: YAMLNode, among services: YAMLNode, at offset: Int
  ) -> [ContainerNamespace: Bool] {
    var namespaces: [ContainerNamespace: Bool] = [:]
    for (setting, namespace) in Self.namespaceSettings {
      namespaces[namespace] = isHosts(setting, of: service, among: services, at: offset)
    }
    return namespaces
  }

  /// How many services in turn may have the namespace of another.
  private static let longestChain = 8

  /// Nil where the file does not tell: it is that of a container that something else starts, or
  /// another file has the service's settings.
  private mutating func isHosts(
    _ setting: String, of service: YAMLNode, among services: YAMLNode, at offset: Int,
    depth: Int = 0
  ) -> Bool? {
    guard depth < Self.longestChain, mayLookAt(services.entries.count) else { return nil }
    let isExtended = service["extends"] != nil
    let mode = value(of: setting, in: service, at: offset, otherwise: isExtended ? nil : "") {
      written($0)?.text
    }
    guard let mode = mode ?? nil, !mode.contains("$"), !mode.hasVariables else { return nil }
    let owner = mode.split(separator: ":", maxSplits: 1)
    if owner.count == 2, owner[0] == "service" {
      guard let service = services[String(owner[1])] else { return nil }
      return isHosts(setting, of: service, among: services, at: offset, depth: depth + 1)
    }
    return owner.count == 2 && owner[0] == "container" ? nil : mode == "host"
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
