import JSON
import TestSupport
import Testing

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws -> JSON.Content {
    try JSON.parse(Array(text.utf8)).content
  }

  private func problem(_ text: String) -> String? { problem(Array(text.utf8)) }

  /// What is wrong with a document; nil for one that is right.
  private func problem(_ document: [UInt8]) -> String? {
    do throws(JSONError) {
      _ = try JSON.parse(document)
      return nil
    } catch {
      return error.sentence(in: document)
    }
  }

  @Test(arguments: [
    ("null", JSON.Content.null), (" true\n", .bool(true)), ("false", .bool(false)),
    ("0", .integer(0)), ("-0", .integer(0)), ("-9223372036854775808", .integer(.min)),
    ("18446744073709551615", .unsigned(.max)), ("18446744073709551616", .double(0x1p64)),
    ("1.5", .double(1.5)), ("-2e3", .double(-2000)), ("1E-2", .double(0.01)),
    ("1e-400", .double(0)), (#""""#, .string("")), (#""é服😀""#, .string("é服😀")),
    (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")),
    (#""\u00e9\ud83d\ude00\u0000""#, .string("é😀\0")), ("[]", .array([])), ("[ ]", .array([])),
    ("{ }", .object([:])),
  ])
  func `values are read`(_ text: String, _ value: JSON.Content) throws {
    #expect(try parse(text) == value)
  }

  @Test func `arrays and objects nest`() throws {
    guard case .object(let members) = try parse(#"{"a": [1, {"b": null}], "": "x"}"#),
      case .array(let elements)? = members["a"]?.content
    else {
      Issue.record("no object with an array")
      return
    }
    #expect(members[""]?.content == .string("x"))
    #expect(elements.count == 2)
    #expect(elements.first?.content == .integer(1))
  }

  @Test(arguments: [
    ("", "line 1, column 1: a value was expected"),
    ("  \n x", "line 2, column 2: a value was expected"),
    ("nul", "line 1, column 1: a value was expected"),
    ("1 2", "line 1, column 3: something stands after the value"),
    ("01", "line 1, column 2: something stands after the value"),
    ("-", "line 1, column 2: a digit was expected"),
    ("1.", "line 1, column 3: a digit was expected"),
    ("1e+", "line 1, column 4: a digit was expected"),
    ("+1", "line 1, column 1: a value was expected"),
    (".5", "line 1, column 1: a value was expected"),
    ("[1e999]", "line 1, column 2: the number is too large"),
    ("[1,]", "line 1, column 4: a value was expected"),
    ("[1 2]", "line 1, column 4: ',' or ']' was expected"),
    ("[", "line 1, column 2: a value was expected"),
    ("{", "line 1, column 2: a key in quotes was expected"),
    ("{a: 1}", "line 1, column 2: a key in quotes was expected"),
    (#"{"a" 1}"#, "line 1, column 6: ':' was expected"),
    (#"{"a": 1, "a": 2}"#, "line 1, column 10: the key is there twice"),
    (#"{"a": 1,}"#, "line 1, column 9: a key in quotes was expected"),
    (#"["é", "x]"#, "line 1, column 7: the string has no end"),
    (#""\"#, "line 1, column 3: the document ends in a string"),
    (#""\x""#, "line 1, column 3: no such escape"),
    (#""\u12g4""#, "line 1, column 6: four hexadecimal digits were expected"),
    (#""\ud83d""#, "line 1, column 3: half of a surrogate pair"),
    (#""\ude00""#, "line 1, column 3: half of a surrogate pair"),
    (#""\ud83dA""#, "line 1, column 3: half of a surrogate pair"),
    ("\"\n\"", "line 1, column 2: a control character in a string"),
    ("\"\0\"", "line 1, column 2: a control character in a string"),
    ("/* */ 1", "line 1, column 1: a value was expected"),
    ("\u{feff}1", "line 1, column 1: a value was expected"),
  ])
  func `everything else is refused`(_ text: String, _ sentence: String) {
    #expect(problem(text) == sentence)
  }

  @Test func `text must be UTF-8`() {
    let quote = UInt8(ascii: "\"")
    let wrong: [[UInt8]] = [
      [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3],
    ]
    for bytes in wrong {
      #expect(
        problem([quote] + bytes + [quote]) == "line 1, column 1: the string is not UTF-8")
    }
  }

  @Test func `nesting is bounded`() {
    #expect(problem(String(repeating: "[", count: 128) + String(repeating: "]", count: 128)) == nil)
    for bracket in ["[", #"{"a":"#] {
      let sentence = problem(String(repeating: bracket, count: 1_000_000))
      #expect(sentence?.hasSuffix("more than 128 arrays and objects in one another") == true)
    }
  }

  @Test func `every document cut short is refused`() throws {
    let document = Array(#"{"a": [1.5e3, true, null, "é\u00e9"], "b": {"c": -7}}"#.utf8)
    #expect(problem(document) == nil)
    for count in document.indices { #expect(problem(Array(document.prefix(count))) != nil) }
  }

  @Test func `what the writer writes is read`() throws {
    let text = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
    let value = ["text": [text], "": [], "é\n": ["\u{10ffff}"]]
    var writer = JSONWriter()
    value.write(to: &writer)
    #expect(try [String: [String]](JSON.parse(writer.finish())) == value)
  }
}
