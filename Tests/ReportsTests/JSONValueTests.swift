import CEL
import JSON
import TestSupport
import Testing

@testable import Reports

@Suite struct JSONValueTests {
  private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return String(decoding: writer.finish(), as: UTF8.self)
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
