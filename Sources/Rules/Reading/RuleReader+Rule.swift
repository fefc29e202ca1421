internal import CEL
internal import YAML

extension RuleReader {
  /// What judges the facts.
  struct Judging {
    var parameters: [Rule.Parameter]
    var applies: Expression?
    var element: Rule.Element?
    var definitions: [Rule.Definition]
    var condition: CheckedExpression?
  }

  /// Reads the whole rule.
  mutating func rule(_ root: YAMLNode) -> Rule? {
    guard let fields = fields(root, "a rule file", keys: RuleKey.allCases.map(\.rawValue)) else {
      return nil
    }
    func node(_ key: RuleKey) -> YAMLNode? { fields[key.rawValue]?.value }

    let head = self.head(node)
    missing(
      RuleKey.allCases.filter { key in
        let isNeeded = key.isRequired || (key == .remediation && !head.isNote)
        return isNeeded && node(key) == nil
      })
    let judging = self.judging(fields)
    let (rest, tests) = self.rest(head, node)
    guard let rest, var rule = Rule(source.path, head, judging, rest, tests) else {
      return nil
    }
    var whole = rest
    whole.facts = Rule.Facts(of: rule, schema: schema)
    rule = rule.with(whole)
    // In a broken expression a name may be used that is not seen.
    if !problems.hasErrors { warnUnused(rule) }
    return rule
  }

  /// The order matters: parts put names and guards in scope.
  private mutating func judging(_ fields: [String: YAMLEntry]) -> Judging {
    func node(_ key: RuleKey) -> YAMLNode? { fields[key.rawValue]?.value }
    let parameters = node(.params).map { self.parameters($0) } ?? []
    let applies = node(.applies).flatMap { self.condition($0, "'applies'") }
    // Where guards are not known, nothing can be said of what they guard.
    isLinted = applies != nil || node(.applies) == nil
    guards = applies?.guarantees ?? []
    let element = self.element(node(.forEach), identity: fields[RuleKey.identity.rawValue])
    let definitions = node(.definitions).map { self.definitions($0) } ?? []
    let condition = node(.condition).flatMap { self.condition($0, "'when'") }
    guards.formUnion(condition?.guarantees ?? [])
    if condition == nil { isLinted = false }
    return Judging(
      parameters: parameters, applies: applies?.expression, element: element,
      definitions: definitions, condition: condition)
  }

  private mutating func rest(
    _ head: Head, _ node: (RuleKey) -> YAMLNode?
  ) -> (Rule.Rest?, [RuleTest]) {
    let severity: Graded<Severity>? = node(.severity).flatMap { graded($0, "'severity'") }
    let confidence: Graded<Confidence>? = node(.confidence).flatMap { graded($0, "'confidence'") }
    let message = node(.message).flatMap { template($0, "'message'") }
    let locate = node(.locate).flatMap { self.locate($0) }
    let remedies = node(.remediation).map { self.remedies($0) } ?? []
    let translations = head.translations.map { finish($0, of: remedies) }
    let tests =
      node(.tests).map {
        self.tests($0, isGraded: (severity?.isGraded ?? false, confidence?.isGraded ?? false))
      } ?? []
    guard let rationale = head.rationale, let severity, let confidence, let message else {
      return (nil, tests)
    }
    let rest = Rule.Rest(
      severity: severity, confidence: confidence, rationale: rationale,
      references: head.references, translations: Deferred(made: translations), proof: head.proof,
      message: message, locate: locate, remedies: remedies)
    return (rest, tests)
  }

  /// `locate`. Only leaves have an origin: in the place of a structure stands a field that was read
  /// with it.
  private mutating func locate(_ node: YAMLNode) -> Expression? {
    guard let located = expression(node, "'locate'", linted: false) else { return nil }
    guard case .object(let name) = located.resultType else { return located }
    let fields = schema.objects[name]?.fields.filter { !$0.mayBeAbsent } ?? []
    guard let field = fields.first(where: \.isKey) ?? fields.first,
      let leaf = try? Expression.compile(
        "(\(located.text)).\(field.name)", schema: schema, variables: variables)
    else {
      error(
        node.range, "'locate' names a structure, and nothing of it is always there",
        hint: "name one of its fields")
      return nil
    }
    return leaf
  }

  private mutating func warnUnused(_ rule: Rule) {
    let paths = rule.expressions.flatMap(\.references)
    for (name, path, range) in declared
    where !paths.contains(where: {
      $0 == path || $0.hasPrefix(path + ".") || $0.hasPrefix(path + "[")
    }) {
      warning(range, "'\(name)' is not used")
    }
  }

  private mutating func missing(_ keys: [RuleKey]) {
    guard let first = keys.first else { return }
    if keys.count == 1 {
      error(0..<0, "key '\(first.rawValue)' is missing", hint: first.documentation)
    } else {
      let names = keys.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      error(0..<0, "keys \(names) are missing")
    }
  }

  /// `for_each` with its `identity`; puts the element in scope.
  private mutating func element(_ node: YAMLNode?, identity: YAMLEntry?) -> Rule.Element? {
    guard let node else {
      if let identity {
        error(
          identity.keyRange, "'identity' without 'for_each'", hint: "there is one thing to judge")
      }
      return nil
    }
    guard let entries = mapping(node, "'for_each'") else { return nil }
    guard entries.count == 1, let entry = entries.first else {
      error(node.range, "'for_each' must name one list", hint: "for_each: { name: list }")
      for entry in entries { variables[entry.key] = .error }
      return nil
    }
    let list = expression(entry.value, "'for_each'")
    guard isNewName(entry) else { return nil }
    guard let list else {
      variables[entry.key] = .error
      return nil
    }
    guard case .list(let type) = list.resultType else {
      let name = list.resultType
      if list.resultType != .error {
        error(entry.value.range, "'for_each' must be a list, this is \(name)")
      }
      variables[entry.key] = .error
      return nil
    }
    variables[entry.key] = type
    let parts =
      identity.map { self.identity($0.value) }
      ?? keys(of: type, name: entry.key, at: entry.value.range)
    return Rule.Element(name: entry.key, type: type, list: list, identity: parts)
  }

  /// The key fields of the element's type, or the element itself where it is no structure.
  private mutating func keys(
    of type: Type, name: String, at range: Range<Int>
  ) -> [Rule.IdentityPart] {
    var paths = [name]
    if case .object(let object) = type {
      paths = (schema.objects[object]?.keyFields ?? []).map { "\(name).\($0)" }
    }
    let parts = paths.compactMap { path in
      (try? Expression.compile(path, schema: schema, variables: variables)).map {
        Rule.IdentityPart(name: Self.lastName(of: path), expression: $0)
      }
    }
    if parts.isEmpty || !parts.allSatisfy({ ValueText.isPrintable($0.expression.resultType) }) {
      error(
        range, "nothing identifies an element of type \(type)",
        hint: "write 'identity' with the expressions that do")
    }
    return parts
  }

  private mutating func identity(_ node: YAMLNode) -> [Rule.IdentityPart] {
    let scalars: [Type] = [.bool, .int, .uint, .string]
    let nodes = sequence(node, "'identity'", of: "expressions") ?? []
    if nodes.isEmpty, case .sequence = node.content { error(node.range, "'identity' is empty") }
    return nodes.compactMap { node in
      expression(node, "an entry of 'identity'", wanted: scalars, linted: false).map {
        Rule.IdentityPart(name: Self.lastName(of: $0.text), expression: $0)
      }
    }
  }

  private static func lastName(of path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? path
  }

  /// So that names that use names stay cheap to follow.
  private static let definitionLimit = 100

  private mutating func definitions(_ node: YAMLNode) -> [Rule.Definition] {
    var definitions: [Rule.Definition] = []
    let entries = mapping(node, "'let'") ?? []
    if entries.count > Self.definitionLimit {
      error(node.range, "'let' has more than \(Self.definitionLimit) names")
    }
    for entry in entries.prefix(Self.definitionLimit) {
      let expression = self.expression(entry.value, "'\(entry.key)'")
      guard isNewName(entry) else { continue }
      variables[entry.key] = expression?.resultType ?? .error
      declared.append((entry.key, entry.key, entry.keyRange))
      if let expression { definitions.append(.init(name: entry.key, expression: expression)) }
    }
    return definitions
  }

  /// A level, or a list of them with conditions.
  private mutating func graded<Level: RawRepresentable & CaseIterable & Sendable>(
    _ node: YAMLNode, _ what: String
  ) -> Graded<Level>? where Level.RawValue == String {
    guard case .sequence(let nodes) = node.content else {
      return choice(node, what, Level.self).map { Graded(last: $0) }
    }
    var cases: [Graded<Level>.Case] = []
    var last: Level?
    for (index, item) in nodes.enumerated() {
      let isLast = index == nodes.count - 1
      guard let fields = fields(item, "an entry of \(what)", keys: ["when", "is"]) else { continue }
      let level: Level? = fields["is"].flatMap { choice($0.value, "'is'") }
      if fields["is"] == nil { error(item.range, "entry of \(what) without 'is'") }
      let condition = fields["when"].flatMap {
        self.condition($0.value, "'when' of \(what)")?.expression
      }
      if isLast, let entry = fields["when"] {
        error(
          entry.keyRange, "the last entry of \(what) has a condition",
          hint: "end with { is: … }, for where none holds")
      } else if !isLast, fields["when"] == nil {
        error(item.range, "entry of \(what) without 'when' hides those after it")
      }
      if isLast {
        last = level
      } else if let level {
        cases.append(.init(condition: condition, level: level))
      }
    }
    if nodes.isEmpty { error(node.range, "\(what) is an empty list") }
    return last.map { Graded(cases, last: $0) }
  }
}

extension Rule {
  /// Nil where something is missing that every rule has.
  fileprivate init?(
    _ path: String, _ head: RuleReader.Head, _ judging: RuleReader.Judging, _ rest: Rest,
    _ tests: [RuleTest]
  ) {
    guard let id = head.id, let title = head.title, let scope = head.scope, let since = head.since,
      let condition = judging.condition
    else { return nil }
    let first = condition.firstOperand
    self.init(
      path: path, id: id, title: title, tags: head.tags, scope: scope, needsLive: head.needsLive,
      isOptIn: head.isOptIn, isNote: head.isNote, since: since, supersedes: head.supersedes,
      parameters: judging.parameters, applies: judging.applies, element: judging.element,
      definitions: judging.definitions, condition: condition.expression, firstCondition: first,
      neededByFirst: first.map { Self.places(in: judging.definitions, neededBy: $0) } ?? [],
      neededByCondition: Self.places(
        in: judging.definitions, neededBy: condition.expression),
      readsDelta: false, readsFindings: false, readsSysctls: false, readsUnits: false,
      rawSysctls: [], rest: Deferred(made: rest), testCases: Deferred(made: tests))
  }

  /// The same, now that all of it is known.
  fileprivate func with(_ rest: Rest) -> Rule {
    Rule(
      path: path, id: id, title: title, tags: tags, scope: scope, needsLive: needsLive,
      isOptIn: isOptIn, isNote: isNote, since: since, supersedes: supersedes,
      parameters: parameters, applies: applies, element: element, definitions: definitions,
      condition: condition, firstCondition: firstCondition, neededByFirst: neededByFirst,
      neededByCondition: neededByCondition, readsDelta: rest.facts.reads("delta"),
      readsFindings: rest.facts.reads(Self.findings),
      readsSysctls: ["sysctl", "host.sysctl", "sysctl_raw"].contains(where: rest.facts.reads),
      readsUnits: rest.facts.reads("units"), rawSysctls: rest.facts.rawSysctls,
      rest: Deferred(made: rest), testCases: testCases)
  }
}
