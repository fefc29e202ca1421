/// JSON to be written, keys in the order given; what fits on a line stays on it.
indirect enum JSONTree: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByDictionaryLiteral
{
  case string(String)
  case integer(Int)
  case bool(Bool)
  case array([JSONTree])
  case object([(key: String, value: JSONTree)])

  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: JSONTree...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, JSONTree)...) {
    self = .object(elements.map { (key: $0, value: $1) })
  }

  init(_ names: some Sequence<String>) { self = .array(names.map(JSONTree.string)) }

  /// An object with more fields after its own.
  func with(_ fields: KeyValuePairs<String, JSONTree>) -> JSONTree {
    guard case .object(let own) = self else { return self }
    return .object(own + fields.map { (key: $0.key, value: $0.value) })
  }

  /// The document, ending in a newline.
  var text: String { written(indent: 0, used: 0) + "\n" }

  private static let width = 120

  private func written(indent: Int, used: Int) -> String {
    let line = onOneLine
    if indent + used + line.utf8.count <= Self.width { return line }
    let inner = indent + 2
    let start = "\n" + String(repeating: " ", count: inner)
    let end = "\n" + String(repeating: " ", count: indent)
    switch self {
    case .array(let elements):
      let lines = elements.map { $0.written(indent: inner, used: 1) }
      return "[" + start + lines.joined(separator: "," + start) + end + "]"
    case .object(let fields):
      let lines = fields.map { key, value in
        let name = Self.quoted(key) + ": "
        return name + value.written(indent: inner, used: name.utf8.count + 1)
      }
      return "{" + start + lines.joined(separator: "," + start) + end + "}"
    default: return line
    }
  }

  private var onOneLine: String {
    switch self {
    case .string(let text): Self.quoted(text)
    case .integer(let integer): "\(integer)"
    case .bool(let bool): "\(bool)"
    case .array(let elements): "[" + elements.map(\.onOneLine).joined(separator: ", ") + "]"
    case .object(let fields) where fields.isEmpty: "{}"
    case .object(let fields):
      "{ " + fields.map { Self.quoted($0) + ": " + $1.onOneLine }.joined(separator: ", ") + " }"
    }
  }

  /// Only what a sentence may hold: documentation has no control characters but line ends.
  private static func quoted(_ text: String) -> String {
    let inside = text.map { character in
      switch character {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": " "
      case "\t": "\\t"
      default: String(character)
      }
    }
    return "\"\(inside.joined())\""
  }
}
