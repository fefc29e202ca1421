public import CEL

/// Everything that rules see, and what could not be read: `sockwise facts`.
public struct FactsDocument: Sendable {
  public var tool: Report.Tool
  public var host: Report.Host
  public var mode: Report.Mode
  /// When reading started, as ISO 8601 in UTC.
  public var started: String
  /// The inputs that were asked for, in order of reading.
  public var sources: [Source]
  public var facts: Activation
  /// Gives the order of variables and fields.
  public var schema: Schema

  public init(
    tool: Report.Tool, host: Report.Host, mode: Report.Mode, started: String,
    sources: [Source], facts: Activation, schema: Schema
  ) {
    self.tool = tool
    self.host = host
    self.mode = mode
    self.started = started
    self.sources = sources
    self.facts = facts
    self.schema = schema
  }

  /// One input, such as `/proc/net/sockstat` or `sock_diag: TCP over IPv4`.
  public struct Source: Hashable, Sendable {
    public var name: String
    public var state: State

    public init(name: String, state: State) {
      self.name = name
      self.state = state
    }

    public enum State: Hashable, Sendable {
      case read
      case absent(String)
      case unavailable(reason: String, grant: String?)
    }
  }

  /// Variables by name, those without a value included.
  var variables: [(name: String, field: Field)] {
    facts.variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The fields of a structure in the order of the schema, then any that it does not know, by name.
  func fields(of object: ObjectValue) -> [(name: String, field: Field)] {
    let declared = schema.objects[object.typeName]?.fields.map(\.name) ?? []
    let others = Set(object.fields.keys).subtracting(declared).sorted()
    return (declared + others).compactMap { name in object.fields[name].map { (name, $0) } }
  }
}

/// What a fact is made of, as a document of facts prints it.
enum FactShape {
  /// Has facts of its own, by field.
  case structure(ObjectValue)
  /// Has an element for each thing, by number. The last may stand for what could not be read.
  case sequence([Value])
  /// Has a structure, or a value with an origin of its own, for each key.
  case mapping(MapValue)
  /// One value.
  case leaf

  init(_ value: Value) {
    switch value {
    case .object(let object): self = .structure(object)
    case .list(let elements) where elements.contains(where: \.isStructureOrUnknown):
      self = .sequence(elements)
    case .map(let map)
    where map.entries.contains(where: { $0.origin != nil || $0.value.isStructureOrUnknown }):
      self = .mapping(map)
    default: self = .leaf
    }
  }

  /// Facts nest less than ten deep; what nests deeper is cut.
  static let depthLimit = 32
}

extension Value {
  fileprivate var isStructureOrUnknown: Bool {
    switch self {
    case .object, .unknown: true
    default: false
    }
  }
}
