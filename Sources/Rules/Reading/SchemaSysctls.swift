internal import CEL

/// The sysctls that the schema knows, by the names that `sysctl -w` takes.
///
/// The field `sysctl.net.ipv4.tcp_tw_reuse` is the key `net.ipv4.tcp_tw_reuse`, and
/// `host.sysctl.fs.file_max` is `fs.file-max`: characters that no name in an expression can have
/// are `_` in the field.
struct SchemaSysctls {
  private static let roots = [["sysctl"], ["host", "sysctl"]]

  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  func contains(_ key: String) -> Bool {
    let components = key.split(separator: ".", omittingEmptySubsequences: false).map(Self.field)
    guard components.count <= 16 else { return false }
    return Self.roots.contains { root in
      guard let type = type(of: root), case .leaf(let last) = walk(components, from: type) else {
        return false
      }
      return last == components.count
    }
  }

  /// All keys that are fields, for suggestions; keys of each interface are not among them.
  var all: [String] {
    Self.roots.flatMap { root in type(of: root).map { keys(of: $0, depth: 0) } ?? [] }.sorted()
  }

  /// The key of a sysctl that a path of facts reads, such as `net.ipv4.ip_local_port_range` of
  /// `sysctl.net.ipv4.ip_local_port_range.first`; nil where it reads none.
  func key(ofPath path: String) -> String? {
    let components = path.split(separator: ".").map(String.init)
    for root in Self.roots where components.starts(with: root) && components.count > root.count {
      guard let type = type(of: root) else { continue }
      let rest = Array(components[root.count...])
      guard case .leaf(let last) = walk(rest, from: type) else { continue }
      return spelled(Array(rest[..<last]), from: type).joined(separator: ".")
    }
    return nil
  }

  /// The components of a key as the kernel spells them.
  private func spelled(_ components: [String], from root: Type) -> [String] {
    var type = root
    return components.map { component in
      switch type {
      case .object(let name):
        guard let field = schema.objects[name]?.field(component) else { return component }
        type = field.type
        return field.spelling ?? component
      case .map(_, let value): type = value
      default: break
      }
      return component
    }
  }

  private enum Step {
    /// The key ends after so many components.
    case leaf(Int)
    case nothing
  }

  /// A field is a sysctl where it may be absent or is no structure: what merely groups keys is
  /// always there. Maps, such as `net.ipv4.conf`, take any name.
  private func walk(_ components: [String], from root: Type) -> Step {
    var type = root
    for (index, component) in components.enumerated() {
      switch type {
      case .object(let name):
        guard let field = schema.objects[name]?.field(component) else { return .nothing }
        type = field.type
        switch type {
        case .object where !field.mayBeAbsent: continue
        case .map: continue
        default: return .leaf(index + 1)
        }
      case .map(_, let value):
        type = value
        guard case .object = value else { return .leaf(index + 1) }
      default: return .nothing
      }
    }
    return .nothing
  }

  private func keys(of type: Type, depth: Int) -> [String] {
    guard depth < 16, case .object(let name) = type, let object = schema.objects[name] else {
      return []
    }
    return object.fields.flatMap { field -> [String] in
      switch field.type {
      case .object where !field.mayBeAbsent:
        return keys(of: field.type, depth: depth + 1).map { "\(field.name).\($0)" }
      case .map: return []
      default: return [field.spelling ?? field.name]
      }
    }
  }

  private func type(of path: [String]) -> Type? {
    guard let root = path.first, var type = schema.variables[root]?.type else { return nil }
    for component in path.dropFirst() {
      guard case .object(let name) = type, let field = schema.objects[name]?.field(component)
      else { return nil }
      type = field.type
    }
    return type
  }

  private static func field(_ component: Substring) -> String {
    String(component.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
