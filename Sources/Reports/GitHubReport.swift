import CEL
import Rules

extension ReportFormat {
  /// Annotations of a GitHub Actions job (docs.github.com, "Workflow commands"). GitHub shows ten
  /// of each kind for a step, so that the worst come first; the log has all.
  static let github = ReportFormat(
    name: "github", abstract: "annotations of a GitHub Actions job"
  ) { report, _ in
    Array(GitHubReport(report).lines.map { $0 + "\n" }.joined().utf8)
  }
}

/// A report as workflow commands.
struct GitHubReport {
  private(set) var lines: [String] = []

  init(_ report: Report) {
    for reported in report.fresh { lines.append(Self.annotation(reported, report)) }
    for group in report.undecidedGroups {
      let rules = group.rules.map(\.rule).reduce(into: [String]()) { names, rule in
        if !names.contains(rule) { names.append(rule) }
      }
      lines.append(
        Self.command(
          group.kind == .error ? "error" : "warning",
          [("title", "Sockwise could not check \(rules.joined(separator: ", "))")], group.heading))
    }
    for reported in report.accepted {
      lines.append(
        Self.plain(
          "\(reported.finding.rule) \(reported.finding.subject): \(reported.acceptance ?? "")"))
    }
    for notice in report.notices where notice.level == .warning {
      lines.append(Self.command("warning", [("title", "Sockwise")], notice.message))
    }
    for entry in report.gone {
      lines.append(Self.plain("gone of the baseline: \(entry.rule) \(entry.subject)"))
    }
    lines.append(Self.plain(report.summaryLine()))
  }

  /// `::error file=…,line=…,col=…,endColumn=…,title=…::message`.
  private static func annotation(_ reported: ReportedFinding, _ report: Report) -> String {
    let finding = reported.finding
    var properties: [(String, String)] = []
    // What the kernel says is no file of a repository.
    let place = finding.locations.first { !$0.path.hasPrefix("/proc/") }
    if let place {
      properties.append(("file", relative(report.nameInRepository(place.path))))
      if let line = place.line {
        properties.append(("line", String(line)))
        if let column = place.column {
          properties.append(("col", String(column)))
          // The last column, where ours is the one after it.
          if let end = place.endColumn, end > column {
            properties.append(("endColumn", String(end - 1)))
          }
        }
      }
    }
    properties.append(("title", "\(finding.title) [\(finding.rule)]"))
    // Without a place the annotation stands alone, and only the subject tells what it is about.
    let subject = place == nil ? "\(finding.subject): " : ""
    return command(finding.severity.annotation, properties, subject + finding.message)
  }

  /// As GitHub compares it with the files of the repository.
  private static func relative(_ path: String) -> String {
    path.hasPrefix("./") ? String(path.dropFirst(2)) : path
  }

  // MARK: Escaping

  /// Data and properties as the runner decodes them (actions/runner, ActionCommand).
  private static func command(
    _ name: String, _ properties: [(String, String)], _ message: String
  ) -> String {
    let list = properties.map { "\($0)=\(escaped($1, "%\r\n:,"))" }.joined(separator: ",")
    return "::\(name) \(list)::\(escaped(message, "%\r\n"))"
  }

  private static func escaped(_ text: String, _ special: String) -> String {
    var escaped = ""
    for scalar in text.shown.unicodeScalars {
      if special.unicodeScalars.contains(scalar) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        escaped += (digits.utf8.count == 1 ? "%0" : "%") + digits
      } else {
        escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// A line of the log. The runner obeys `##[command]` wherever it stands in a line, and `::` at
  /// its beginning, where ours have words.
  private static func plain(_ text: String) -> String {
    var plain = ""
    for scalar in text.shown.unicodeScalars {
      if scalar == "[", plain.hasSuffix("##") { plain += "\\" }
      plain.unicodeScalars.append(scalar)
    }
    return plain
  }
}

extension Severity {
  fileprivate var annotation: String {
    switch self {
    case .high: "error"
    case .medium: "warning"
    case .low, .info: "notice"
    }
  }
}
