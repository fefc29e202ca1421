/// A type of the expression language.
public indirect enum Type: Hashable, Sendable {
  case bool, int, uint, double, string, bytes, null, duration
  /// A set of integers kept as ranges (ports); supports `in` and `size()`.
  case intSet
  case list(Type)
  case map(Type, Type)
  /// A structure that a `Schema` declares, by its name.
  case object(String)
  /// The type of a type: `type(1)` is of type `type(int)`.
  case type(Type)
  /// Anything; checked when it is evaluated. Rules may not use it.
  case dyn
  /// A type parameter in a function's signature, such as `A` in `list(A)`.
  case parameter(String)
  /// A type that only its name and arguments distinguish.
  case opaque(String, [Type])
  /// The type of an expression that has already been reported as wrong.
  case error
}

/// What an expression may name: variables and the structures they are made of.
///
/// This is the only contract between facts and rules.
public struct Schema: Sendable {
  public var variables: [String: Variable]
  public var objects: [String: ObjectType]

  public init(variables: [String: Variable] = [:], objects: [String: ObjectType] = [:]) {
    self.variables = variables
    self.objects = objects
  }

  /// A name that is in scope from the start.
  public struct Variable: Sendable {
    public var type: Type
    public var documentation: String

    public init(type: Type, documentation: String) {
      self.type = type
      self.documentation = documentation
    }
  }

  /// A structure with named fields.
  public struct ObjectType: Sendable {
    public var name: String
    public var documentation: String
    public var fields: [FieldDeclaration]

    public init(name: String, documentation: String, fields: [FieldDeclaration]) {
      self.name = name
      self.documentation = documentation
      self.fields = fields
    }

    public func field(_ name: String) -> FieldDeclaration? { fields.first { $0.name == name } }

    /// Names of the fields that identify an element among others of its type, in order.
    public var keyFields: [String] { fields.filter(\.isKey).map(\.name) }
  }

  /// One field of a structure.
  public struct FieldDeclaration: Sendable {
    public var name: String
    public var type: Type
    public var documentation: String
    /// What it is called outside of expressions, where that is no name in them: `file-max`.
    public var spelling: String?
    /// Whether the field may be absent; such a field wants a `has()` guard.
    public var mayBeAbsent: Bool
    /// Whether the field is part of the identity of its structure.
    public var isKey: Bool

    public init(
      name: String, type: Type, documentation: String, mayBeAbsent: Bool = false,
      isKey: Bool = false, spelling: String? = nil
    ) {
      self.name = name
      self.spelling = spelling
      self.type = type
      self.documentation = documentation
      self.mayBeAbsent = mayBeAbsent
      self.isKey = isKey
    }
  }
}
