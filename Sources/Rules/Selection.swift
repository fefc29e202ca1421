/// Which rules of a set are evaluated. Every name is the id of a rule or a tag.
public struct Selection: Sendable {
  /// Nothing else, unless empty. Naming an opt-in rule by its id asks for it.
  public var only: [String]
  public var skip: [String]
  /// Opt-in rules that are asked for.
  public var enable: [String]

  public init(only: [String] = [], skip: [String] = [], enable: [String] = []) {
    self.only = only
    self.skip = skip
    self.enable = enable
  }

  public func selects(_ rule: Rule) -> Bool {
    if matches(rule, skip) { return false }
    if !only.isEmpty && !matches(rule, only) { return false }
    return !rule.isOptIn || only.contains(rule.id) || matches(rule, enable)
  }

  private func matches(_ rule: Rule, _ names: [String]) -> Bool {
    names.contains { $0 == rule.id || rule.tags.contains($0) }
  }

  /// Names that are neither an id nor a tag, each with what was probably meant.
  public func unknownNames(in set: RuleSet) -> [(name: String, hint: String?)] {
    let known = set.ids + Set(set.rules.flatMap(\.tags)).sorted()
    return (only + skip + enable).filter { !known.contains($0) }.map {
      ($0, Names.hint(for: $0, among: known))
    }
  }
}
