internal import CEL
internal import YAML

/// A configuration file as read, and what is wrong with it:
///
///     skip: [timestamps-disabled]
///     enable: [ephemeral-range-parity]
///     params:
///       destination-exhausted: { percent: 90 }
///     kernels: [6.1, 6.12]
///     paths:
///       exclude: [examples]
///     waivers:
///       - waivers.yaml                      # a file, relative to this one
///       - rule: tw-reuse-needed
///         reason: the pool comes with release 4.2
///     fail_on: low
public struct ConfigurationFile: Sendable {
  /// What a configuration file is called.
  public static let name = ".sockwise.yaml"

  /// Without what something is wrong with.
  public var configuration: Configuration
  /// By position, those of waiver files last.
  public var diagnostics: [RuleDiagnostic]

  /// - Parameters:
  ///   - path: as messages show it; files that it names are relative to its directory.
  ///   - rules: the rules that it may name.
  public init(path: String, content: [UInt8], rules: RuleSet) {
    configuration = Configuration()
    configuration.path = path
    do throws(RuleDiagnostic) {
      let source = try SourceText.strict(path: path, bytes: content)
      let document = YAMLDocument(source)
      var reader = ConfigurationReader(source: source, rules: rules.rules)
      reader.reader.problems = document.problems.map(source.diagnostic)
      if let root = document.root { reader.read(root, into: &configuration) }
      diagnostics =
        reader.reader.problems.sorted(by: RuleDiagnostic.precedes) + reader.diagnosticsOfWaivers
    } catch {
      diagnostics = [error]
    }
  }

  /// Reads a file that a user names, or that was found.
  public static func read(_ path: String, rules: RuleSet) -> ConfigurationFile {
    switch RuleDirectory.content(ofFile: path, owner: nil) {
    case .success(let content): return ConfigurationFile(path: path, content: content, rules: rules)
    case .failure(let diagnostic):
      var file = ConfigurationFile(path: path, content: [], rules: rules)
      file.diagnostics = [diagnostic]
      return file
    }
  }
}

/// Reads the nodes of a configuration file.
private struct ConfigurationReader {
  var reader: RuleReader
  let rules: [Rule]
  /// What is wrong with files of waivers that it names.
  var diagnosticsOfWaivers: [RuleDiagnostic] = []

  init(source: SourceText, rules: [Rule]) {
    reader = RuleReader(source: source, schema: Schema())
    self.rules = rules
  }

  private static let keys = [
    "skip", "enable", "params", "waivers", "kernels", "paths", "fail_on",
  ]

  mutating func read(_ root: YAMLNode, into configuration: inout Configuration) {
    if case .scalar(let scalar) = root.content, scalar.form == .null { return }
    guard let fields = reader.fields(root, "the file", keys: Self.keys) else { return }
    if let entry = fields["skip"] { configuration.skip = ruleNames(entry.value, "'skip'") }
    if let entry = fields["enable"] { configuration.enable = ruleNames(entry.value, "'enable'") }
    if let entry = fields["params"] { configuration.parameters = parameters(entry.value) }
    if let entry = fields["waivers"] {
      configuration.waivers = Waivers(waivers(entry.value))
    }
    if let entry = fields["kernels"] { configuration.kernels = kernels(entry.value) }
    if let entry = fields["paths"],
      let paths = reader.fields(entry.value, "'paths'", keys: ["include", "exclude"])
    {
      configuration.include = patterns(paths["include"], "'include'")
      configuration.exclude = patterns(paths["exclude"], "'exclude'")
    }
    if let entry = fields["fail_on"] {
      configuration.failOn = reader.choice(entry.value, "'fail_on'")
    }
  }

  /// Ids or tags.
  private mutating func ruleNames(_ node: YAMLNode, _ what: String) -> [String] {
    let known = rules.map(\.id) + Set(rules.flatMap(\.tags)).sorted()
    var names: [String] = []
    for item in reader.sequence(node, what, of: "rules or tags") ?? [] {
      guard let name = reader.line(item, "an entry of \(what)") else { continue }
      if known.contains(name) {
        names.append(name)
      } else {
        reader.error(
          item.range, "no rule or tag is called '\(name)'",
          hint: Names.hint(for: name, among: known))
      }
    }
    return names
  }

  // MARK: Parameters

  private mutating func parameters(_ node: YAMLNode) -> [String: [String: Value]] {
    var parameters: [String: [String: Value]] = [:]
    for entry in reader.mapping(node, "'params'") ?? [] {
      guard let rule = rules.first(where: { $0.id == entry.key }) else {
        reader.error(
          entry.keyRange, "no rule is called '\(entry.key)'",
          hint: Names.hint(for: entry.key, among: rules.map(\.id)))
        continue
      }
      for parameter in reader.mapping(entry.value, "the parameters of '\(rule.id)'") ?? [] {
        if let value = value(of: parameter, in: rule) {
          parameters[rule.id, default: [:]][parameter.key] = value
        }
      }
    }
    return parameters
  }

  private mutating func value(of entry: YAMLEntry, in rule: Rule) -> Value? {
    let names = rule.parameters.map(\.name)
    guard let parameter = rule.parameters.first(where: { $0.name == entry.key }) else {
      reader.error(
        entry.keyRange, "rule '\(rule.id)' has no parameter '\(entry.key)'",
        hint: names.isEmpty
          ? "it has none that can be changed" : Names.hint(for: entry.key, among: names))
      return nil
    }
    let what = "parameter '\(entry.key)'"
    guard let (type, value) = reader.constant(entry.value, what) else { return nil }
    if type == parameter.type { return value }
    if case .int(let number) = value, parameter.type == .double { return .double(Double(number)) }
    reader.error(
      entry.value.range, "\(what) must be \(parameter.type), this is \(type)",
      hint: ValueText.printed(parameter.value).map { "the rule itself has \($0)" })
    return nil
  }

  // MARK: Waivers

  /// Waivers themselves, and names of files of waivers.
  private mutating func waivers(_ node: YAMLNode) -> [Waiver] {
    let ids = rules.map(\.id)
    guard case .sequence(let nodes) = node.content else {
      return reader.waivers(node, rules: ids)
    }
    var waivers: [Waiver] = []
    for node in nodes {
      guard case .scalar = node.content else {
        let alone = YAMLNode(content: .sequence([node]), range: node.range)
        waivers += reader.waivers(alone, rules: ids)
        continue
      }
      guard let name = reader.line(node, "a file of waivers") else { continue }
      let file = WaiverFile.read(path(ofFile: name), rules: ids)
      // The configuration may be a stranger's, and name any file of this machine: say nothing of what is
      // in it.
      diagnosticsOfWaivers += file.diagnostics.map {
        var diagnostic = $0
        diagnostic.sourceLine = nil
        return diagnostic
      }
      waivers += file.waivers.entries
    }
    return waivers
  }

  /// A path relative to the directory of the configuration file.
  private func path(ofFile name: String) -> String {
    let own = reader.source.path
    guard !name.hasPrefix("/"), let slash = own.lastIndex(of: "/") else { return name }
    return own[...slash] + name
  }

  // MARK: Kernels and paths

  private mutating func kernels(_ node: YAMLNode) -> [String] {
    var kernels: [String] = []
    for item in reader.sequence(node, "'kernels'", of: "kernel versions") ?? [] {
      guard case .scalar(let scalar) = item.content else {
        reader.error(item.range, "a kernel must be a version such as 6.1, this is \(item.kind)")
        continue
      }
      // Unquoted, 6.10 is a number to YAML; its text is what was meant.
      let parts = scalar.value.split(separator: ".", omittingEmptySubsequences: false)
      let isVersion =
        parts.count == 2
        && parts.allSatisfy { part in
          (1...4).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
      if isVersion {
        kernels.append(scalar.value)
      } else {
        reader.error(
          item.range, "'\(scalar.value)' is not a kernel version", hint: "write it as 6.1")
      }
    }
    return kernels
  }

  private mutating func patterns(_ entry: YAMLEntry?, _ what: String) -> [String] {
    guard let entry else { return [] }
    return (reader.sequence(entry.value, what, of: "patterns") ?? []).compactMap {
      reader.line($0, "an entry of \(what)")
    }
  }
}
