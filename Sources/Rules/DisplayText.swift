/// Text from files as a terminal may show it: nothing in it can move the cursor or hide.
package enum DisplayText {
  /// The text with control and formatting characters as `\u{1b}`.
  static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    return text.unicodeScalars.map(shown).joined()
  }

  /// A line of a file with a caret below one of its columns.
  struct Excerpt {
    /// Lines longer than this are cut around the caret.
    private static let widthLimit = 160

    var text = ""
    var caret = ""

    /// `column` counts from 1 in scalars; the caret covers `length` of them.
    init(of line: String, column: Int, length: Int) {
      let scalars = Array(line.unicodeScalars)
      let start = min(max(column - 1, 0), scalars.count)
      let first = start > Self.widthLimit / 2 ? start - Self.widthLimit / 2 : 0
      let end = min(scalars.count, first + Self.widthLimit)
      if first > 0 {
        text += "…"
        caret += " "
      }
      for index in first..<end {
        let shown = DisplayText.shown(scalars[index])
        text += shown
        if index < start { caret += String(repeating: " ", count: width(of: shown)) }
      }
      if end < scalars.count { text += "…" }
      let covered = scalars[start..<min(start + max(length, 1), end)].map(DisplayText.shown)
      let width = covered.reduce(0) { $0 + DisplayText.width(of: $1) }
      caret += "^" + String(repeating: "~", count: max(width, 1) - 1)
    }
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    if scalar == "\t" { return "    " }
    return isHidden(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
  }

  /// What `isUnprintable` of the module JSON names but for blanks and what is drawn as nothing: a line
  /// of a rule file is shown with them. Rules does not import JSON.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
    default: false
    }
  }

  private static func width(of text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
  }

  /// Columns that a terminal gives a character: 0, 1 or 2 (Unicode Standard Annex 11, the wide
  /// blocks only).
  package static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    return wideBlocks.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  private static let wideBlocks: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
    0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]
}
