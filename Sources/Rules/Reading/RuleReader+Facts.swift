internal import CEL
internal import YAML

extension RuleReader {
  /// A stated fact: what is left of the path in its key, and its node.
  private struct Statement {
    var path: ArraySlice<Substring>
    var range: Range<Int>
    var node: YAMLNode
  }

  /// Reads the facts of a test, as `RuleTest` says. Fields that are not stated are left out.
  mutating func facts(_ node: YAMLNode) -> [String: Field]? {
    if case .scalar(let scalar) = node.content, scalar.form == .null { return [:] }
    guard let entries = mapping(node, "'facts'") else { return nil }
    let before = problems.count
    let declarations = schema.variables.map { name, variable in
      Schema.FieldDeclaration(
        name: name, type: variable.type, documentation: variable.documentation)
    }
    let facts = fields(statements(entries), of: declarations, within: "the facts")
    return before == problems.count ? facts : nil
  }

  private func statements(_ entries: [YAMLEntry]) -> [Statement] {
    entries.map { entry in
      let path = entry.key.split(separator: ".", maxSplits: 30, omittingEmptySubsequences: false)
      return Statement(path: path[...], range: entry.keyRange, node: entry.value)
    }
  }

  /// The fields of a structure; several statements may each say something of one field.
  private mutating func fields(
    _ statements: [Statement], of declarations: [Schema.FieldDeclaration], within what: String
  ) -> [String: Field] {
    var order: [String] = []
    var groups: [String: [Statement]] = [:]
    for statement in statements {
      let name = statement.path.first.map(String.init) ?? ""
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(
        Statement(path: statement.path.dropFirst(), range: statement.range, node: statement.node))
    }
    var fields: [String: Field] = [:]
    for name in order {
      let group = groups[name] ?? []
      guard let declaration = declarations.first(where: { $0.name == name }) else {
        error(
          group[0].range, "no field '\(name)' in \(what)",
          hint: Names.hint(for: name, among: declarations.map(\.name)))
        continue
      }
      fields[name] = field(group, declaration)
    }
    return fields
  }

  private mutating func field(
    _ group: [Statement], _ declaration: Schema.FieldDeclaration
  ) -> Field? {
    if group.count == 1, group[0].path.isEmpty {
      return field(group[0].node, declaration)
    }
    // Parts of one structure, stated one by one.
    guard case .object(let name) = declaration.type, let object = schema.objects[name] else {
      if let deeper = group.first(where: { !$0.path.isEmpty }) {
        error(deeper.range, "'\(declaration.name)' is no structure and has no fields")
      } else {
        error(group[1].range, "'\(declaration.name)' is stated twice")
      }
      return nil
    }
    var statements: [Statement] = []
    for statement in group {
      if !statement.path.isEmpty {
        statements.append(statement)
      } else if case .mapping(let entries) = statement.node.content {
        statements += self.statements(entries)
      } else {
        error(statement.range, "'\(declaration.name)' is stated twice")
      }
    }
    let fields = fields(statements, of: object.fields, within: name)
    return .value(.object(ObjectValue(typeName: name, fields: fields)), nil)
  }

  private mutating func field(
    _ node: YAMLNode, _ declaration: Schema.FieldDeclaration
  ) -> Field? {
    if case .mapping(let entries) = node.content,
      entries.contains(where: { ["absent", "unavailable"].contains($0.key) })
    {
      return missing(entries, declaration)
    }
    let (line, column) = source.position(of: node.range.lowerBound)
    let place = SourceLocation(path: source.path, line: line, column: column)
    return value(node, declaration.type, "'\(declaration.name)'").map { .value($0, .file(place)) }
  }

  private mutating func missing(
    _ entries: [YAMLEntry], _ declaration: Schema.FieldDeclaration
  ) -> Field? {
    if entries.count == 1, let entry = entries.first, entry.key == "absent" {
      if !declaration.mayBeAbsent {
        error(entry.keyRange, "'\(declaration.name)' is never absent")
      }
      return text(entry.value, "why '\(declaration.name)' is absent").map(Field.absent)
    }
    return unavailable(entries).map(Field.unavailable)
  }

  /// `{ unavailable: why, grant: capability }`
  private mutating func unavailable(_ entries: [YAMLEntry]) -> Missing? {
    var missing = Missing(reason: "")
    for entry in entries {
      switch entry.key {
      case "unavailable":
        guard let reason = text(entry.value, "why it is unavailable") else { return nil }
        missing.reason = reason
      case "grant":
        guard let grant = text(entry.value, "'grant'") else { return nil }
        missing.grant = grant
      default:
        error(
          entry.keyRange, "unknown key '\(entry.key)'",
          hint: "what cannot be read is { unavailable: why, grant: capability }")
        return nil
      }
    }
    return missing
  }

  // MARK: Values

  private mutating func value(_ node: YAMLNode, _ type: Type, _ what: String) -> Value? {
    switch (type, node.content) {
    case (_, .refused): return nil
    case (.object(let name), _): return object(node, name, what)
    case (.list(let element), _): return list(node, element, what)
    case (.map(let key, let value), _): return map(node, key, value, what)
    case (.intSet, _): return set(node, what)
    case (_, .scalar(let scalar)): return self.scalar(scalar, node, type, what)
    default:
      error(node.range, "\(what) must be \(type), this is \(node.kind)")
      return nil
    }
  }

  private mutating func scalar(
    _ scalar: YAMLScalar, _ node: YAMLNode, _ type: Type, _ what: String
  ) -> Value? {
    switch (type, scalar.form) {
    case (.bool, .bool(let bool)): return .bool(bool)
    case (.int, .int(let int)): return .int(int)
    case (.uint, .int(let int)) where int >= 0: return .uint(UInt64(int))
    case (.double, .double(let double)): return .double(double)
    case (.double, .int(let int)): return .double(Double(int))
    case (.string, .text): return .string(scalar.value)
    case (.string, _):
      _ = text(node, what)
      return nil
    case (.duration, _):
      if let duration = DurationText.parse(scalar.value) { return .duration(duration) }
    default: break
    }
    error(node.range, "\(what) must be \(type), this is '\(scalar.value)'")
    return nil
  }

  private mutating func object(_ node: YAMLNode, _ name: String, _ what: String) -> Value? {
    let declarations = schema.objects[name]?.fields ?? []
    let isRange = Set(declarations.map(\.name)) == ["first", "last", "size"]
    switch node.content {
    case .mapping(let entries):
      let fields = fields(statements(entries), of: declarations, within: name)
      return .object(ObjectValue(typeName: name, fields: fields))
    case .scalar(let scalar):
      if isRange, let range = range(scalar.value, name) { return range }
      fallthrough
    default:
      error(
        node.range, "\(what) must be a mapping of \(name)'s fields, this is \(node.kind)",
        hint: isRange ? "or a range as the kernel writes it: 32768 60999" : nil)
      return nil
    }
  }

  /// `32768 60999`, as the kernel writes a range of ports.
  private func range(_ text: String, _ name: String) -> Value? {
    let numbers = text.split { $0 == " " || $0 == "\t" }.map { UInt32($0).map(Int64.init) }
    guard numbers.count == 2, let first = numbers[0], let last = numbers[1] else { return nil }
    let fields: [String: Field] = [
      "first": .value(.int(first), nil), "last": .value(.int(last), nil),
      "size": .value(.int(max(0, last - first + 1)), nil),
    ]
    return .object(ObjectValue(typeName: name, fields: fields))
  }

  private mutating func list(_ node: YAMLNode, _ element: Type, _ what: String) -> Value? {
    guard let nodes = sequence(node, what, of: "\(element)") else { return nil }
    var values: [Value] = []
    for (index, item) in nodes.enumerated() {
      if case .mapping(let entries) = item.content,
        entries.contains(where: { $0.key == "unavailable" })
      {
        guard index == nodes.count - 1 else {
          error(item.range, "only the last element of a list can be unavailable")
          return nil
        }
        guard let missing = unavailable(entries) else { return nil }
        values.append(.unknown(Unknown([missing])))
      } else if let value = value(item, element, "an element of \(what)") {
        values.append(value)
      }
    }
    return .list(values)
  }

  private mutating func map(
    _ node: YAMLNode, _ key: Type, _ element: Type, _ what: String
  ) -> Value? {
    guard let entries = mapping(node, what) else { return nil }
    var map = MapValue()
    for entry in entries {
      guard let value = value(entry.value, element, "'\(entry.key)'") else { continue }
      let name: Value =
        key == .int
        ? Int64(entry.key).map(Value.int) ?? .string(entry.key)
        : .string(entry.key)
      map.insert(.init(key: name, value: value))
    }
    return .map(map)
  }

  private mutating func set(_ node: YAMLNode, _ what: String) -> Value? {
    var ranges: [ClosedRange<Int64>] = []
    let nodes: [YAMLNode]
    if case .sequence(let items) = node.content { nodes = items } else { nodes = [node] }
    for item in nodes {
      guard case .scalar(let scalar) = item.content, let some = Self.ranges(scalar.value) else {
        error(
          item.range, "\(what) must be a set of ports, this is \(item.kind)",
          hint: "such as \"80,443,8000-8009\" or [80, 443, 8000-8009]")
        return nil
      }
      ranges += some
    }
    return .intSet(IntegerSet(ranges))
  }

  private static func ranges(_ text: String) -> [ClosedRange<Int64>]? {
    var ranges: [ClosedRange<Int64>] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
        UInt32($0.filter { $0 != " " }).map(Int64.init)
      }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
        first <= last
      else { return nil }
      ranges.append(first...last)
    }
    return ranges
  }
}
