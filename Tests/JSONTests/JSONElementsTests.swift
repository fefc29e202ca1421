import JSON
import Testing

@Suite struct JSONElementsTests {
  private func elements(_ text: String) throws(JSONError) -> [Int] {
    var elements: [Int] = []
    try JSON.forEachElement(of: "list", in: Array(text.utf8)) { elements.append($0) }
    return elements
  }

  @Test(arguments: [
    (#"{"list": []}"#, []), (#"{"list": [1]}"#, [1]), (#" { "list" : [ 1 , 2 ] } "#, [1, 2]),
    (#"{"a": {"list": [7]}, "list": [1, 2, 3], "b": [[]]}"#, [1, 2, 3]),
  ])
  func `elements come in order`(text: String, expected: [Int]) throws {
    #expect(try elements(text) == expected)
  }

  /// The same as of documents that are read whole.
  @Test(arguments: [
    ("[1]", "line 1, column 1: an object was expected"),
    ("", "line 1, column 1: a value was expected"),
    (#" {"a": []}"#, "line 1, column 2: 'list' is missing"),
    (#"{"list": 1}"#, "line 1, column 10: an array was expected"),
    (#"{"list": null}"#, "line 1, column 10: an array was expected"),
    (
      #"{"list": [1, "x"]}"#,
      "line 1, column 14: an integer from \(Int.min) to \(Int.max) was expected"
    ),
    (#"{"list": [1, 2}"#, "line 1, column 15: ',' or ']' was expected"),
    (#"{"list": [1,]}"#, "line 1, column 13: a value was expected"),
    (#"{"list": [1]"#, "line 1, column 13: ',' or '}' was expected"),
    (#"{"list": [1]} 2"#, "line 1, column 15: something stands after the value"),
    (#"{"list": [1], "list": [2]}"#, "line 1, column 15: the key is there twice"),
    (#"{"a": 1, "a": 2, "list": []}"#, "line 1, column 10: the key is there twice"),
    (#"{"list": [1], 2}"#, "line 1, column 15: a key in quotes was expected"),
  ])
  func `what is no such document is refused`(text: String, message: String) {
    do throws(JSONError) {
      _ = try elements(text)
      Issue.record("it was read")
    } catch {
      #expect(error.sentence(in: Array(text.utf8)) == message)
    }
  }

  @Test func `depth is limited`() {
    let deep = #"{"list": ["# + String(repeating: "[", count: 126)
    #expect(throws: JSONError.self) { try elements(deep + "[") }
    #expect(throws: JSONError.self) { try elements(deep) }
  }
}
