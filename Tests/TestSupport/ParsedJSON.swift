import FoundationEssentials

/// JSON read back by another implementation than the one that wrote it.
public enum ParsedJSON: Decodable, Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([ParsedJSON])
  case object([String: ParsedJSON])

  public init(_ bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(ParsedJSON.self, from: Data(bytes))
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let array = try? container.decode([ParsedJSON].self) {
      self = .array(array)
    } else {
      self = .object(try container.decode([String: ParsedJSON].self))
    }
  }

  public subscript(key: String) -> ParsedJSON? {
    if case .object(let fields) = self { fields[key] } else { nil }
  }

  public subscript(index: Int) -> ParsedJSON? {
    if case .array(let elements) = self, elements.indices.contains(index) {
      elements[index]
    } else {
      nil
    }
  }

  public var string: String? { if case .string(let string) = self { string } else { nil } }
  public var integer: Int64? { if case .integer(let integer) = self { integer } else { nil } }
  public var double: Double? {
    if case .number(let number) = self { number } else { integer.map(Double.init) }
  }
  public var elements: [ParsedJSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }
  public var fields: [String: ParsedJSON]? {
    if case .object(let fields) = self { fields } else { nil }
  }
}
