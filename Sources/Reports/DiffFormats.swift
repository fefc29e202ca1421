import JSON
import Rules

extension ReportDiff {
  /// For people.
  public func text(_ options: RenderOptions) -> [UInt8] {
    var page = Page(width: options.width, style: options.style)
    page.prose(hanging: 5, .init("Old: " + old.heading))
    page.prose(hanging: 5, .init("New: " + new.heading))
    func section(_ title: String, _ entries: [Entry], _ remark: (Int) -> String? = { _ in nil }) {
      guard !entries.isEmpty else { return }
      page.blank()
      page.line(.init(title, .strong))
      for (index, entry) in entries.enumerated() {
        let label = entry.severity.rawValue.uppercased()
        page.prose(
          indent: 2, hanging: label.columns + 2, .init(label, .severity(entry.severity)),
          .init(entry.title, gap: 2))
        var runs = [Page.Run(entry.rule, .faint), .init(entry.subject, whole: true, gap: 2)]
        if let remark = remark(index) { runs.append(.init("(\(remark))", gap: 2)) }
        page.prose(indent: 4, hanging: 2, runs)
        page.prose(indent: 4, .init(entry.message))
      }
    }
    section("New", added) { added[$0].state == .new ? nil : added[$0].state.rawValue }
    section("Changed", changed.map(\.new)) { changed[$0].description }
    section("Resolved", resolved)
    section("Not judged again", unjudged)
    if options.verbosity == .verbose { section("Still there", unchanged) }
    page.blank()
    page.prose(.init(summary, .strong))
    return Array(page.text.utf8)
  }

  /// For the summary of a job or a comment.
  public var markdown: [UInt8] {
    var blocks = [
      "## Sockwise: \(summary)",
      "Old: \(MarkdownText.escaped(old.heading))<br>New: \(MarkdownText.escaped(new.heading))",
    ]
    func section(_ title: String, _ entries: [Entry], _ remark: (Int) -> String = { _ in "" }) {
      guard !entries.isEmpty else { return }
      let rows = entries.enumerated().map { index, entry in
        [
          entry.severity.rawValue, MarkdownText.code(entry.rule), MarkdownText.code(entry.subject),
          MarkdownText.escaped(entry.message), MarkdownText.escaped(remark(index)),
        ]
      }
      blocks.append("### \(title)")
      blocks += MarkdownText.table(["Severity", "Rule", "Subject", "What was found", ""], rows)
    }
    section("New", added) { added[$0].state == .new ? "" : added[$0].state.rawValue }
    section("Changed", changed.map(\.new)) { changed[$0].description }
    section("Resolved", resolved)
    section("Not judged again", unjudged)
    return Array((blocks.joined(separator: "\n\n") + "\n").utf8)
  }

  /// `sockwise.diff/1`; its schema is `schemas/sockwise.diff-1.schema.json`.
  public var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", "sockwise.diff/1")
      for (key, report) in [("old", old), ("new", new)] {
        writer.key(key)
        writer.object { writer in
          writer.field("host", report.host)
          writer.field("kernel", report.kernel)
          writer.field("started", report.started)
          writer.field("version", report.version)
        }
      }
      writer.member("added", added)
      writer.member("resolved", resolved)
      writer.member("unjudged", unjudged)
      writer.key("changed")
      writer.array(changed) { writer, change in
        writer.object { writer in
          change.new.fields(to: &writer)
          writer.key("was")
          writer.object { writer in
            writer.field("severity", change.old.severity.rawValue)
            writer.field("state", change.old.state.rawValue)
          }
        }
      }
      writer.member("unchanged", unchanged)
    }
    return writer.finish()
  }
}
