internal import CEL

extension Rule {
  /// What a rule's expressions read.
  public struct Facts: Sendable {
    /// Paths of all facts, in order of first mention, each once; those of elements as
    /// `sockets.listeners[].port`.
    public internal(set) var paths: [String] = []
    /// The sysctl that the rule is about: the one that `locate` names; else the first that its
    /// condition reads, itself or through `let`; else the first that `applies` reads.
    public internal(set) var sysctl: String?

    init() {}

    init(of rule: Rule, schema: Schema) {
      let resolver = Resolver(rule)
      let condition = resolver.facts(of: [rule.condition])
      let applies = resolver.facts(of: [rule.applies].compactMap { $0 })
      paths = Self.unique(
        applies + resolver.facts(of: [rule.element?.list].compactMap { $0 }) + condition
          + resolver.facts(of: rule.otherExpressions))
      let located = resolver.facts(of: [rule.locate].compactMap { $0 })
      let names = SchemaSysctls(schema)
      sysctl = (located + condition + applies).lazy.compactMap { names.key(ofPath: $0) }.first
    }

    /// Keys of `sysctl_raw` that are read, such as `vendor.key`.
    var rawSysctls: [String] {
      let start = "sysctl_raw[\""
      return paths.compactMap { path in
        guard path.hasPrefix(start), let end = path.dropFirst(start.count).firstIndex(of: "\"")
        else { return nil }
        return String(path.dropFirst(start.count)[..<end])
      }
    }

    /// Whether some fact below `root`, such as `delta`, is read.
    public func reads(_ root: String) -> Bool {
      paths.contains { $0 == root || $0.hasPrefix(root + ".") || $0.hasPrefix(root + "[") }
    }

    fileprivate static func unique(_ paths: [String]) -> [String] {
      var seen: Set<String> = []
      return paths.filter { seen.insert($0).inserted }
    }
  }

  /// All its expressions.
  var expressions: [Expression] {
    [applies, element?.list].compactMap { $0 } + (element?.identity ?? []).map(\.expression)
      + definitions.map(\.expression) + [condition] + otherExpressions
  }

  private var otherExpressions: [Expression] {
    var expressions = severity.cases.compactMap(\.condition)
    expressions += confidence.cases.compactMap(\.condition)
    expressions += message.expressions
    for remedy in remedies {
      expressions += [remedy.condition].compactMap { $0 }
      switch remedy.action {
      case .code(let text), .note(let text): expressions += text.expressions
      case .sysctl(let settings), .unit(let settings):
        expressions += settings.flatMap { $0.key.expressions + $0.value.expressions }
      }
    }
    return expressions + [locate].compactMap { $0 }
  }

  /// The path to its first `.` or `[`.
  static func root(of path: String) -> Substring { path.prefix { $0 != "." && $0 != "[" } }

  /// Replaces the names of a rule by the facts that they stand for.
  private struct Resolver {
    private var factsOfName: [String: [String]] = ["params": []]
    /// Where a name stands for a path, that path: what follows the name continues it.
    private var pathOfName: [String: String] = [:]

    init(_ rule: Rule) {
      if let element = rule.element {
        let list = facts(of: [element.list])
        factsOfName[element.name] = []
        if list == [element.list.text] { pathOfName[element.name] = "\(element.list.text)[]" }
      }
      for definition in rule.definitions {
        let facts = facts(of: [definition.expression])
        factsOfName[definition.name] = facts
        if definition.expression.references == [definition.expression.text], facts.count == 1 {
          pathOfName[definition.name] = facts[0]
        }
      }
    }

    func facts(of expressions: [Expression]) -> [String] {
      let paths = expressions.flatMap(\.references).flatMap { path -> [String] in
        let root = String(Rule.root(of: path))
        if let whole = pathOfName[root] { return [whole + path.dropFirst(root.count)] }
        return factsOfName[root] ?? [path]
      }
      return Facts.unique(paths)
    }
  }

  /// Places in `definitions` that an expression needs, itself or through others, in order.
  static func places(in definitions: [Definition], neededBy expression: Expression) -> [Int] {
    var needs: [String: Set<Int>] = [:]
    func needed(by expression: Expression) -> Set<Int> {
      expression.references.reduce(into: []) { $0.formUnion(needs[String(root(of: $1))] ?? []) }
    }
    for (index, definition) in definitions.enumerated() {
      needs[definition.name] = needed(by: definition.expression).union([index])
    }
    return needed(by: expression).sorted()
  }
}
