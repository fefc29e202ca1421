import CEL

@testable import HostFacts

/// The generated part of sockwise-facts(7): every variable, structure and field of a schema.
struct FactsManual {
  private let schema: Schema
  /// Structures that only one field is of. Their fields stand with it, under the path that a rule
  /// writes.
  private let inlined: Set<String>
  private let sysctls: [[String]: SysctlEntry]

  init(_ schema: Schema) {
    self.schema = schema
    var uses: [String: Int] = [:]
    for object in schema.objects.values {
      for field in object.fields {
        if case .object(let name) = field.type { uses[name, default: 0] += 1 }
        if case .list(.object(let name)) = field.type { uses[name, default: 0] += 2 }
        if case .map(_, .object(let name)) = field.type { uses[name, default: 0] += 2 }
      }
    }
    inlined = Set(uses.filter { $0.value == 1 }.keys)
    sysctls = Dictionary(
      SysctlCatalog.entries.map { ($0.fieldPath, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A subsection for each variable.
  func variables() -> [String] {
    var seen: [[Item]: String] = [:]
    for (name, variable) in schema.variables {
      if case .object(let type) = variable.type { seen[items(of: type, below: [])] = name }
    }
    return schema.variables.sorted { $0.key < $1.key }.flatMap { name, variable -> [String] in
      let lines = [".Ss \(name)"] + Roff.prose(variable.documentation)
      guard case .object(let type) = variable.type else {
        return lines + [".Pp", "Its type is", ".Vt \(Roff.argument("\(variable.type)")) ."]
      }
      return lines + list(items(of: type, below: []), below: [name], seen: seen)
    }
  }

  /// A subsection for each structure that lists are of, or several fields.
  func structures() -> [String] {
    let variables = schema.variables.values.map(\.type)
    let names = schema.objects.keys.filter {
      !inlined.contains($0) && !variables.contains(.object($0))
    }
    return names.sorted().flatMap { name -> [String] in
      let object = schema.objects[name]
      return [".Ss \(name)"] + Roff.prose(object?.documentation ?? "")
        + list(items(of: name, below: []), below: [], seen: [:])
    }
  }

  // MARK: Items

  private struct Item: Hashable {
    var path: [String]
    var type: Type
    var isOptional: Bool
    var isKey: Bool
    var documentation: String
    /// Items of a structure that stands only here.
    var within: [Item] = []
  }

  private func items(of object: String, below path: [String]) -> [Item] {
    (schema.objects[object]?.fields ?? []).flatMap { field -> [Item] in
      let path = path + [field.name]
      var item = Item(
        path: path, type: field.type, isOptional: field.mayBeAbsent, isKey: field.isKey,
        documentation: field.documentation)
      guard case .object(let name) = field.type, inlined.contains(name) else { return [item] }
      // A structure that merely groups has nothing of its own to say.
      if !field.mayBeAbsent, schema.objects[name]?.documentation == field.documentation {
        return items(of: name, below: path)
      }
      item.within = items(of: name, below: [])
      return [item]
    }
  }

  private func list(_ items: [Item], below root: [String], seen: [[Item]: String]) -> [String] {
    [".Bl -tag -width Ds"] + items.flatMap { entry($0, below: root, seen: seen) } + [".El"]
  }

  private func entry(_ item: Item, below root: [String], seen: [[Item]: String]) -> [String] {
    let path = root + item.path
    var marks = item.isOptional ? " , No optional" : ""
    if item.isKey { marks += " , No key" }
    var lines = [".It Va \(path.joined(separator: ".")) Pq Vt \(spelled(item.type))\(marks)"]
    if let root = path.firstIndex(of: "sysctl"), let entry = sysctls[Array(path[(root + 1)...])] {
      // The key is told where it is not spelled like the field.
      let isSpelledAlike = entry.key.split(separator: ".").map(String.init) == entry.fieldPath
      lines += Roff.prose(isSpelledAlike ? entry.documentation : item.documentation)
      lines += Roff.prose(entry.facts)
    } else {
      lines += Roff.prose(item.documentation)
    }
    guard !item.within.isEmpty else { return lines }
    if let same = seen[item.within] {
      return lines + Roff.prose("The same fields as `\(same)`.")
    }
    return lines + item.within.flatMap { entry($0, below: path, seen: seen) }
  }

  private func spelled(_ type: Type) -> String {
    if case .object(let name) = type, inlined.contains(name) { return "structure" }
    return Roff.argument("\(type)")
  }
}

extension SysctlEntry {
  /// What a kernel's version says of the key, in sentences.
  fileprivate var facts: String {
    var sentences: [String] = []
    if let added { sentences.append("Since Linux \(added).") }
    if let removed { sentences.append("Gone since Linux \(removed).") }
    switch condition {
    case .module(let name): sentences.append("Needs the module \(name).")
    case .option(let name): sentences.append("Needs \(name).")
    case .vendor: sentences.append("Only kernels of some vendors have it.")
    case nil: break
    }
    let values = defaults.map { entry in
      let value = entry.value.isEmpty ? "empty" : entry.value
      return entry.version.map { "\(value) since Linux \($0)" } ?? value
    }
    if !values.isEmpty { sentences.append("Default: \(values.joined(separator: "; ")).") }
    return sentences.joined(separator: " ")
  }
}
