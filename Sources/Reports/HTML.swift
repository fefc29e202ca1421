/// A piece of a page. Made of elements and of text, which is always escaped: there is no way to put
/// a string into a page as markup. Every element is closed, so that a page is well-formed XML too.
struct HTML {
  fileprivate(set) var source: String

  private init(source: String) { self.source = source }

  static func text(_ text: String) -> HTML { HTML(source: MarkupText.escaped(text)) }

  /// Lines as they are, for `pre`.
  static func lines(_ lines: [String]) -> HTML {
    HTML(source: lines.map(MarkupText.escaped).joined(separator: "\n"))
  }

  /// Pieces one after the other.
  static func all(_ pieces: [HTML]) -> HTML {
    HTML(source: pieces.map(\.source).joined())
  }

  static let none = HTML(source: "")

  /// An element that holds others; on lines of its own where it is a block.
  static func element(
    _ name: StaticString, class: StaticString? = nil,
    attributes: KeyValuePairs<StaticString, String> = [:],
    _ children: [HTML]
  ) -> HTML {
    var open = "<\(name)"
    if let `class` { open += " class=\"\(`class`)\"" }
    for (attribute, value) in attributes {
      open += " \(attribute)=\"\(MarkupText.escaped(value))\""
    }
    if children.isEmpty && isVoid(name) { return HTML(source: open + " />\n") }
    let content = all(children).source
    let end = isInline(name) ? "" : "\n"
    let inner =
      content.hasSuffix("\n") && !isInline(name) && !"\(name)".hasPrefix("pre") ? "\n" : ""
    return HTML(source: open + ">" + inner + content + "</\(name)>" + end)
  }

  static func element(
    _ name: StaticString, class: StaticString? = nil,
    attributes: KeyValuePairs<StaticString, String> = [:],
    _ children: HTML...
  ) -> HTML {
    element(name, class: `class`, attributes: attributes, children)
  }

  /// The style sheet, which is ours: in XML and in HTML the same only without these characters.
  static func style(_ sheet: StaticString) -> HTML {
    HTML(source: "<style>\(sheet)</style>\n")
  }

  static let doctype = HTML(source: "<!DOCTYPE html>\n")

  private static func isVoid(_ name: StaticString) -> Bool { ["meta", "br"].contains("\(name)") }

  private static func isInline(_ name: StaticString) -> Bool {
    ["a", "b", "code", "small", "span", "strong", "time"].contains("\(name)")
  }
}
