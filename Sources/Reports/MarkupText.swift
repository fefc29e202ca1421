/// Text inside XML 1.0 and HTML.
enum MarkupText {
  /// Escaped for elements and for attributes in double quotes. What XML may not hold at all, such as
  /// control characters, is shown as `\u{1b}`.
  static func escaped(_ text: String) -> String { replacing(text.shown) }

  /// The same for text of several lines: line feeds stay.
  static func escapedLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { escaped(String($0)) }.joined(separator: "\n")
  }

  private static func replacing(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x26, 0x3c, 0x3e, 0x22, 0x27].contains($0) }) else {
      return text
    }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
