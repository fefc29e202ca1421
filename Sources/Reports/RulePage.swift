import CEL
public import Rules

/// A rule explained: `sockwise explain RULE`.
public struct RulePage: Sendable {
  public var rule: Rule
  /// What the rule looks like when it speaks; from its own tests.
  public var example: Finding?

  public var language: Language

  public init(_ rule: Rule, example: Finding?, in language: Language = .english) {
    self.rule = rule
    self.example = example
    self.language = language
  }

  public func text(_ options: RenderOptions) -> [UInt8] {
    var page = Page(width: options.width, style: options.style)
    page.prose(.init(rule.title(in: language), .strong))
    page.prose(indent: 2, .init(facts, .faint))
    page.heading(language.text("Why", "原因"))
    page.paragraphs(rule.rationale(in: language))
    page.heading(language.text("When", "条件"))
    for line in rule.condition.text.split(separator: "\n") {
      page.line(indent: 2, .init(String(line)))
    }
    for definition in rule.definitions {
      let lines = definition.expression.text.split(separator: "\n")
      page.line(
        indent: 2,
        .init("where \(definition.name) = " + lines.map { $0.trimmed }.joined(separator: " ")))
    }
    if let example { print(example, on: &page) }
    if let claim = rule.proof {
      page.heading(language.text("Proof", "证据"))
      page.command(proving: [claim])
    }
    page.heading(language.text("References", "参考资料"))
    for reference in rule.references { page.line(indent: 2, .init(reference)) }
    return Array(page.text.utf8)
  }

  /// Id, levels and marks in one line.
  private var facts: String {
    let or = language.text(" or ", " 或 ")
    let severity = rule.severity.levels.map(\.rawValue).joined(separator: or)
    let confidence = rule.confidence.levels.map(\.rawValue).joined(separator: or)
    let marks =
      (rule.isOptIn ? [language.text("opt-in: ", "默认不启用：") + "--enable \(rule.id)"] : [])
      + (rule.isNote ? [language.text("a note", "仅作提示")] : [])
    return
      ([
        rule.id, language.text("severity ", "严重程度 ") + severity,
        language.text("confidence ", "置信度 ") + confidence,
        language.text("since \(rule.since)", "自 \(rule.since) 起"),
      ] + marks).joined(separator: language.text("; ", "；"))
  }

  /// An example in the words of the report, with every remedy of the rule that it calls for.
  private func print(_ finding: Finding, on page: inout Page) {
    page.heading(language.text("Example", "示例"))
    let nowhere = Report(
      tool: .init(version: ""), host: .init(name: "", kernel: ""), mode: .live, started: "",
      durationSeconds: 0, findings: [])
    var report = TextReport(nowhere, RenderOptions(width: page.width, style: page.style))
    report.print(ReportedFinding(finding), after: nil)
    page.append(report.page)
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    drop { $0 == " " }
  }
}
