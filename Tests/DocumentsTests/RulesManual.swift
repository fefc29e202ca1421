import CEL

@testable import HostFacts
@testable import Rules

/// The generated parts of sockwise-rules(5): keys, functions, and what is said of broken examples.
struct RulesManual {
  /// Every key of a rule file.
  static func keys() -> [String] {
    let entries = RuleKey.allCases.flatMap { key in
      let kind = "\(kind(of: key)), \(key.isRequired ? "required" : standard(of: key))"
      return [".It Ic \(Roff.argument(key.rawValue)) Pq \(kind)"] + Roff.prose(key.documentation)
    }
    return [".Bl -tag -width Ds"] + entries + [".El"]
  }

  /// What is written after a key.
  private static func kind(of key: RuleKey) -> String {
    switch key {
    case .id, .proof: "kebab-case name"
    case .title: "text on one line"
    case .rationale: "text"
    case .message: "text with values"
    case .severity, .confidence: "name or list"
    case .tags, .supersedes: "list of kebab-case names"
    case .scope, .needs: "name"
    case .optIn, .note: "true or false"
    case .since: "version"
    case .references: "list of text"
    case .translations: "mapping"
    case .applies, .condition: "bool expression"
    case .locate: "expression"
    case .forEach: "name with an expression"
    case .identity: "list of expressions"
    case .params: "names with constants"
    case .definitions: "names with expressions"
    case .remediation, .tests: "list of mappings"
    }
  }

  /// What holds without a key that may be left out.
  private static func standard(of key: RuleKey) -> String {
    switch key {
    case .optIn, .note: "default: false"
    case .applies: "default: true"
    case .identity: "default: the key fields"
    case .remediation: "required unless it is a note"
    default: "default: none"
    }
  }

  /// Everything that an expression of a rule can call.
  static func functions() -> [String] {
    let entries = Library.reference.filter { $0.name != "dyn" }.flatMap { function -> [String] in
      // A prefix operator ends in '_' to be told from that with two sides.
      let isPrefix = function.name.count == 2 && function.name.hasSuffix("_")
      let name = isPrefix ? function.name.dropLast() : function.name[...]
      var calls = function.signatures.filter { !mixesNumbers($0) }
        .map { ".Ql \(Roff.argument($0))" }
      if calls.count < function.signatures.count { calls.append("or numbers of different types") }
      return [".It Ic \(Roff.argument(name))"] + Roff.prose(function.documentation)
        + calls.enumerated().map { index, call in
          index + 1 < calls.count ? call + " ," : call
        }
    }
    return [".Bl -tag -width Ds"] + entries + [".El"]
  }

  /// Whether it is a comparison such as `int < double -> bool`.
  private static func mixesNumbers(_ signature: String) -> Bool {
    let words = signature.split(separator: " ")
    let numbers: Set<Substring> = ["int", "uint", "double"]
    return words.count == 5 && words[0] != words[2] && numbers.isSuperset(of: [words[0], words[2]])
  }

  /// The keys of a rule file, top to bottom, each with its lines.
  private static func blocks(_ text: String) -> [(key: Substring, lines: String)] {
    var blocks: [(key: Substring, lines: String)] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let first = line.first, first != " ", first != "#", line.contains(":") {
        blocks.append((line.prefix { $0 != ":" }, "\(line)\n"))
      } else if !line.isEmpty, !blocks.isEmpty {
        blocks[blocks.count - 1].lines += "\(line)\n"
      }
    }
    return blocks
  }

  /// A rule file with the keys of a fragment in place of its own.
  static func rule(_ base: String, with fragment: String) -> String {
    var merged = blocks(base)
    for block in blocks(fragment) {
      if let index = merged.firstIndex(where: { $0.key == block.key }) {
        merged[index] = block
      } else {
        merged.append(block)
      }
    }
    return merged.map(\.lines).joined()
  }

  static func load(_ text: String, as path: String) -> RuleFile {
    RuleFile(path: path, content: Array(text.utf8), schema: Host.schema)
  }
}
