import TestSupport
import Testing

@Suite struct JSONSchemaTests {
  private func violations(_ schema: String, _ document: String) throws -> [String] {
    JSONSchema(root: try ParsedJSON(Array(schema.utf8)))
      .violations(of: try ParsedJSON(Array(document.utf8)))
  }

  @Test(arguments: [
    (#"{"type":"string"}"#, #""a""#, true),
    (#"{"type":"string"}"#, "1", false),
    (#"{"type":["string","null"]}"#, "null", true),
    (#"{"type":"integer"}"#, "1.5", false),
    (#"{"type":"number"}"#, "1.5", true),
    (#"{"const":"a"}"#, #""b""#, false),
    (#"{"enum":["a",null]}"#, "null", true),
    (#"{"enum":["a"]}"#, #""b""#, false),
    (#"{"minimum":0}"#, "-1", false),
    (#"{"minLength":1}"#, #""""#, false),
    (#"{"pattern":"^a+$"}"#, #""aab""#, false),
    (#"{"required":["a"]}"#, "{}", false),
    (#"{"properties":{"a":{"type":"string"}}}"#, #"{"a":1}"#, false),
    (#"{"properties":{"a":{}}}"#, #"{"a":1}"#, true),
    (#"{"properties":{"a":{}}}"#, #"{"b":1}"#, false),
    (#"{"additionalProperties":{"type":"string"}}"#, #"{"b":1}"#, false),
    (#"{"items":{"type":"string"}}"#, #"["a",1]"#, false),
    (#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "null", true),
    (#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "1", false),
    (##"{"$defs":{"a":{"type":"string"}},"$ref":"#/$defs/a"}"##, "1", false),
    (##"{"$ref":"#/$defs/a"}"##, "1", false),
    (#"{"oneOf":[{"required":["a"]},{"required":["b"]}]}"#, #"{"a":1}"#, true),
    (#"{"oneOf":[{"required":["a"]},{"required":["b"]}]}"#, #"{"a":1,"b":1}"#, false),
    (#"{"minItems":1}"#, "[]", false),
    (#"{"minProperties":1}"#, "{}", false),
    (#"{"maxProperties":1}"#, #"{"a":1,"b":1}"#, false),
    (#"{"items":true}"#, "[1]", true),
    (#"{"items":false}"#, "[1]", false),
    (#"{"maximum":3}"#, "1", false),
  ])
  func findsWhatIsWrong(schema: String, document: String, isValid: Bool) throws {
    #expect(try violations(schema, document).isEmpty == isValid)
  }
}
