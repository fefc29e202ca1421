/// A reader of XML that knows elements, attributes, text and the five entities, and nothing else:
/// what our pages and JUnit files are made of.
enum MarkupReader {
  /// What is wrong; nil where the text is well-formed.
  static func problem(in text: String) -> String? {
    var open: [Substring] = []
    var rest = text[...]
    for head in ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "<!DOCTYPE html>\n"]
    where rest.hasPrefix(head) { rest = rest.dropFirst(head.count) }
    while let start = rest.firstIndex(of: "<") {
      if let problem = problemInText(rest[..<start]) { return problem }
      rest = rest[rest.index(after: start)...]
      guard let end = rest.firstIndex(of: ">") else { return "a tag does not end" }
      let tag = rest[..<end]
      rest = rest[rest.index(after: end)...]
      if tag.first == "/" {
        guard open.popLast() == tag.dropFirst() else { return "</\(tag)> closes nothing" }
        continue
      }
      let name = tag.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
      if name.isEmpty { return "<\(tag)> has no name" }
      var attributes = tag.dropFirst(name.count)
      let isEmpty = attributes.last == "/"
      if isEmpty { attributes = attributes.dropLast() }
      if let problem = problemInAttributes(attributes) { return "<\(tag)>: \(problem)" }
      if !isEmpty { open.append(name) }
    }
    if let name = open.last { return "<\(name)> is not closed" }
    return problemInText(rest)
  }

  private static func problemInAttributes(_ text: Substring) -> String? {
    var rest = text
    while true {
      rest = rest.drop { $0.isWhitespace }
      if rest.isEmpty { return nil }
      let name = rest.prefix { $0.isLetter || $0 == "-" }
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty, rest.hasPrefix("=\"") else { return "no attribute at '\(rest)'" }
      rest = rest.dropFirst(2)
      guard let end = rest.firstIndex(of: "\"") else { return "a value does not end" }
      if let problem = problemInText(rest[..<end]) { return problem }
      rest = rest[rest.index(after: end)...]
    }
  }

  private static func problemInText(_ text: Substring) -> String? {
    for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
    where !["amp;", "lt;", "gt;", "quot;", "#39;"].contains(where: part.hasPrefix) {
      return "no entity: &\(part.prefix(10))"
    }
    return nil
  }
}
