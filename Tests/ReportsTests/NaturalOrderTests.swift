import Testing

@testable import Reports

@Suite struct NaturalOrderTests {
  @Test(arguments: [
    ["listener:tcp:0.0.0.0:80", "listener:tcp:0.0.0.0:443", "listener:tcp:0.0.0.0:8080"],
    ["10.0.0.2", "10.0.0.10"],
    ["", "a", "a1", "a01", "a2", "ab", "b"].sorted(by: OrderKey.isBefore),
    ["99999999999999999999998", "99999999999999999999999", "100000000000000000000000"],
  ])
  func countsInsideTexts(ordered: [String]) {
    for (index, one) in ordered.enumerated() {
      for (other, text) in ordered.enumerated() {
        #expect(OrderKey.isBefore(one, text) == (index < other))
      }
    }
  }

  @Test func leadingZerosStillTellTextsApart() {
    #expect(OrderKey.isBefore("a01", "a1"))
    #expect(!OrderKey.isBefore("a1", "a01"))
    #expect(!OrderKey.isBefore("a1", "a1"))
  }

  @Test func theClassComesFirst() {
    #expect(OrderKey(class: 0, texts: ["b"]) < OrderKey(class: 1, texts: ["a"]))
    #expect(OrderKey(class: 0, texts: ["a", "b"]) < OrderKey(class: 0, texts: ["a", "c"]))
  }
}
