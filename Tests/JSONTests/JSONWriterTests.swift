import JSON
import TestSupport
import Testing

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

  @Test func `numbers that JSON lacks are null`() {
    #expect(written { $0.value(Double.infinity) } == "null\n")
    #expect(written { $0.value(Double.nan) } == "null\n")
  }
}
