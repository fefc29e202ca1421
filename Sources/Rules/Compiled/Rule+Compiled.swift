internal import CEL

/// Reading and checking a rule's text takes half a millisecond, a hundred times as long as reading
/// what came of it. So the build compiles the program's own rules.
extension Rule {
  /// What was read of the rule's file, without its tests.
  ///
  /// - Throws: where an expression cannot be compiled.
  public func compiled() throws -> String {
    var writer = CompactWriter()
    for text in [id, title, since] { writer.write(text) }
    writer.write(tags)
    writer.write(choice: scope)
    for flag in [needsLive, isOptIn, isNote] { writer.write(flag) }
    for flag in [readsDelta, readsFindings, readsSysctls, readsUnits] { writer.write(flag) }
    writer.write(supersedes)
    writer.write(rawSysctls)
    try writer.write(parameters) {
      $0.write($1.name)
      $0.write($1.type)
      try $0.write($1.value)
    }
    try writer.write(applies) { try $0.write($1) }
    try writer.write(element) { try $0.write($1) }
    try writer.write(definitions) {
      $0.write($1.name)
      try $0.write($1.expression)
    }
    try writer.write(condition)
    try writer.write(firstCondition) { try $0.write($1) }
    writer.write(neededByFirst) { $0.write($1) }
    writer.write(neededByCondition) { $0.write($1) }
    try writer.write(rest.value)
    return writer.text
  }

  /// Without its tests. Nil where what is read is not a compiled rule.
  init?(path: String, compiled: CompactReader) {
    var reader = compiled
    do {
      self = try reader.rule(path: path)
    } catch {
      return nil
    }
  }
}

extension CompactWriter {
  fileprivate mutating func write(_ element: Rule.Element) throws {
    write(element.name)
    write(element.type)
    try write(element.list)
    try write(element.identity) {
      $0.write($1.name)
      try $0.write($1.expression)
    }
  }
}

extension CompactReader {
  fileprivate mutating func rule(path: String) throws -> Rule {
    let id = try string()
    let title = try string()
    let since = try string()
    let tags = try strings()
    let scope = try choice(Rule.Scope.self)
    let needsLive = try bool()
    let isOptIn = try bool()
    let isNote = try bool()
    let readsDelta = try bool()
    let readsFindings = try bool()
    let readsSysctls = try bool()
    let readsUnits = try bool()
    let supersedes = try strings()
    let rawSysctls = try strings()
    let parameters = try list { reader in
      let name = try reader.string()
      let type = try reader.type()
      return Rule.Parameter(name: name, type: type, value: try reader.value())
    }
    let applies = try optional { try $0.expression() }
    let element = try optional { try $0.element() }
    let definitions = try list { reader in
      let name = try reader.string()
      return Rule.Definition(name: name, expression: try reader.laterExpression())
    }
    let condition = try laterExpression()
    let first = try optional { try $0.expression() }
    let neededByFirst = try list { try $0.int() }
    let needed = try list { try $0.int() }
    guard (neededByFirst + needed).allSatisfy(definitions.indices.contains) else {
      throw malformed()
    }
    let rest = Deferred { [self] in
      var reader = self
      return (try? reader.rest()) ?? .unreadable
    }
    return Rule(
      path: path, id: id, title: title, tags: tags, scope: scope, needsLive: needsLive,
      isOptIn: isOptIn, isNote: isNote, since: since, supersedes: supersedes,
      parameters: parameters, applies: applies, element: element, definitions: definitions,
      condition: condition, firstCondition: first, neededByFirst: neededByFirst,
      neededByCondition: needed, readsDelta: readsDelta, readsFindings: readsFindings,
      readsSysctls: readsSysctls, readsUnits: readsUnits, rawSysctls: rawSysctls,
      rest: rest, testCases: Deferred(made: []))
  }

  private mutating func element() throws -> Rule.Element {
    let name = try string()
    let type = try type()
    let list = try expression()
    let identity = try self.list { reader in
      let name = try reader.string()
      return Rule.IdentityPart(name: name, expression: try reader.laterExpression())
    }
    return Rule.Element(name: name, type: type, list: list, identity: identity)
  }

  /// An expression that many audits have no use for.
  private mutating func laterExpression() throws -> Expression {
    try deferredExpression(orFailing: Rule.unreadableMessage)
  }
}
