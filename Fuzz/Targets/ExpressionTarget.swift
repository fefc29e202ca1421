import CEL

/// An expression is parsed, checked and evaluated over facts of which some are absent or
/// unreadable.
enum ExpressionTarget {
  /// Far less than an audit allows, and much more than loops of a short text need.
  private static let stepLimit = 20_000

  static func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let parsed = made(of: text) { () throws(Diagnostics) in try Expression.parse(text) }
    guard let parsed else { return }
    evaluate(parsed)
    for options in [CheckOptions.rule, .specification] {
      let checked = made(of: text) { () throws(Diagnostics) in
        try Expression.check(text, schema: ExpressionFacts.schema, options: options)
      }
      guard let checked else { continue }
      let expression = checked.expression
      let value = evaluate(expression)
      let check = TypeCheck(schema: ExpressionFacts.schema)
      if let problem = check.problem(value, expression.resultType) {
        require(false, "'\(text)' is \(expression.resultType): \(problem)")
      }
      for field in checked.unguardedAbsentFields() { inside(field.range, text) }
      return
    }
  }

  private static func made<Made>(
    of text: String, _ make: () throws(Diagnostics) -> Made
  ) -> Made? {
    do throws(Diagnostics) {
      return try make()
    } catch {
      require(!error.list.isEmpty, "'\(text)' is refused for no reason")
      for diagnostic in error.list { inside(diagnostic.range, text) }
      return nil
    }
  }

  /// A range of a message that the text does not have could not be shown.
  private static func inside(_ range: Range<Int>, _ text: String) {
    let count = text.unicodeScalars.count
    require(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of 0..<\(count)")
  }

  @discardableResult
  private static func evaluate(_ expression: Expression) -> Value {
    let plain = expression.evaluate(in: ExpressionFacts.activation, stepLimit: stepLimit)
    let recorded = expression.evaluate(
      in: ExpressionFacts.activation, recordingEvidence: true, stepLimit: stepLimit)
    require(plain.evidence.isEmpty, "evidence that nobody asked for")
    require(
      plain.value.description == recorded.value.description,
      "recording changes \(plain.value) to \(recorded.value)")
    return plain.value
  }
}
