internal import CEL

/// Facts that a list declares rather than a Swift type: structures nested by path, such as
/// `sysctl.net.ipv4.tcp_tw_reuse` or `netstat.TcpExt.TWRecycled`.
///
/// The list is the one place that names the fields: schema and values both come from it.
struct FactTree: Sendable {
  /// One field.
  struct Leaf: Sendable {
    /// Names of the structures on the way, and of the field.
    var path: [String]
    var type: Type
    var documentation: String

    init(_ path: [String], _ type: Type, _ documentation: String) {
      self.path = path
      self.type = type
      self.documentation = documentation
    }
  }

  /// Name of the outermost structure; inner ones have their path appended: `SysctlNetIpv4`.
  let typeName: String
  let documentation: String
  /// Every leaf may be absent.
  let leaves: [Leaf]

  init(_ typeName: String, _ documentation: String, _ leaves: [Leaf]) {
    self.typeName = typeName
    self.documentation = documentation
    self.leaves = leaves
  }

  var type: Type { .object(typeName) }

  /// Enters its structures.
  func register(in schema: inout Schema) {
    register(typeName, documentation, leaves[...].map { ($0.path[...], $0) }, in: &schema)
  }

  /// The value, each leaf as `read` gives it.
  func value(_ read: (Leaf) -> Field) -> CEL.Value {
    value(typeName, leaves.map { ($0.path[...], $0) }, read)
  }

  private typealias Rest = (path: ArraySlice<String>, leaf: Leaf)

  private func register(
    _ name: String, _ documentation: String, _ leaves: [Rest], in schema: inout Schema
  ) {
    var fields: [Schema.FieldDeclaration] = []
    for (component, group) in grouped(leaves) {
      if let leaf = group.first, leaf.path.count == 1 {
        fields.append(
          .init(
            name: component, type: leaf.leaf.type, documentation: leaf.leaf.documentation,
            mayBeAbsent: true))
        continue
      }
      let inner = innerName(name, component)
      let path = group.first.map { $0.leaf.path.prefix($0.leaf.path.count - $0.path.count + 1) }
      let words = "The part `\((path ?? []).joined(separator: "."))` of \(typeName)."
      fields.append(.init(name: component, type: .object(inner), documentation: words))
      register(inner, words, group.map { ($0.path.dropFirst(), $0.leaf) }, in: &schema)
    }
    schema.objects[name] = .init(name: name, documentation: documentation, fields: fields)
  }

  private func value(_ name: String, _ leaves: [Rest], _ read: (Leaf) -> Field) -> CEL.Value {
    var fields: [String: Field] = [:]
    for (component, group) in grouped(leaves) {
      if let leaf = group.first, leaf.path.count == 1 {
        fields[component] = read(leaf.leaf)
      } else {
        let inner = value(
          innerName(name, component), group.map { ($0.path.dropFirst(), $0.leaf) }, read)
        fields[component] = .value(inner, nil)
      }
    }
    return .object(ObjectValue(typeName: name, fields: fields))
  }

  /// By first component, in order of appearance.
  private func grouped(_ leaves: [Rest]) -> [(String, [Rest])] {
    var order: [String] = []
    var groups: [String: [Rest]] = [:]
    for leaf in leaves {
      guard let component = leaf.path.first else { continue }
      if groups[component] == nil { order.append(component) }
      groups[component, default: []].append(leaf)
    }
    return order.map { ($0, groups[$0] ?? []) }
  }

  private func innerName(_ name: String, _ component: String) -> String {
    name + component.prefix(1).uppercased() + component.dropFirst()
  }
}
