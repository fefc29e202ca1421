internal import CEL
internal import YAML

extension RuleReader {
  /// The text of an expression, if YAML gives all of it and its offsets can be found again.
  private mutating func expressionText(_ node: YAMLNode, _ what: String) -> String? {
    guard case .scalar(let scalar) = node.content else {
      if case .refused = node.content { return nil }
      let hint = YAMLTraps.quotedIfInline(from: node.range.lowerBound, in: source)
      error(
        node.range, "\(what) must be an expression, this is \(node.kind) to YAML", hint: hint)
      return nil
    }
    if scalar.style == .folded || isBroken(scalar, at: node.range) {
      error(
        node.range, "\(what) runs over several lines that YAML joins",
        hint: "write '|' and the expression below it")
      return nil
    }
    guard !cut(node, scalar, what) else { return nil }
    var text = scalar.value.unicodeScalars
    while text.last == "\n" { text.removeLast() }
    guard text.contains(where: { !$0.properties.isWhitespace }) else {
      error(node.range, "\(what) is empty")
      return nil
    }
    return String(text)
  }

  /// Whether a plain or quoted scalar has line breaks, which YAML turns into spaces.
  private func isBroken(_ scalar: YAMLScalar, at range: Range<Int>) -> Bool {
    scalar.style != .literal && source.line(around: range.lowerBound).upperBound < range.upperBound
  }

  /// Reports a comment after a plain scalar: what it was meant to be is anybody's guess.
  private mutating func cut(_ node: YAMLNode, _ scalar: YAMLScalar, _ what: String) -> Bool {
    guard scalar.style == .plain,
      let comment = YAMLTraps.comment(after: node.range.upperBound, in: source)
    else { return false }
    error(
      comment, "\(what) ends before this '#', which begins a comment in YAML",
      hint: "quote the value, or move the comment to a line of its own")
    return true
  }

  /// Reads and checks an expression.
  ///
  /// - Parameter wanted: the types it may have; nil allows any.
  /// - Parameter linted: whether fields that may be absent need a guard in it.
  mutating func expression(
    _ node: YAMLNode, _ what: String, wanted: [Type]? = nil, linted: Bool = true
  ) -> Expression? {
    checked(node, what, wanted: wanted, linted: linted)?.expression
  }

  mutating func condition(_ node: YAMLNode, _ what: String) -> CheckedExpression? {
    checked(node, what, wanted: [.bool], linted: true)
  }

  private mutating func checked(
    _ node: YAMLNode, _ what: String, wanted: [Type]?, linted: Bool
  ) -> CheckedExpression? {
    guard let text = expressionText(node, what), case .scalar(let scalar) = node.content else {
      return nil
    }
    let offsets = ScalarOffsets(of: scalar, at: node.range, in: source)
    return checked(text, what, wanted: wanted, linted: linted) { offsets.range($0) }
  }

  /// Checks the text of an expression; `place` gives the offsets in the file of those in the text.
  private mutating func checked(
    _ text: String, _ what: String, wanted: [Type]?, linted: Bool,
    place: (Range<Int>) -> Range<Int>
  ) -> CheckedExpression? {
    do throws(Diagnostics) {
      let checked = try Expression.check(text, schema: schema, variables: variables)
      let expression = checked.expression
      let type = expression.resultType
      if let wanted, type != .error, !wanted.contains(type) {
        let names = wanted.map(\.description).joined(separator: " or ")
        let whole = place(0..<text.unicodeScalars.count)
        error(whole, "\(what) must be \(names), this is \(type)")
        return nil
      }
      if let read = expression.references.first(where: Self.hidesItsKey) {
        error(
          place(0..<text.unicodeScalars.count),
          "\(what) reads 'sysctl_raw' by other than a key that is written out: '\(read)'",
          hint: #"only keys that rules name are read: sysctl_raw["vendor.key"]"#)
        return nil
      }
      if linted && isLinted { lint(checked, place: place) }
      return checked
    } catch {
      for problem in error.list {
        self.error(place(problem.range), problem.message, hint: problem.hint)
      }
      return nil
    }
  }

  /// Whether a use of `sysctl_raw` does not say which key it reads: the host would not read it, and
  /// the rule would take it for absent.
  private static func hidesItsKey(_ reference: String) -> Bool {
    reference == "sysctl_raw"
      || (reference.hasPrefix("sysctl_raw[") && !reference.hasPrefix("sysctl_raw[\""))
  }

  private mutating func lint(_ expression: CheckedExpression, place: (Range<Int>) -> Range<Int>) {
    for field in expression.unguardedAbsentFields(guardedBy: guards) {
      warning(
        place(field.range), "'\(field.path)' may be absent and is read without a guard",
        hint: "test has(\(field.path)) before it, in the expression or in 'applies'")
    }
  }

  // MARK: Templates

  /// Reads text with `{{ expression }}` in it.
  mutating func template(_ node: YAMLNode, _ what: String) -> Template? {
    guard case .scalar(let scalar) = node.content else {
      if case .refused = node.content { return nil }
      let hint = YAMLTraps.quotedIfInline(from: node.range.lowerBound, in: source)
      error(node.range, "\(what) must be text, this is \(node.kind) to YAML", hint: hint)
      return nil
    }
    guard let text = text(node, what), !cut(node, scalar, what) else { return nil }
    return template(text, of: scalar, at: node.range, what)
  }

  /// The same, where numbers need no quotes: a value to set.
  mutating func valueTemplate(_ node: YAMLNode, _ what: String) -> Template? {
    if case .scalar(let scalar) = node.content {
      switch scalar.form {
      case .int, .double: return Template(text: scalar.value, parts: [.text(scalar.value)])
      default: break
      }
    }
    return template(node, what)
  }

  private mutating func template(
    _ text: String, of scalar: YAMLScalar, at range: Range<Int>, _ what: String
  ) -> Template? {
    let outline = Template.Outline(text)
    let offsets = ScalarOffsets(of: scalar, at: range, in: source)
    if let unclosed = outline.unclosed {
      error(offsets.range(unclosed), "'{{' without '}}' after it")
      return nil
    }
    var parts: [Template.Part] = []
    var isWhole = true
    for part in outline.parts {
      switch part {
      case .text(let text): parts.append(.text(text))
      case .placeholder(let text, let start):
        if scalar.style == .folded || isBroken(scalar, at: range) {
          error(
            range, "\(what) has placeholders and runs over several lines that YAML joins",
            hint: "write '|' and the text below it")
          return nil
        }
        if let expression = placeholder(text, at: start, offsets) {
          parts.append(.placeholder(expression))
        } else {
          isWhole = false
        }
      }
    }
    let line = outline.parts.map { part in
      switch part {
      case .text(let text): text
      case .placeholder(let text, _): "{{\(text)}}"
      }
    }.joined()
    return isWhole ? Template(text: line, parts: parts) : nil
  }

  private mutating func placeholder(
    _ text: String, at start: Int, _ offsets: ScalarOffsets
  ) -> Expression? {
    let place = { (range: Range<Int>) in
      offsets.range(range.lowerBound + start..<range.upperBound + start)
    }
    let whole = 0..<text.unicodeScalars.count
    guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      error(place(whole), "placeholder is empty")
      return nil
    }
    guard
      let expression = checked(text, "placeholder", wanted: nil, linted: true, place: place)?
        .expression
    else { return nil }
    guard ValueText.isPrintable(expression.resultType) else {
      error(
        place(whole), "a placeholder cannot print \(expression.resultType)",
        hint: "numbers, text, bool, durations, sets and lists of them can be printed")
      return nil
    }
    return expression
  }
}
