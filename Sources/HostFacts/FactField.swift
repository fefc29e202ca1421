public import CEL

/// A Swift type that rules can see.
public protocol FactValue: Sendable {
  static var factType: Type { get }
  var factValue: CEL.Value { get }
}

/// A structure of facts. Its field table is the one place that names the fields: type, value,
/// `sockwise-facts(7)` and the editor's schema all come from it.
public protocol FactObject: FactValue {
  /// Name of the type in the schema, such as `Listener`.
  static var typeName: String { get }
  static var documentation: String { get }
  static var fields: [FactField<Self>] { get }
}

extension FactObject {
  public static var factType: Type { .object(typeName) }

  public var factValue: CEL.Value {
    var values: [String: Field] = [:]
    for field in Self.fields { values[field.declaration.name] = field.read(self) }
    return .object(ObjectValue(typeName: Self.typeName, fields: values))
  }
}

/// One field of a fact structure: its name, how to read it, and its documentation.
public struct FactField<Root: FactObject>: Sendable {
  public let declaration: Schema.FieldDeclaration
  /// The structures that the field's type needs, entered into a schema.
  let register: @Sendable (inout Schema) -> Void
  let read: @Sendable (Root) -> Field

  /// A field that is always known once its structure is.
  public init<Value: FactValue>(
    _ name: String, _ path: any KeyPath<Root, Value> & Sendable, _ documentation: String,
    key: Bool = false
  ) {
    declaration = .init(
      name: name, type: Value.factType, documentation: documentation, isKey: key)
    register = { $0.register(Value.self) }
    read = { .value($0[keyPath: path].factValue, nil) }
  }

  /// A field in three states. `optional` says that it may be absent, so that rules must guard it.
  public init<Value: FactValue>(
    _ name: String, _ path: any KeyPath<Root, Reading<Value>> & Sendable, _ documentation: String,
    optional: Bool = false, key: Bool = false
  ) {
    declaration = .init(
      name: name, type: Value.factType, documentation: documentation, mayBeAbsent: optional,
      isKey: key)
    register = { $0.register(Value.self) }
    read = { $0[keyPath: path].field }
  }
}

extension Reading where Value: FactValue {
  /// The reading as rules see it.
  public var field: Field {
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
      for (name, field) in object.fields {
        guard case .value(let value, nil) = field else { continue }
        object.fields[name] = .value(value.inheriting(origin), origin)
      }
      return .object(object)
    default: return self
    }
  }
}

/// A list that may have been read only in part.
public struct PartialList<Element: FactValue>: FactValue {
  public var elements: [Element]
  /// Why the rest is missing; nil where the list is whole.
  public var rest: Unreadable?

  public init(_ elements: [Element], rest: Unreadable? = nil) {
    self.elements = elements
    self.rest = rest
  }

  public static var factType: Type { .list(Element.factType) }

  public var factValue: CEL.Value {
    var values = elements.map(\.factValue)
    if let rest {
      values.append(.unknown(Unknown([Missing(reason: rest.reason, grant: rest.grant)])))
    }
    return .list(values)
  }
}

extension Schema {
  /// Enters the structures that a type of fact needs.
  public mutating func register<Value: FactValue>(_ type: Value.Type) {
    if let object = type as? any FactObject.Type { register(object: object) }
    if let list = type as? any ListOfFacts.Type { list.registerElement(in: &self) }
  }

  private mutating func register<Object: FactObject>(object type: Object.Type) {
    guard objects[type.typeName] == nil else { return }
    objects[type.typeName] = ObjectType(
      name: type.typeName, documentation: type.documentation,
      fields: type.fields.map(\.declaration))
    for field in type.fields { field.register(&self) }
  }
}

/// Lets `Schema.register` reach the element type of a list of any kind.
private protocol ListOfFacts {
  static func registerElement(in schema: inout Schema)
}

extension PartialList: ListOfFacts {
  static func registerElement(in schema: inout Schema) { schema.register(Element.self) }
}

extension Array: FactValue where Element: FactValue {
  public static var factType: Type { .list(Element.factType) }
  public var factValue: CEL.Value { .list(map(\.factValue)) }
}

extension Array: ListOfFacts where Element: FactValue {
  static func registerElement(in schema: inout Schema) { schema.register(Element.self) }
}

extension Bool: FactValue {
  public static var factType: Type { .bool }
  public var factValue: CEL.Value { .bool(self) }
}

extension Int: FactValue {
  public static var factType: Type { .int }
  public var factValue: CEL.Value { .int(Int64(self)) }
}

extension Double: FactValue {
  public static var factType: Type { .double }
  public var factValue: CEL.Value { .double(self) }
}

extension String: FactValue {
  public static var factType: Type { .string }
  public var factValue: CEL.Value { .string(self) }
}

extension IntegerSet: FactValue {
  public static var factType: Type { .intSet }
  public var factValue: CEL.Value { .intSet(self) }
}
