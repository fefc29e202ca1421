/// A value of a JSON document, and where it stands.
package struct JSON: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent.
    case integer(Int64)
    /// One that `integer` cannot hold.
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
  }

  package let content: Content
  /// Of its first byte, in the document.
  let offset: Int
}

/// What is wrong with a document, and where.
package struct JSONError: Error, Hashable, Sendable {
  package let message: String
  let offset: Int

  package init(_ message: String, at json: JSON) { self.init(message, offset: json.offset) }

  init(_ message: String, offset: Int) { (self.message, self.offset) = (message, offset) }

  /// "line 3, column 7: a string was expected"; columns count Unicode scalars.
  package func sentence(in document: [UInt8]) -> String {
    let before = document.prefix(offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = before[lineStart...].count { !UTF8.isContinuation($0) } + 1
    return "line \(line), column \(column): \(message)"
  }
}

/// A type that JSON documents hold.
package protocol JSONConvertible {
  init(_ json: JSON) throws(JSONError)
  func write(to writer: inout JSONWriter)
}

extension JSON {
  /// The value of a key of this object.
  package func member<Value: JSONConvertible>(_ name: String) throws(JSONError) -> Value {
    guard let value: Value = try member(name) else {
      throw JSONError("'\(name)' is missing", at: self)
    }
    return value
  }

  /// The value of a key of this object; nil where it has none, or null.
  package func member<Value: JSONConvertible>(_ name: String) throws(JSONError) -> Value? {
    guard case .object(let members) = content else { throw expected("an object") }
    guard let member = members[name], member.content != .null else { return nil }
    return try Value(member)
  }

  func expected(_ what: String) -> JSONError {
    JSONError("\(what) was expected", at: self)
  }

  fileprivate func integer<Value: FixedWidthInteger>() throws(JSONError) -> Value {
    let value: Value? =
      switch content {
      case .integer(let integer): Value(exactly: integer)
      case .unsigned(let integer): Value(exactly: integer)
      default: nil
      }
    guard let value else {
      throw expected("an integer from \(Value.min) to \(Value.max)")
    }
    return value
  }
}

extension JSONWriter {
  /// A key and its value; nothing for nil.
  package mutating func member(_ name: String, _ value: (some JSONConvertible)?) {
    guard let value else { return }
    key(name)
    value.write(to: &self)
  }
}

extension Bool: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    guard case .bool(let bool) = json.content else { throw json.expected("true or false") }
    self = bool
  }

  package func write(to writer: inout JSONWriter) { writer.value(self) }
}

extension Int: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) { self = try json.integer() }
  package func write(to writer: inout JSONWriter) { writer.value(self) }
}

extension UInt64: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) { self = try json.integer() }
  package func write(to writer: inout JSONWriter) { writer.value(self) }
}

extension Double: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    switch json.content {
    case .integer(let integer): self = Double(integer)
    case .unsigned(let integer): self = Double(integer)
    case .double(let double): self = double
    default: throw json.expected("a number")
    }
  }

  package func write(to writer: inout JSONWriter) { writer.value(self) }
}

extension String: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    guard case .string(let string) = json.content else { throw json.expected("a string") }
    self = string
  }

  package func write(to writer: inout JSONWriter) { writer.value(self) }
}

extension Array: JSONConvertible where Element: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    guard case .array(let elements) = json.content else { throw json.expected("an array") }
    self = try elements.map { (element) throws(JSONError) in try Element(element) }
  }

  package func write(to writer: inout JSONWriter) {
    writer.array(self) { writer, element in element.write(to: &writer) }
  }
}

extension Dictionary: JSONConvertible where Key == String, Value: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    guard case .object(let members) = json.content else { throw json.expected("an object") }
    self.init(minimumCapacity: members.count)
    for (name, member) in members { self[name] = try Value(member) }
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      for (key, value) in self.sorted(by: { $0.key < $1.key }) { writer.member(key, value) }
    }
  }
}
