public import CEL

/// Text with `{{ expression }}` in it.
public struct Template: Sendable {
  enum Part: Sendable {
    case text(String)
    case placeholder(Expression)
  }

  /// The text as it stands in the rule file, on one line.
  public let text: String
  let parts: [Part]

  /// The expressions of its placeholders.
  public var expressions: [Expression] {
    parts.compactMap { if case .placeholder(let expression) = $0 { expression } else { nil } }
  }

  /// What it says where `activation` holds. A placeholder that has no value prints `(unknown)`, apart from
  /// the word before it, and the text is not whole then: a finding is never lost for the sake of its
  /// message.
  ///
  /// - Parameter longest: Characters of a value that is quoted; what a file says may be of any length.
  func rendered(
    in activation: Activation, cuttingValuesTo longest: Int = .max
  ) -> (text: String, isWhole: Bool) {
    var rendered = ""
    var isWhole = true
    for part in parts {
      switch part {
      case .text(let text): rendered += text
      case .placeholder(let expression):
        if let text = ValueText.printed(expression.evaluate(in: activation).value) {
          rendered += text.utf8.count > longest ? text.prefix(longest) + "…" : text
        } else {
          let isAfterWord = rendered.last.map { $0.isLetter || $0.isNumber } ?? false
          rendered += isAfterWord ? " (unknown)" : "(unknown)"
          isWhole = false
        }
      }
    }
    return (rendered, isWhole)
  }
}

extension Template {
  /// A template before its expressions are checked.
  struct Outline {
    enum Part: Equatable {
      case text(String)
      /// An expression and where it begins in the text.
      case placeholder(String, at: Int)
    }

    var parts: [Part] = []
    /// Where `{{` opens that nothing closes.
    var unclosed: Range<Int>?

    /// Line breaks in the text between placeholders become spaces: a message is one line, however
    /// it is wrapped in the file.
    init(_ text: String) {
      let scalars = Array(text.unicodeScalars)
      var start = 0
      var index = 0
      while index < scalars.count {
        guard Self.starts("{{", at: index, of: scalars) else {
          index += 1
          continue
        }
        add(scalars[start..<index])
        guard let end = Self.end(ofPlaceholderAt: index + 2, in: scalars) else {
          unclosed = index..<index + 2
          return
        }
        var expression = String.UnicodeScalarView()
        for position in index + 2..<end { expression.append(scalars[position]) }
        parts.append(.placeholder(String(expression), at: index + 2))
        index = end + 2
        start = index
      }
      add(scalars[start...])
      trim()
    }

    private static func starts(
      _ pair: StaticString, at index: Int, of scalars: [Unicode.Scalar]
    ) -> Bool {
      let brace: Unicode.Scalar = "\(pair)".unicodeScalars.first ?? "{"
      return index + 1 < scalars.count && scalars[index] == brace && scalars[index + 1] == brace
    }

    /// Where `}}` closes a placeholder: outside text in quotes and braces of its own.
    private static func end(
      ofPlaceholderAt start: Int, in scalars: [Unicode.Scalar]
    ) -> Int? {
      var depth = 0
      var quote: Unicode.Scalar?
      var index = start
      while index < scalars.count {
        let scalar = scalars[index]
        if let open = quote {
          if scalar == "\\" { index += 1 } else if scalar == open { quote = nil }
        } else if scalar == "\"" || scalar == "'" {
          quote = scalar
        } else if scalar == "{" {
          depth += 1
        } else if scalar == "}" {
          if depth == 0 { return starts("}}", at: index, of: scalars) ? index : nil }
          depth -= 1
        }
        index += 1
      }
      return nil
    }

    private mutating func add(_ scalars: ArraySlice<Unicode.Scalar>) {
      guard !scalars.isEmpty else { return }
      parts.append(.text(Self.joined(scalars)))
    }

    /// The text with a space for each line break and the spaces around it; with none between wide
    /// characters, as Chinese has no spaces.
    private static func joined(_ scalars: some Sequence<Unicode.Scalar>) -> String {
      var text = String.UnicodeScalarView()
      var breaks = false
      for scalar in scalars {
        if scalar == "\n" {
          while text.last == " " { text.removeLast() }
          breaks = true
        } else if breaks, scalar == " " {
          continue
        } else {
          if breaks, !Self.areWide(text.last, scalar) { text.append(" ") }
          breaks = false
          text.append(scalar)
        }
      }
      if breaks { text.append(" ") }
      return String(text)
    }

    private static func areWide(_ first: Unicode.Scalar?, _ second: Unicode.Scalar) -> Bool {
      first.map(DisplayText.width) == 2 && DisplayText.width(of: second) == 2
    }

    /// A message as it is printed, for comparison: on one line.
    static func line(_ message: String) -> String {
      var line = joined(message.unicodeScalars)
      while line.last == " " { line.removeLast() }
      return line
    }

    private mutating func trim() {
      if case .text(let text) = parts.first {
        parts[0] = .text(String(text.drop { $0 == " " }))
      }
      if case .text(var text) = parts.last {
        while text.last == " " { text.removeLast() }
        parts[parts.count - 1] = .text(text)
      }
      parts.removeAll { $0 == .text("") }
    }
  }
}
