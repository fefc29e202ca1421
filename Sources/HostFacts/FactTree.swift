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
    private let makeDocumentation: @Sendable () -> String
    /// What the field is called outside of expressions, where that is another name.
    var spelling: String?

    init(
      _ path: [String], _ type: Type,
      _ documentation: @autoclosure @escaping @Sendable () -> String,
      spelling: String? = nil
    ) {
      self.spelling = spelling
      self.path = path
      self.type = type
      makeDocumentation = documentation
    }

    /// Only a schema asks for it.
    var documentation: String { makeDocumentation() }
  }

  /// Name of the outermost structure; inner ones have their path appended: `SysctlNetIpv4`.
  let typeName: String
  let documentation: String
  /// Every leaf may be absent.
  let leaves: [Leaf]

  private let root: Structure

  /// Leaves with the same beginning of their paths.
  private struct Structure: Sendable {
    var typeName: String
    var documentation: String
    var fields: [(name: String, content: Content)] = []

    indirect enum Content: Sendable {
      /// By its place in `leaves`.
      case leaf(Int)
      case structure(Structure)
    }
  }

  init(_ typeName: String, _ documentation: String, _ leaves: [Leaf]) {
    self.typeName = typeName
    self.documentation = documentation
    self.leaves = leaves
    root = Self.structure(
      Structure(typeName: typeName, documentation: documentation), of: Array(leaves.indices),
      among: leaves, depth: 0, root: typeName)
  }

  var type: Type { .object(typeName) }

  /// Enters its structures.
  func register(in schema: inout Schema) { register(root, in: &schema) }

  /// The value, each leaf as `read` gives it, which also gets its place in ``leaves``.
  func value(_ read: (Leaf, Int) -> Field) -> CEL.Value { value(root, read) }

  private func register(_ structure: Structure, in schema: inout Schema) {
    var fields: [Schema.FieldDeclaration] = []
    for (name, content) in structure.fields {
      switch content {
      case .leaf(let place):
        let leaf = leaves[place]
        fields.append(
          .init(
            name: name, type: leaf.type, documentation: leaf.documentation, mayBeAbsent: true,
            spelling: leaf.spelling))
      case .structure(let inner):
        fields.append(
          .init(name: name, type: .object(inner.typeName), documentation: inner.documentation))
        register(inner, in: &schema)
      }
    }
    schema.objects[structure.typeName] = .init(
      name: structure.typeName, documentation: structure.documentation, fields: fields)
  }

  private func value(_ structure: Structure, _ read: (Leaf, Int) -> Field) -> CEL.Value {
    var fields: [String: Field] = [:]
    fields.reserveCapacity(structure.fields.count)
    for (name, content) in structure.fields {
      switch content {
      case .leaf(let place): fields[name] = read(leaves[place], place)
      case .structure(let inner): fields[name] = .value(value(inner, read), nil)
      }
    }
    return .object(ObjectValue(typeName: structure.typeName, fields: fields))
  }

  /// Fills in the fields: by the component of the paths at `depth`, in order of appearance.
  private static func structure(
    _ empty: Structure, of places: [Int], among leaves: [Leaf], depth: Int, root: String
  ) -> Structure {
    var order: [String] = []
    var groups: [String: [Int]] = [:]
    for place in places where leaves[place].path.count > depth {
      let component = leaves[place].path[depth]
      if groups[component] == nil { order.append(component) }
      groups[component, default: []].append(place)
    }
    var structure = empty
    structure.fields = order.map { component in
      let group = groups[component] ?? []
      let path = group.first.map { leaves[$0].path } ?? []
      if let leaf = group.first, path.count == depth + 1 { return (component, .leaf(leaf)) }
      let inner = Structure(
        typeName: empty.typeName + component.prefix(1).uppercased() + component.dropFirst(),
        documentation: "The part `\(path.prefix(depth + 1).joined(separator: "."))` of \(root).")
      return (
        component,
        .structure(Self.structure(inner, of: group, among: leaves, depth: depth + 1, root: root))
      )
    }
    return structure
  }
}
