import Testing

@testable import CEL

/// What is written is what is read.
struct CompactTests {
  @Test(arguments: [0, 1, -1, 15, 16, -16, 1023, 1 << 40, Int64.max, Int64.min])
  func numbersComeBack(number: Int64) throws {
    var writer = CompactWriter()
    writer.write(number)
    var reader = CompactReader(Array(writer.text.utf8))
    #expect(try reader.int64() == number)
    #expect(reader.isAtEnd)
  }

  private static let values: [Value] = [
    .null, .bool(true), .int(-3), .uint(.max), .double(-0.5), .double(.infinity), .string("Ünï\n"),
    .string(""), .bytes([0, 255]), .duration(.milliseconds(-1500)),
    .intSet(IntegerSet([1...2, 9...9])), .list([.int(1), .list([.string("a")])]),
    .type(.map(.string, .list(.opaque("x", [.parameter("A")])))),
  ]

  @Test(arguments: values) func constantsComeBack(value: Value) throws {
    var writer = CompactWriter()
    try writer.write(value)
    var reader = CompactReader(Array(writer.text.utf8))
    #expect("\(try reader.value())" == "\(value)")
    #expect(reader.isAtEnd)
  }

  @Test func whatIsNoConstantIsNotWritten() {
    var writer = CompactWriter()
    #expect(throws: CompactWriter.Unwritable.self) { try writer.write(Value.failure("no")) }
  }

  private static let expressions = [
    "1 + 2 * -3 == 5 || !(true && 'a' in ['a', 'b'])",
    "has(sysctl.tcp_tw_reuse) ? sysctl.tcp_tw_reuse : sysctl.tcp_rmem[size('ab')]",
    "sockets.listeners.filter(l, l.port > 1).map(l, l.load > 1.0, l.address).exists(a, a != '')",
    "{'a': [1u], 'b': []}.a[0] == 1u", "type(1) == int", "duration('1h').getHours() == 1",
    "raw['vendor.key'].startsWith('x') && 80 in sysctl.reserved", "(sockets.listeners[0]).port",
    "sockets.listeners.exists_one(l, has(l.backlog) && l.backlog > sysctl.port_range.first)",
  ]

  @Test(arguments: expressions, [false, true])
  func expressionsComeBack(text: String, isDeferred: Bool) throws {
    let expression = try Expression.compile(
      text, schema: Example.schema, options: .specification)
    var writer = CompactWriter()
    try writer.write(expression)
    var reader = CompactReader(Array(writer.text.utf8))
    let read = try isDeferred ? reader.deferredExpression(orFailing: "no") : reader.expression()
    #expect(reader.isAtEnd)
    #expect(read.text == text && read.resultType == expression.resultType)
    #expect(read.references == expression.references)
    let activation = Example.activation()
    #expect(
      "\(read.evaluate(in: activation, recordingEvidence: true))"
        == "\(expression.evaluate(in: activation, recordingEvidence: true))")
    var again = CompactWriter()
    try again.write(read)
    #expect(again.text == writer.text)
  }

  @Test func whatIsInTheProgramIsReadThere() throws {
    var writer = CompactWriter()
    writer.write("Ünï")
    writer.write(-7)
    #expect(writer.text == "JÜnïM")
    var reader = CompactReader("JÜnïM")
    #expect(try reader.string() == "Ünï")
    #expect(try reader.int() == -7)
    #expect(reader.isAtEnd)
    #expect(throws: CompactReader.Malformed.self) { try reader.string() }
  }

  @Test(arguments: expressions) func whatIsCutIsRefused(text: String) throws {
    var writer = CompactWriter()
    try writer.write(
      try Expression.compile(text, schema: Example.schema, options: .specification))
    let bytes = Array(writer.text.utf8)
    for end in bytes.indices {
      var reader = CompactReader(Array(bytes[..<end]))
      #expect(throws: CompactReader.Malformed.self) { try reader.expression() }
      reader = CompactReader(Array(bytes[..<end]))
      #expect(throws: CompactReader.Malformed.self) {
        try reader.deferredExpression(orFailing: "no")
      }
    }
    // Anything else than was written is refused, or read as something else.
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x15
      var reader = CompactReader(changed)
      _ = try? reader.expression()
      reader = CompactReader(changed)
      _ = try? reader.deferredExpression(orFailing: "no").text
    }
  }
}
