import CEL
import TestSupport
import Testing

@testable import Reports

@Suite struct JSONWriterTests {
  private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return String(decoding: writer.finish(), as: UTF8.self)
  }

  @Test func indentsAndKeepsTheOrderOfKeys() {
    let text = written { writer in
      writer.object { writer in
        writer.field("b", "text")
        writer.field("a", 1)
        writer.field("none", nil)
        writer.key("list")
        writer.array([true, false]) { $0.value($1) }
        writer.key("empty list")
        writer.array { _ in }
        writer.key("empty")
        writer.object { _ in }
        writer.key("nested")
        writer.array { $0.object { $0.field("x", true) } }
      }
    }
    #expect(
      text == """
        {
          "b": "text",
          "a": 1,
          "none": null,
          "list": [
            true,
            false
          ],
          "empty list": [],
          "empty": {},
          "nested": [
            {
              "x": true
            }
          ]
        }

        """)
  }

  @Test(arguments: [
    ("plain", #""plain""#),
    (#"a"b\c"#, #""a\"b\\c""#),
    ("\n\r\t\u{0}\u{1f}\u{7f}", #""\n\r\t\u0000\u001f\u007f""#),
    ("\u{9b}31m", #""\u009b31m""#),
    ("a\u{202e}b\u{2028}", #""a\u202eb\u2028""#),
    ("\u{e0041}", #""\udb40\udc41""#),
    ("服务器 é 😀", "\"服务器 é 😀\""),
    ("</script>", #""</script>""#),
  ])
  func escapes(text: String, expected: String) throws {
    let json = written { $0.value(text) }
    #expect(json == expected + "\n")
    #expect(try ParsedJSON(Array(json.utf8)) == .string(text))
  }

  @Test func everyAsciiCharacterComesBack() throws {
    let text = String(String.UnicodeScalarView((0..<0x100).compactMap(Unicode.Scalar.init)))
    #expect(try ParsedJSON(Array(written { $0.value(text) }.utf8)) == .string(text))
  }

  @Test(arguments: [
    (Value.bool(true), "true"),
    (.int(.min), "-9223372036854775808"),
    (.uint(.max), "18446744073709551615"),
    (.double(0.25), "0.25"),
    (.double(1e300), "1e+300"),
    (.double(.infinity), "null"),
    (.double(.nan), "null"),
    (.string("x"), #""x""#),
    (.bytes([0, 0xff]), #""00ff""#),
    (.null, "null"),
    (.duration(.milliseconds(1500)), "1.5"),
    (.intSet(IntegerSet([1...1, 2...5, 8080...8080])), #""1-5,8080""#),
    (.intSet(IntegerSet([1...1, 3...5])), #""1,3-5""#),
    (.intSet(IntegerSet()), #""""#),
    (.list([]), "[]"),
    (.type(.int), "null"),
    (.error(EvaluationError("no such key")), "null"),
    (.unknown(Unknown([])), "null"),
  ])
  func writesValuesOfFacts(value: Value, expected: String) {
    #expect(written { $0.value(value) } == expected + "\n")
  }

  @Test func writesMapsAndStructures() {
    var map = MapValue()
    map.insert(.init(key: .string("k"), value: .int(1)))
    map.insert(.init(key: .int(7), value: .null))
    let object = ObjectValue(
      typeName: "T",
      fields: ["b": .value(.int(2), nil), "a": .absent("none"), "c": .value(.map(map), nil)])
    #expect(
      written { $0.value(Value.object(object)) } == """
        {
          "a": null,
          "b": 2,
          "c": {
            "k": 1,
            "7": null
          }
        }

        """)
  }

  @Test func depthIsBounded() throws {
    var value = Value.int(1)
    for _ in 0..<10_000 { value = .list([value]) }
    let json = written { $0.value(value) }
    #expect(json.utf8.count < 10_000)
    #expect(throws: Never.self) { try ParsedJSON(Array(json.utf8)) }
    #expect(ValueText.describe(value).count < 100)
  }
}
