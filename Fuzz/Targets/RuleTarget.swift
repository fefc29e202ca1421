import CEL
import Reports
import Rules

@testable import HostFacts

/// A rule file is read; if it holds a rule, its tests run, and its page is laid out.
enum RuleTarget {
  static func run(_ bytes: [UInt8]) {
    let file = RuleFile(path: path(bytes), content: bytes, schema: Host.schema)
    let hasError = file.diagnostics.contains { $0.severity == .error }
    require(hasError == (file.rule == nil), "a rule with errors, or none without")
    let lines = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 1
    for diagnostic in file.diagnostics {
      require((diagnostic.line ?? 1) <= lines, "line \(diagnostic.line ?? 0) of \(lines)")
      require((diagnostic.column ?? 1) >= 1, "column \(diagnostic.column ?? 0)")
      isHarmless(diagnostic.rendered())
    }
    guard let rule = file.rule else { return }
    for result in rule.runTests(schema: Host.schema) {
      require(result.line <= lines, "a test at line \(result.line) of \(lines)")
    }
    for outcome in rule.evaluate(in: unreadable, scopeName: "") {
      if case .finding = outcome { continue }
      if case .pass = outcome { continue }
      if case .undecided(let undecided) = outcome {
        require(!undecided.missing.isEmpty, "undecided for no reason")
      }
    }
    let page = RulePage(rule, example: rule.example(schema: Host.schema))
    isHarmless(String(decoding: page.text(.init(width: 80, style: .plain)), as: UTF8.self))
  }

  /// The id must be the file's name: takes the one that the text says.
  private static func path(_ bytes: [UInt8]) -> String {
    for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: "id: ".utf8) {
      return String(decoding: line.dropFirst(4), as: UTF8.self) + ".yaml"
    }
    return "fuzz.yaml"
  }

  private static let unreadable: Activation = {
    Activation(
      Host.schema.variables.mapValues { _ in
        .unavailable(Missing(reason: "permission denied"))
      })
  }()

  /// Nothing that a rule file says reaches the terminal as a command.
  private static func isHarmless(_ text: String) {
    for scalar in text.unicodeScalars where !(" "..."~").contains(scalar) && scalar != "\n" {
      let category = scalar.properties.generalCategory
      require(
        category != .control && category != .format, "U+\(scalar.value) is printed: \(text)")
    }
  }
}
