import JSON
import Testing

@Suite struct JSONConvertibleTests {
  private func read<Value: JSONConvertible>(_ text: String) throws -> Value {
    try Value(try JSON.parse(Array(text.utf8)))
  }

  private func problem<Value: JSONConvertible>(_ type: Value.Type, _ text: String) -> String? {
    let document = Array(text.utf8)
    do throws(JSONError) {
      _ = try Value(try JSON.parse(document))
      return nil
    } catch {
      return error.sentence(in: document)
    }
  }

  private struct Point: JSONConvertible, Equatable {
    var x: Int
    var label: String?

    init(_ json: JSON) throws(JSONError) {
      x = try json.member("x")
      label = try json.member("label")
    }

    func write(to writer: inout JSONWriter) {
      writer.object { writer in
        writer.member("x", x)
        writer.member("label", label)
      }
    }
  }

  @Test func `numbers convert where nothing is lost`() throws {
    #expect(try read("7") as Int == 7)
    #expect(try read("18446744073709551615") as UInt64 == .max)
    #expect(try read("2") as Double == 2)
    #expect(problem(Int.self, "18446744073709551615") != nil)
    #expect(problem(UInt64.self, "-1") != nil)
    #expect(problem(Int.self, "1.0") != nil)
  }

  @Test func `members are there, absent or null`() throws {
    let points: [Point] = try read(#"[{"x": 1, "label": "a"}, {"x": 2, "label": null, "y": []}]"#)
    #expect(points.map(\.x) == [1, 2])
    #expect(points.map(\.label) == ["a", nil])
    #expect(problem(Point.self, "{}") == "line 1, column 1: 'x' is missing")
    #expect(problem(Point.self, #"{"x": null}"#) == "line 1, column 1: 'x' is missing")
    #expect(problem(Point.self, "[]") == "line 1, column 1: an object was expected")
    #expect(
      problem([Point].self, "[{\"x\": 1},\n {\"x\": 1, \"label\": 2}]")
        == "line 2, column 20: a string was expected")
  }

  @Test func `nil leaves its key out`() throws {
    var writer = JSONWriter()
    try read(#"{"x": 1}"#, as: Point.self).write(to: &writer)
    #expect(String(decoding: writer.finish(), as: UTF8.self) == "{\n  \"x\": 1\n}\n")
  }

  private func read<Value: JSONConvertible>(_ text: String, as type: Value.Type) throws -> Value {
    try read(text)
  }
}
