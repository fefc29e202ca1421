public import Rules

/// A topic explained: `sockwise explain TOPIC`.
public struct TopicPage: Sendable {
  public var topic: Topic
  /// Those that it names, of which a user may have turned some off.
  public var rules: [Rule]
  public var language: Language

  public init(_ topic: Topic, rules: [Rule], in language: Language = .english) {
    self.topic = topic
    self.rules = rules
    self.language = language
  }

  public func text(_ options: RenderOptions) -> [UInt8] {
    let text = topic.text(in: language.rawValue)
    var page = Page(width: options.width, style: options.style)
    page.prose(.init(text.title, .strong))
    page.prose(indent: 2, .init(topic.id, .faint))
    page.heading(language.text("What is said", "常见说法"))
    page.paragraphs(text.said)
    page.heading(language.text("What Linux does", "Linux 的实际行为"))
    page.paragraphs(text.linux)
    page.heading(language.text("Proof", "证据"))
    page.paragraphs(text.proof)
    if !topic.claims.isEmpty {
      page.blank()
      page.command(proving: topic.claims)
    }
    if !rules.isEmpty {
      page.heading(language.text("Rules", "相关规则"))
      for rule in rules {
        page.prose(
          indent: 2, hanging: 4, .init(rule.id), .init(rule.title(in: language), .faint, gap: 2))
      }
    }
    page.heading(language.text("References", "参考资料"))
    for reference in topic.references { page.line(indent: 2, .init(reference)) }
    return Array(page.text.utf8)
  }
}

extension Rule {
  /// Its title, in English where it is not translated.
  public func title(in language: Language) -> String {
    translation(in: language.rawValue)?.title ?? title
  }

  /// Its rationale, likewise.
  func rationale(in language: Language) -> String {
    translation(in: language.rawValue)?.rationale ?? rationale
  }
}

extension Page {
  mutating func heading(_ text: String) {
    blank()
    line(.init(text, .strong))
  }

  /// What shows claims on the running kernel, to be copied.
  mutating func command(proving claims: [String]) {
    line(indent: 2, .init("sockwise prove " + claims.joined(separator: " ")))
  }

  /// Paragraphs that blank lines part. One that begins with a space is shown as it stands, from the
  /// first column on: it is there to be copied.
  mutating func paragraphs(_ text: String) {
    let blocks = text.split(separator: "\n", omittingEmptySubsequences: false)
      .split { $0.allSatisfy { $0 == " " } }
    for (index, lines) in blocks.enumerated() {
      if index > 0 { blank() }
      if lines.first?.first == " " {
        let indent = lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        for text in lines { line(.init(String(text.dropFirst(indent)))) }
      } else {
        prose(indent: 2, .init(lines.joined(separator: "\n")))
      }
    }
  }
}
