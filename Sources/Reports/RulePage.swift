import CEL
public import Rules

/// A rule explained: `sockwise explain RULE`.
public struct RulePage: Sendable {
  public var rule: Rule
  /// What the rule looks like when it speaks; from its own tests.
  public var example: Finding?

  public init(_ rule: Rule, example: Finding?) {
    self.rule = rule
    self.example = example
  }

  public func text(_ options: RenderOptions) -> [UInt8] {
    var page = Page(width: options.width, style: options.style)
    page.prose(.init(rule.title, .strong))
    page.prose(indent: 2, .init(facts, .faint))
    heading("Why", &page)
    for (index, paragraph) in rule.rationale.paragraphs.enumerated() {
      if index > 0 { page.blank() }
      page.prose(indent: 2, .init(paragraph))
    }
    heading("When", &page)
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
    heading("References", &page)
    for reference in rule.references { page.line(indent: 2, .init(reference)) }
    return Array(page.text.utf8)
  }

  /// Id, levels and marks in one line.
  private var facts: String {
    let severity = rule.severity.levels.map(\.rawValue).joined(separator: " or ")
    let confidence = rule.confidence.levels.map(\.rawValue).joined(separator: " or ")
    let marks =
      (rule.isOptIn ? ["opt-in: --enable \(rule.id)"] : []) + (rule.isNote ? ["a note"] : [])
    return
      ([
        rule.id, "severity \(severity)", "confidence \(confidence)", "since \(rule.since)",
      ] + marks).joined(separator: "; ")
  }

  private func heading(_ text: String, _ page: inout Page) {
    page.blank()
    page.line(.init(text, .strong))
  }

  /// An example in the words of the report, with every remedy of the rule that it calls for.
  private func print(_ finding: Finding, on page: inout Page) {
    heading("Example", &page)
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
