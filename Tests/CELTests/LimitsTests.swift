import CEL
import TestSupport
import Testing

/// Nothing that somebody writes may crash the program or keep it busy.
@Suite struct LimitsTests {
  @Test(
    arguments: [
      ("(", "1", ")"), ("[", "1", "]"), ("{1: ", "1", "}"), ("!", "true", ""), ("-", "a", ""),
      ("size(", "''", ")"), ("", "1", " + 1"), ("", "a", ".b"), ("", "a", "[0]"),
      ("", "''", ".size()"),
      ("", "[1]", ".map(x, x)"), ("true ? 1 : ", "2", ""), ("", "1", " == 1"), ("", "1", " * 1"),
      ("[1].exists(x, ", "true", ")"), ("[[1], ", "[]", "]"), ("(", "", ""), ("[", "", ""),
      ("{", "", ""),
      ("(!", "", ""), ("a.b(", "", ""), ("has(", "a.b", ")"), ("`", "", ""), ("'''", "", ""),
    ] as [(String, String, String)])
  func deepNestingIsRefused(before: String, middle: String, after: String) {
    // 1000 meet the limit of depth, 100 000 that of length.
    for count in [1000, 100_000] {
      let text =
        String(repeating: before, count: count) + middle + String(repeating: after, count: count)
      #expect(throws: Diagnostics.self) {
        try Expression.compile(text, schema: Example.schema, options: .specification)
      }
      #expect(throws: Diagnostics.self) { try Expression.parse(text) }
    }
  }

  @Test func theLimitItselfIsReached() throws {
    for (before, middle, after) in [
      ("(", "1", ")"), ("[", "1", "]"), ("", "1", " + 1"), ("!", "true", ""), ("size(", "''", ")"),
      ("[1].exists(x, ", "true", ")"), ("true ? 1 : ", "2", ""), ("{1: ", "1", "}"),
    ] {
      for count in [32, 95] {
        let text =
          String(repeating: before, count: count) + middle + String(repeating: after, count: count)
        let value = try Expression.parse(text).evaluate(in: Activation()).value
        #expect(!value.description.isEmpty)
      }
    }
    #expect(
      Example.problems(String(repeating: "(", count: 101) + "1")
        == "100: the expression is nested too deeply; the limit is 100 levels")
    #expect(
      Example.problems(String(repeating: " ", count: 65_537))
        == "65536: the expression is longer than 65536 characters")
  }

  @Test func longChainsOfOneLogicalOperatorAreNotDeep() {
    let text = (0..<2000).map { "sockets.tcp == \($0)" }.joined(separator: " || ")
    #expect(Example.value(text) == "true")
  }

  @Test func longLiteralsAreNotDeep() {
    let text = "size([" + String(repeating: "1,", count: 20_000) + "])"
    #expect(Example.value(text) == "20000")
    let lists = "size([" + String(repeating: "[],", count: 20_000) + "])"
    #expect(Example.value(lists) == "20000")
  }

  static let big = Example.activation(
    listeners: (0..<200_000).map { Example.listener(Int64($0)) })

  @Test(arguments: [
    "sockets.listeners.all(a, sockets.listeners.all(b, a.port + b.port >= 0))",
    "sockets.listeners.all(a, sockets.listeners == sockets.listeners)",
    "sockets.listeners.exists(a, a.port in sockets.listeners.map(b, -1))",
  ])
  func tooMuchWorkIsAnError(text: String) throws {
    let expression = try Expression.compile(text, schema: Example.schema)
    let evaluation = expression.evaluate(
      in: Self.big, recordingEvidence: true, stepLimit: 1_000_000)
    #expect(evaluation.value.description == "error: evaluation takes more than 1000000 steps")
    #expect(evaluation.evidence.isEmpty)
  }

  @Test func doublingDoesNotEatTheMemory() throws {
    for doubling in ["x + x", "[x, x]"] {
      let seed = doubling.hasPrefix("[") ? "[[1]]" : "['ab']"
      let text = seed + String(repeating: ".map(x, \(doubling))", count: 90)
      let value = try Expression.parse(text).evaluate(in: Activation(), stepLimit: 100_000).value
      if doubling == "x + x" {
        #expect(value.description == "error: evaluation takes more than 100000 steps")
      } else if case .error(let error) = value {
        Issue.record("\(error.message)")  // shared, not copied: no more memory than its depth
      }
    }
  }

  @Test func theEvidenceOfLargeListsIsCheap() throws {
    let expression = try Expression.compile(
      "sockets.listeners.exists(l, l.port >= 199999 && l.load < 1.0)", schema: Example.schema)
    let plain = ThreadTime.measure { _ = expression.evaluate(in: Self.big) }
    var evaluation: Evaluation?
    let recording = ThreadTime.measure {
      evaluation = expression.evaluate(in: Self.big, recordingEvidence: true)
    }
    #expect(
      evaluation?.evidence.map(\.path) == [
        "sockets.listeners[199999].port", "sockets.listeners[199999].load",
      ])
    // Quadratic recording would take 500 times as long.
    #expect(recording < plain * 20)
  }

  @Test func garbageIsRefusedAndNotFatal() {
    var state: UInt64 = 42
    let pieces = [
      "a", "sysctl", ".", "tcp_mem", "(", ")", "[", "]", "{", "}", "1", "1u", "1.5", "'x'", "&&",
      "||",
      "!", "-", "+", "?", ":", ",", "in", "has", "exists", "map", "l", "==", "<", "listeners",
      "sockets",
      "9223372036854775807", "b'\\xff'", "size", "`", "\\", "\u{301}", "null", "int", "/", "%", "*",
    ]
    for _ in 0..<2000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count] + (state & 1 << 40 == 0 ? " " : "")
      }
      if let expression = try? Expression.parse(text) {
        _ = expression.evaluate(in: Example.activation(), recordingEvidence: true)
      }
      #expect(!Example.value(text, options: .specification).isEmpty)
    }
  }
}
