import CEL

/// Names that rules are made of, and what was probably meant by one that does not exist.
enum Names {
  /// Whether it is lower-case words joined by hyphens, such as `tw-reuse-needed`.
  static func isKebabCase(_ name: String) -> Bool {
    guard let first = name.utf8.first, (0x61...0x7A).contains(first) else { return false }
    return name.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { word in
      !word.isEmpty
        && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }
  }

  /// Whether an expression can name it.
  static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
        || $0 == 0x5F
    } && !reserved.contains(name)
  }

  /// Words that the expression language keeps for itself (cel-spec, "Syntax").
  private static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
    "let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
  ]

  /// "did you mean 'x'?" where a name is near; else what there is, if that is short enough to read.
  static func hint(for name: String, among names: [String]) -> String? {
    if let nearest = Suggestion.nearest(to: name, among: names) {
      return "did you mean '\(nearest)'?"
    }
    return names.isEmpty || names.count > 30
      ? nil : "there are \(names.sorted().joined(separator: ", "))"
  }

  /// What an enumeration allows.
  static func hint(for name: String, choices: [String]) -> String {
    let all = "one of \(choices.joined(separator: ", "))"
    guard let nearest = Suggestion.nearest(to: name, among: choices) else { return all }
    return choices.count > 1 ? "did you mean '\(nearest)'? (\(all))" : "did you mean '\(nearest)'?"
  }
}
