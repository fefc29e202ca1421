/// Text inside GitHub's and GitLab's Markdown: what comes from elsewhere is never markup, link,
/// mention or HTML.
enum MarkdownText {
  /// On one line, for paragraphs and cells of tables.
  static func escaped(_ text: String) -> String {
    let scalars = Array(text.shown.unicodeScalars)
    var escaped = ""
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : nil
      switch scalar {
      case "\\", "`", "*", "[", "]", "<", ">", "|", "~", "$", "!":
        escaped += "\\"
        escaped.unicodeScalars.append(scalar)
      case "&": escaped += "&amp;"
      case "_":
        // Within a word, as in tcp_tw_reuse, it is no emphasis.
        let isInside = index > 0 && isWord(scalars[index - 1]) && next.map(isWord) == true
        escaped += isInside ? "_" : "\\_"
      // Mentions and references are found in what is rendered, so that only a character between
      // helps, one that is not seen.
      case "@": escaped += "@&#8203;"
      case "#": escaped += next.map(isWord) == true ? "#&#8203;" : "\\#"
      // Nor are bare addresses made links.
      case ":" where next == "/": escaped += "&#58;"
      case "." where escaped.hasSuffix("www"): escaped += "&#46;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Code on one line. HTML, as no number of backticks holds in a cell of a table.
  static func code(_ text: String) -> String {
    "<code>" + escaped(text) + "</code>"
  }

  /// Lines to copy, each escaped already, in a fence longer than any in them.
  static func block(_ lines: [String], language: String) -> String {
    var fence = "```"
    while lines.contains(where: { $0.contains(fence) }) { fence += "`" }
    return ([fence + language] + lines + [fence]).joined(separator: "\n")
  }

  /// A source: a link where it is an address.
  static func reference(_ text: String) -> String {
    guard let address = RuleDescription.address(in: text) else { return escaped(text) }
    return "<" + SARIFText.uri(address) + ">" + escaped(String(text.dropFirst(address.count)))
  }

  /// Rows of a table, lines of a list.
  static let rowLimit = 200

  /// A table of cells that are Markdown already, and how many rows were left out.
  static func table(_ head: [String], _ rows: [[String]]) -> [String] {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = [line(head), "|" + String(repeating: " --- |", count: head.count)]
    lines += rows.prefix(rowLimit).map(line)
    let folded = rows.count - rowLimit
    return [lines.joined(separator: "\n")] + (folded > 0 ? ["_and \(folded) more_"] : [])
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }
}
