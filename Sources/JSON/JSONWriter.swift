/// Writes indented JSON into one buffer, keys in the order in which they come.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  private var depth = 0
  /// Whether the next element is the first of its object or array.
  private var isFirst = true
  /// Whether a key was just written, so that its value follows on the same line.
  private var followsKey = false

  package init() {}

  /// `{ … }`; the body writes fields.
  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    container(open: "{", close: "}", body)
  }

  /// `[ … ]`; the body writes values.
  package mutating func array(_ body: (inout JSONWriter) -> Void) {
    container(open: "[", close: "]", body)
  }

  /// An array with one element for each of a sequence.
  package mutating func array<Elements: Sequence>(
    _ elements: Elements, _ body: (inout JSONWriter, Elements.Element) -> Void
  ) {
    array { writer in for element in elements { body(&writer, element) } }
  }

  package mutating func key(_ name: String) {
    beginElement()
    quoted(name)
    append(": ")
    followsKey = true
  }

  package mutating func value(_ string: String) {
    beginElement()
    quoted(string)
  }

  package mutating func value(_ integer: Int) { value(Int64(integer)) }

  package mutating func value(_ integer: Int64) {
    beginElement()
    append(String(integer))
  }

  package mutating func value(_ integer: UInt64) {
    beginElement()
    append(String(integer))
  }

  package mutating func value(_ bool: Bool) {
    beginElement()
    append(bool ? "true" : "false")
  }

  /// JSON has no infinity and no NaN: null.
  package mutating func value(_ double: Double) {
    beginElement()
    append(double.isFinite ? double.description : "null")
  }

  package mutating func null() {
    beginElement()
    append("null")
  }

  package mutating func field(_ name: String, _ string: String?) {
    key(name)
    if let string { value(string) } else { null() }
  }

  package mutating func field(_ name: String, _ integer: Int) {
    key(name)
    value(integer)
  }

  package mutating func field(_ name: String, _ integer: UInt64) {
    key(name)
    value(integer)
  }

  package mutating func field(_ name: String, _ bool: Bool) {
    key(name)
    value(bool)
  }

  /// The document, ending in a newline.
  package consuming func finish() -> [UInt8] {
    append("\n")
    return bytes
  }

  private mutating func container(
    open: String, close: String, _ body: (inout JSONWriter) -> Void
  ) {
    beginElement()
    append(open)
    depth += 1
    isFirst = true
    body(&self)
    depth -= 1
    if !isFirst { newLine() }
    append(close)
    isFirst = false
  }

  private mutating func beginElement() {
    if followsKey {
      followsKey = false
      return
    }
    if depth > 0 {
      if !isFirst { append(",") }
      newLine()
    }
    isFirst = false
  }

  private mutating func newLine() {
    append("\n")
    for _ in 0..<depth { append("  ") }
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// RFC 8259 section 7; beyond what it asks, whatever would act on a terminal or not be seen there
  /// is escaped too, since JSON is looked at in terminals and names in it are not ours.
  private mutating func quoted(_ string: String) {
    append("\"")
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case _ where scalar.isUnprintable: for unit in scalar.utf16 { escape(unit) }
      default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    append("\"")
  }

  private mutating func escape(_ unit: UInt16) {
    let digits = String(unit, radix: 16)
    append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
  }
}
