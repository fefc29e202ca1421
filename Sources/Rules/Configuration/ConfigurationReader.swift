internal import CEL
internal import YAML

/// Reads the nodes of a configuration file.
struct ConfigurationReader {
  var reader: RuleReader
  let rules: RuleSet
  let kind: Configuration.Kind
  let isNamed: Bool
  /// What is wrong with files of waivers that it names.
  var diagnosticsOfWaivers: [RuleDiagnostic] = []

  init(source: SourceText, rules: RuleSet, kind: Configuration.Kind, isNamed: Bool) {
    reader = RuleReader(source: source, schema: Schema())
    self.rules = rules
    self.kind = kind
    self.isNamed = isNamed
  }

  mutating func read(_ root: YAMLNode, into configuration: inout Configuration) {
    if case .scalar(let scalar) = root.content, scalar.form == .null { return }
    let (keys, elsewhere) = vocabulary
    guard let fields = reader.fields(root, "the file", keys: keys, elsewhere: elsewhere) else {
      return
    }
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
    if let entry = fields["min_severity"] {
      configuration.minSeverity = reader.choice(entry.value, "'min_severity'")
    }
    if let entry = fields["journal"] {
      configuration.journal = reader.choice(entry.value, "'journal'")
    }
    if let entry = fields["outputs"], case .host(let formats) = kind {
      configuration.outputs = outputs(entry.value, formats)
    }
  }

  /// Ids or tags.
  private mutating func ruleNames(_ node: YAMLNode, _ what: String) -> [String] {
    let known = Set(rules.ids + rules.rules.flatMap(\.tags))
    var names: [String] = []
    for item in reader.sequence(node, what, of: "rules or tags") ?? [] {
      guard let name = reader.line(item, "an entry of \(what)") else { continue }
      if known.contains(name) {
        names.append(name)
      } else {
        reader.error(
          item.range, "no rule or tag is called '\(name)'",
          hint: Names.hint(for: name, among: known.sorted()))
      }
    }
    return names
  }

  // MARK: Parameters

  private mutating func parameters(_ node: YAMLNode) -> [String: [String: Value]] {
    var parameters: [String: [String: Value]] = [:]
    for entry in reader.mapping(node, "'params'") ?? [] {
      guard let rule = rules.rule(entry.key) else {
        if rules.turnedOff.contains(entry.key) { continue }
        reader.error(
          entry.keyRange, "no rule is called '\(entry.key)'",
          hint: Names.hint(for: entry.key, among: rules.ids))
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

  /// How many files of waivers may be named.
  private static let mostFiles = 16

  /// Waivers themselves, and names of files of waivers.
  private mutating func waivers(_ node: YAMLNode) -> [Waiver] {
    let ids = rules.ids
    guard case .sequence(let nodes) = node.content else {
      return reader.waivers(node, rules: ids)
    }
    var waivers: [Waiver] = []
    var names: Set<String> = []
    for node in nodes {
      guard case .scalar = node.content else {
        let alone = YAMLNode(content: .sequence([node]), range: node.range)
        waivers += reader.waivers(alone, rules: ids)
        continue
      }
      guard let name = reader.line(node, "a file of waivers") else { continue }
      if !names.insert(name).inserted {
        reader.error(node.range, "'\(name)' is listed twice")
      } else if names.count > Self.mostFiles {
        reader.error(node.range, "'waivers' names more than \(Self.mostFiles) files")
        break
      } else if let file = file(ofWaivers: name, node, ids) {
        // The configuration may be a stranger's, and name any file of this machine: say nothing of what
        // is in it.
        diagnosticsOfWaivers += file.diagnostics.map {
          var diagnostic = $0
          diagnostic.sourceLine = nil
          return diagnostic
        }
        waivers += file.waivers.entries
      }
    }
    if waivers.count > RuleReader.mostWaivers {
      reader.error(node.range, "'waivers' has more than \(RuleReader.mostWaivers) with its files")
    }
    return Array(waivers.prefix(RuleReader.mostWaivers))
  }

  private mutating func file(ofWaivers name: String, _ node: YAMLNode, _ rules: [String])
    -> WaiverFile?
  {
    let directory = ConfigurationFile.directory(ofFile: reader.source.path)
    let path = name.hasPrefix("/") || directory == "." ? name : directory + name
    if isNamed { return WaiverFile.read(path, rules: rules) }
    do throws(RepositoryFile.Failure) {
      let content = try RepositoryFile(directory: directory, name: name).content(shownAs: path)
      return WaiverFile(path: path, content: content, rules: rules)
    } catch {
      switch error {
      case .unreadable(let diagnostic): diagnosticsOfWaivers.append(diagnostic)
      case .refused(let why):
        reader.error(
          node.range, "'\(name)' \(why)",
          hint: "name it with --waivers, or the configuration with --config")
      }
      return nil
    }
  }

  // MARK: Kernels and paths

  /// Each key is judged for each of them.
  private static let mostKernels = 32

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
        if kernels.contains(scalar.value) { continue }
        guard kernels.count < Self.mostKernels else {
          reader.error(item.range, "'kernels' has more than \(Self.mostKernels) versions")
          break
        }
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
    var patterns: [String] = []
    var length = 0
    for node in reader.sequence(entry.value, what, of: "patterns") ?? [] {
      guard patterns.count < Self.mostPatterns else {
        reader.error(node.range, "\(what) has more than \(Self.mostPatterns) patterns")
        break
      }
      guard let text = reader.pattern(node, "an entry of \(what)") else { continue }
      length += text.unicodeScalars.count
      guard length <= Self.mostCharacters else {
        reader.error(
          node.range, "\(what) has more than \(Self.mostCharacters) characters in its patterns")
        break
      }
      if text.split(separator: "/").allSatisfy({ $0 == "." }) {
        reader.error(node.range, "'\(text)' is the name of no file below this directory")
      } else {
        patterns.append(text)
      }
    }
    return patterns
  }

  /// Each is compared with each part of each path.
  private static let mostPatterns = 256
  private static let mostCharacters = 2048
}
