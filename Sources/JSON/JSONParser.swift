extension JSON {
  /// Reads a document as RFC 8259 has it, and no other: UTF-8, no key twice in an object, no half
  /// of a surrogate pair, numbers that a `Double` can hold.
  package static func parse(_ document: [UInt8]) throws(JSONError) -> JSON {
    var parser = JSONParser(document)
    return try parser.document()
  }

  /// Reads a document that is an object with a long array in it, and hands over the array's elements
  /// one by one, so that they need not all be there at once. What was handed over before an error is
  /// as good as nothing: the document is none.
  package static func forEachElement<Element: JSONConvertible>(
    of key: String, in document: [UInt8], _ body: (Element) -> Void
  ) throws(JSONError) {
    var parser = JSONParser(document)
    try parser.document(elementsOf: key) { (element) throws(JSONError) in
      body(try Element(element))
    }
  }
}

private struct JSONParser {
  /// Arrays and objects in one another: values nest a few deep, and each level takes stack.
  private static let depthLimit = 128

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSON {
    let value = try value(depth: 0)
    try end()
    return value
  }

  /// A document that is an object with an array in it, whose elements are handed over.
  mutating func document(
    elementsOf key: String, _ body: (JSON) throws(JSONError) -> Void
  ) throws(JSONError) {
    skipSpace()
    let start = index
    guard peek == UInt8(ascii: "{") else { throw try document().expected("an object") }
    var keys: Set<String> = []
    try members(depth: 0) { (parser, name) throws(JSONError) in
      parser.skipSpace()
      if name != key || keys.contains(key) {
        _ = try parser.value(depth: 1)
      } else if parser.peek == UInt8(ascii: "[") {
        try parser.elements(depth: 1) { (parser) throws(JSONError) in
          try body(try parser.value(depth: 2))
        }
      } else {
        throw try parser.value(depth: 1).expected("an array")
      }
      return keys.insert(name).inserted
    }
    try end()
    guard keys.contains(key) else { throw JSONError("'\(key)' is missing", offset: start) }
  }

  private mutating func end() throws(JSONError) {
    skipSpace()
    guard index == bytes.count else { throw error("something stands after the value") }
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    skipSpace()
    let start = index
    return JSON(content: try content(depth: depth), offset: start)
  }

  private mutating func content(depth: Int) throws(JSONError) -> JSON.Content {
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return try number()
    default:
      if take("true") { return .bool(true) }
      if take("false") { return .bool(false) }
      if take("null") { return .null }
      throw error("a value was expected")
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON.Content {
    var array: [JSON] = []
    try elements(depth: depth) { (parser) throws(JSONError) in
      array.append(try parser.value(depth: depth + 1))
    }
    return .array(array)
  }

  /// `body` reads each element.
  private mutating func elements(
    depth: Int, _ body: (inout JSONParser) throws(JSONError) -> Void
  ) throws(JSONError) {
    try open(depth)
    if close("]") { return }
    repeat { try body(&self) } while try more("]")
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON.Content {
    var object: [String: JSON] = [:]
    try members(depth: depth) { (parser, key) throws(JSONError) in
      object.updateValue(try parser.value(depth: depth + 1), forKey: key) == nil
    }
    return .object(object)
  }

  /// `body` reads the value of each key, and says whether the key is there for the first time.
  private mutating func members(
    depth: Int, _ body: (inout JSONParser, String) throws(JSONError) -> Bool
  ) throws(JSONError) {
    try open(depth)
    if close("}") { return }
    repeat {
      skipSpace()
      let start = index
      guard peek == UInt8(ascii: "\"") else { throw error("a key in quotes was expected") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw error("':' was expected") }
      guard try body(&self, key) else {
        throw JSONError("the key is there twice", offset: start)
      }
    } while try more("}")
  }

  private mutating func open(_ depth: Int) throws(JSONError) {
    guard depth < Self.depthLimit else {
      throw error("more than \(Self.depthLimit) arrays and objects in one another")
    }
    index += 1
  }

  private mutating func close(_ end: StaticString) -> Bool {
    skipSpace()
    return take(end)
  }

  /// Whether another element follows.
  private mutating func more(_ end: StaticString) throws(JSONError) -> Bool {
    if close(end) { return false }
    guard take(",") else { throw error("',' or '\(end)' was expected") }
    return true
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> JSON.Content {
    let start = index
    _ = take("-")
    if !take("0") { try digits() }
    let isWhole = peek != UInt8(ascii: ".") && peek.map { $0 | 0x20 } != UInt8(ascii: "e")
    if take(".") { try digits() }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      try digits()
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isWhole {
      if let integer = Int64(text) { return .integer(integer) }
      if let integer = UInt64(text) { return .unsigned(integer) }
    }
    guard let double = Double(text), double.isFinite else {
      throw JSONError("the number is too large", offset: start)
    }
    return .double(double)
  }

  private mutating func digits() throws(JSONError) {
    let start = index
    while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { index += 1 }
    if index == start { throw error("a digit was expected") }
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) -> String {
    let start = index
    index += 1
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw JSONError("the string is not UTF-8", offset: start)
        }
        return string
      case UInt8(ascii: "\\"):
        index += 1
        text += UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter
      case ..<0x20: throw error("a control character in a string")
      default:
        text.append(byte)
        index += 1
      }
    }
    throw JSONError("the string has no end", offset: start)
  }

  /// What follows a backslash.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = index
    guard let byte = peek else { throw error("the document ends in a string") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      guard UTF16.isLeadSurrogate(unit), take("\\u") else { break }
      let trail = try codeUnit()
      guard UTF16.isTrailSurrogate(trail) else { break }
      return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    default: throw JSONError("no such escape", offset: start)
    }
    throw JSONError("half of a surrogate pair", offset: start)
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits were expected")
      }
      unit = unit << 4 | UInt16(digit)
      index += 1
    }
    return unit
  }

  // MARK: Bytes

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - index >= count else { return false }
    let expected = unsafe UnsafeBufferPointer(start: text.utf8Start, count: count)
    guard unsafe bytes[index..<index + count].elementsEqual(expected) else { return false }
    index += count
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      index += 1
    }
  }

  private func error(_ message: String) -> JSONError { JSONError(message, offset: index) }
}
