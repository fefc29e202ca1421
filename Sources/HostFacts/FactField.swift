internal import CEL

/// A Swift type that rules can see.
protocol FactValue: Sendable {
  static var factType: Type { get }
  var factValue: CEL.Value { get }
  /// Enters the structures that the type needs.
  static func register(in schema: inout Schema)
}

extension FactValue {
  static func register(in schema: inout Schema) {}
}

/// A structure of facts. Its field table is the one place that names the fields: type, value,
/// `sockwise-facts(7)` and the editor's schema all come from it.
protocol FactObject: FactValue {
  /// Name of the type in the schema, such as `Listener`.
  static var typeName: String { get }
  static var documentation: String { get }
  /// Stored, not computed: it is asked for with each value.
  static var fields: FactFields<Self> { get }
  /// Where it was read as a whole; nil where that is known of what contains it.
  var factOrigin: Origin? { get }
}

extension FactObject {
  static var factType: Type { .object(typeName) }
  var factOrigin: Origin? { nil }

  static func register(in schema: inout Schema) {
    guard schema.objects[typeName] == nil else { return }
    schema.objects[typeName] = Schema.ObjectType(
      name: typeName, documentation: documentation, fields: fields.list.map(\.declaration))
    for field in fields.list { field.register(&schema) }
  }

  var factValue: CEL.Value {
    .object(
      ObjectValue(typeName: Self.typeName, fields: Self.fields.values(of: self, factOrigin)))
  }
}

/// The fields of a structure.
struct FactFields<Root>: Sendable, ExpressibleByArrayLiteral {
  let list: [FactField<Root>]
  /// By name, their places in `list`.
  private let places: [String: Int]

  init(arrayLiteral list: FactField<Root>...) {
    self.list = list
    places = Dictionary(
      list.enumerated().map { ($0.element.declaration.name, $0.offset) },
      uniquingKeysWith: { _, last in last })
  }

  /// What the fields have, with an origin for those that have none of their own.
  fileprivate func values(of root: Root, _ origin: Origin?) -> [String: Field] {
    // The names are hashed once, not for each value.
    places.mapValues { place in
      let field = list[place].read(root)
      return origin.map { field.inheriting($0) } ?? field
    }
  }
}

/// One field of a fact structure: its name, how to read it, and its documentation.
///
/// `Root` is any type: the runtime looks for the conformance of each one that a generic type asks for.
struct FactField<Root>: Sendable {
  let declaration: Schema.FieldDeclaration
  /// The structures that the field's type needs, entered into a schema.
  let register: @Sendable (inout Schema) -> Void
  let read: @Sendable (Root) -> Field

  /// A field that is always known once its structure is.
  init<Value: FactValue>(
    _ name: String, _ path: any KeyPath<Root, Value> & Sendable, _ documentation: String,
    key: Bool = false
  ) {
    declaration = .init(
      name: name, type: Value.factType, documentation: documentation, isKey: key)
    register = { Value.register(in: &$0) }
    read = { .value($0[keyPath: path].factValue, nil) }
  }

  /// A field in three states. `optional` says that it may be absent, so that rules must guard it.
  init<Value: FactValue>(
    _ name: String, _ path: any KeyPath<Root, Reading<Value>> & Sendable, _ documentation: String,
    optional: Bool = false, key: Bool = false
  ) {
    declaration = .init(
      name: name, type: Value.factType, documentation: documentation, mayBeAbsent: optional,
      isKey: key)
    register = { Value.register(in: &$0) }
    read = { $0[keyPath: path].field }
  }
}

extension Reading where Value: FactValue {
  /// The reading as rules see it.
  var field: Field {
    switch self {
    case .value(let value, let origin): .value(value.factValue.inheriting(origin), origin)
    case .absent(let why): .absent(why)
    case .unavailable(let why): .unavailable(Missing(reason: why.reason, grant: why.grant))
    }
  }
}

extension CEL.Value {
  /// The value with an origin for each field below it that has none of its own: what was read
  /// together comes from one place.
  fileprivate func inheriting(_ origin: Origin) -> CEL.Value {
    switch self {
    case .list(let elements): return .list(elements.map { $0.inheriting(origin) })
    case .object(var object):
      guard object.fields.values.contains(where: \.lacksOrigin) else { return self }
      object.fields = object.fields.mapValues { $0.inheriting(origin) }
      return .object(object)
    default: return self
    }
  }
}

extension Field {
  fileprivate var lacksOrigin: Bool { if case .value(_, nil) = self { true } else { false } }

  /// The field with an origin, where it has a value and none of its own.
  fileprivate func inheriting(_ origin: Origin) -> Field {
    guard case .value(let value, nil) = self else { return self }
    return .value(value.inheriting(origin), origin)
  }
}

/// A list that may have been read only in part.
struct PartialList<Element: FactValue>: FactValue {
  var elements: [Element]
  /// Why the rest is missing; nil where the list is whole.
  var rest: Unreadable?

  init(_ elements: [Element], rest: Unreadable? = nil) {
    self.elements = elements
    self.rest = rest
  }

  /// Adds another list; of what is missing, the first reason counts.
  mutating func add(_ other: PartialList) {
    elements += other.elements
    rest = rest ?? other.rest
  }

  static var factType: Type { .list(Element.factType) }

  static func register(in schema: inout Schema) { Element.register(in: &schema) }

  var factValue: CEL.Value {
    var values = elements.map(\.factValue)
    if let rest {
      values.append(.unknown(Unknown([Missing(reason: rest.reason, grant: rest.grant)])))
    }
    return .list(values)
  }
}

extension Array: FactValue where Element: FactValue {
  static var factType: Type { .list(Element.factType) }
  var factValue: CEL.Value { .list(map(\.factValue)) }
  static func register(in schema: inout Schema) { Element.register(in: &schema) }
}

extension Bool: FactValue {
  static var factType: Type { .bool }
  var factValue: CEL.Value { .bool(self) }
}

extension Int: FactValue {
  static var factType: Type { .int }
  var factValue: CEL.Value { .int(Int64(self)) }
}

extension Double: FactValue {
  static var factType: Type { .double }
  var factValue: CEL.Value { .double(self) }
}

extension String: FactValue {
  static var factType: Type { .string }
  var factValue: CEL.Value { .string(self) }
}

extension Duration: FactValue {
  static var factType: Type { .duration }
  var factValue: CEL.Value { .duration(self) }
}

extension IntegerSet: FactValue {
  static var factType: Type { .intSet }
  var factValue: CEL.Value { .intSet(self) }
}
