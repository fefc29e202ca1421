/// Hides the parts that a template engine writes, so that the rest can be read as YAML: `{{ x }}`
/// and `{% if x %}` of Jinja (Ansible, Salt) and of Go templates (Helm).
///
/// Every character of such a part becomes one other character, so that offsets stay: a space where
/// the part has its lines for itself, and `placeholder` where it stands for a key or a value. As the
/// first line of a block it becomes a comment, as YAML takes the indentation of the block from there.
public enum TemplateMask {
  /// A private-use character, which no value of a kernel parameter has.
  static let placeholder: Unicode.Scalar = "\u{e000}"

  /// Whether a scalar of a masked text has a part that a template engine writes.
  public static func isTemplated(_ text: String) -> Bool {
    text.unicodeScalars.contains(placeholder)
  }

  /// The text with its templates hidden.
  static func masked(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var masked = text
    for part in parts(of: text) {
      for place in part where text[place] != "\n" && text[place] != "\r" {
        masked[place] = placeholder
      }
    }
    blankLinesOfTheirOwn(&masked)
    return masked
  }

  /// The parts that a template engine writes, each with its braces.
  static func parts(of text: [Unicode.Scalar]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var index = 0
    // Where no more `}}` or `%}` stands there is none to look for: the search stays linear.
    var ends: [Unicode.Scalar: Int] = [:]
    while index + 1 < text.count {
      guard text[index] == "{", let closing = closing(text[index + 1]),
        ends[closing] ?? 0 <= text.count
      else {
        index += 1
        continue
      }
      guard let end = self.end(of: closing, in: text, from: index + 2) else {
        ends[closing] = text.count + 1
        index += 1
        continue
      }
      parts.append(index..<end)
      index = end
    }
    return parts
  }

  /// What stands before the closing brace of a part that begins with a brace and `opening`.
  private static func closing(_ opening: Unicode.Scalar) -> Unicode.Scalar? {
    switch opening {
    case "{": "}"
    case "%": "%"
    default: nil
    }
  }

  private static func end(
    of closing: Unicode.Scalar, in text: [Unicode.Scalar], from start: Int
  ) -> Int? {
    var index = start
    while index + 1 < text.count {
      if text[index] == closing, text[index + 1] == "}" { return index + 2 }
      index += 1
    }
    return nil
  }

  private static func blankLinesOfTheirOwn(_ text: inout [Unicode.Scalar]) {
    var start = 0
    // The indentation of the line before, where that begins a block.
    var block: Int?
    while start < text.count {
      var end = start
      var isMasked = false
      var hasOther = false
      while end < text.count, text[end] != "\n" {
        switch text[end] {
        case placeholder: isMasked = true
        case " ", "\t", "\r": break
        default: hasOther = true
        }
        end += 1
      }
      if isMasked && !hasOther {
        let first = text[start..<end].firstIndex(of: placeholder) ?? start
        for index in start..<end where text[index] == placeholder { text[index] = " " }
        if let indentation = block, first - start > indentation {
          text[first] = "#"
          block = nil
        }
      } else if hasOther {
        block = beginsBlock(text[start..<end])
      }
      start = end + 1
    }
  }

  /// The indentation of a line that ends in the header of a block, such as `|` or `>2-`.
  private static func beginsBlock(_ line: ArraySlice<Unicode.Scalar>) -> Int? {
    var rest = line
    while let last = rest.last, [" ", "\t", "\r"].contains(last) { rest.removeLast() }
    while let last = rest.last, ["+", "-"].contains(last) || "0"..."9" ~= last { rest.removeLast() }
    guard let style = rest.popLast(), style == "|" || style == ">",
      let before = rest.last, before == " " || before == "\t"
    else { return nil }
    return line.prefix { $0 == " " }.count
  }
}
