import CEL
import JSON
import Proofs
import Rules

extension ReportFormat {
  /// SARIF 2.1.0 (OASIS), as GitHub code scanning reads it: every rule there is, a place for each
  /// finding, fingerprints, and what could not be checked as notifications.
  static let sarif = ReportFormat(name: "sarif", abstract: "SARIF 2.1.0, for code scanning") {
    report, _ in
    SARIFReport(report).render()
  }
}

/// A report being written as SARIF.
struct SARIFReport {
  let report: Report
  /// Every rule there is, and those that only findings name.
  let rules: [RuleDescription]
  private let indices: [String: Int]

  /// What GitHub takes of one run (docs.github.com, "SARIF results exceed one or more limits"):
  /// findings come worst first, so that the mildest are left out.
  private static let resultLimit = 25_000
  private static let locationLimit = 100
  private static let notificationLimit = 1_000

  init(_ report: Report) {
    self.report = report
    var rules = report.descriptions
    var known = Set(rules.map(\.id))
    for finding in report.findings.map(\.finding) where known.insert(finding.rule).inserted {
      rules.append(
        RuleDescription(
          id: finding.rule, title: finding.title, rationale: "", severity: finding.severity,
          confidence: finding.confidence, references: finding.references))
    }
    self.rules = rules
    indices = Dictionary(
      rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func render() -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      writer.field("version", "2.1.0")
      writer.key("runs")
      writer.array { writer in writer.object { write(to: &$0) } }
    }
    return writer.finish()
  }

  private func write(to writer: inout JSONWriter) {
    writer.key("tool")
    writer.object { writer in
      writer.key("driver")
      writer.object { writer in
        writer.field("name", report.tool.name)
        writer.field("semanticVersion", report.tool.version)
        writer.key("rules")
        writer.array(rules) { $0.value($1) }
      }
    }
    writer.field("columnKind", "unicodeCodePoints")
    writer.key("automationDetails")
    writer.object { $0.field("id", category) }
    writer.key("originalUriBaseIds")
    writer.object { writer in
      writer.key("%SRCROOT%")
      writer.object { writer in
        if report.mode == .live { writer.field("uri", "file:///") }
        writer.message("description", rootDescription)
      }
    }
    writer.key("invocations")
    writer.array { writer in writer.object { writeInvocation(to: &$0) } }
    writer.key("results")
    writer.array(report.findings.prefix(Self.resultLimit)) { writer, reported in
      writer.object { writeResult(reported, to: &$0) }
    }
  }

  /// What tells this run from others of the same commit: GitHub keeps the alerts of each apart.
  private var category: String {
    switch report.mode {
    case .review: "sockwise/review/"
    case .live, .root:
      "sockwise/\(report.mode.rawValue)/"
        + String(report.host.name.shown.map { $0 == "/" ? "-" : $0 }) + "/"
    }
  }

  private var rootDescription: String {
    switch report.mode {
    case .live: "the root directory of the audited host"
    case .root: "the directory that --root named"
    case .review: "the root of the repository"
    }
  }

  // MARK: Notifications

  private func writeInvocation(to writer: inout JSONWriter) {
    writer.field("executionSuccessful", true)
    writer.field("startTimeUtc", report.started)
    writer.key("toolExecutionNotifications")
    writer.array { writer in
      for item in report.undecided.map(\.undecided).prefix(Self.notificationLimit) {
        writer.object { writeNotification(item, to: &$0) }
      }
      for notice in report.notices.prefix(Self.notificationLimit) {
        writer.object { writer in
          writer.field("level", notice.level == .warning ? "warning" : "note")
          writer.message("message", SARIFText.escaped(notice.message))
          if let rule = notice.rule { write(reference: rule, as: "associatedRule", to: &writer) }
        }
      }
      for sentence in leftOut {
        writer.object { writer in
          writer.field("level", "note")
          writer.message("message", sentence)
        }
      }
    }
  }

  private func writeNotification(_ item: Undecided, to writer: inout JSONWriter) {
    let reasons = item.missing.map(\.sentence)
    let subject = item.subject.isEmpty ? "" : " \(item.subject)"
    let what = item.kind == .error ? "failed on" : "could not check"
    writer.field("level", item.kind == .error ? "error" : "warning")
    writer.message(
      "message",
      SARIFText.escaped("\(item.rule) \(what)\(subject): \(reasons.joined(separator: "; "))"))
    write(reference: item.rule, as: "associatedRule", to: &writer)
  }

  /// What a reader of the results alone would miss.
  private var leftOut: [String] {
    var sentences: [String] = []
    let results = report.findings.count - Self.resultLimit
    if results > 0 { sentences.append("\(count(results, "milder finding")) left out") }
    let notifications =
      max(0, report.undecided.count - Self.notificationLimit)
      + max(0, report.notices.count - Self.notificationLimit)
    if notifications > 0 { sentences.append("\(count(notifications, "notification")) left out") }
    if report.leftOut > 0 {
      sentences.append("\(report.leftOut) milder left out by --min-severity")
    }
    // No results of their own, as GitHub shows every result as an alert.
    for entry in report.gone.prefix(Self.notificationLimit) {
      sentences.append(
        SARIFText.escaped("of the baseline, and gone: \(entry.rule) \(entry.subject)"))
    }
    return sentences
  }

  private func write(reference rule: String, as key: String, to writer: inout JSONWriter) {
    writer.key(key)
    writer.object { writer in
      writer.field("id", rule)
      if let index = indices[rule] { writer.field("index", index) }
    }
  }

  // MARK: Results

  private func writeResult(_ reported: ReportedFinding, to writer: inout JSONWriter) {
    let finding = reported.finding
    writer.field("ruleId", finding.rule)
    if let index = indices[finding.rule] { writer.field("ruleIndex", index) }
    writer.field("level", finding.severity.sarifLevel)
    writer.message("message", message(of: reported))
    let places = Self.places(of: finding).prefix(Self.locationLimit)
    writer.key("locations")
    writer.array { writer in
      writer.object { writer in
        if let place = places.first { writer.physicalLocation(place, in: report) }
        writer.logicalLocation(finding.subject)
      }
    }
    if places.count > 1 {
      writer.key("relatedLocations")
      writer.array(places.dropFirst()) { writer, place in
        writer.object { $0.physicalLocation(place, in: report) }
      }
    }
    // GitHub reads the first name alone, and makes it from the line where it is missing.
    writer.key("partialFingerprints")
    writer.object { writer in
      writer.field("primaryLocationLineHash", finding.fingerprint)
      writer.field("sockwise/v1", finding.fingerprint)
    }
    if report.hasBaseline {
      writer.field("baselineState", reported.state == .known ? "unchanged" : "new")
    }
    if reported.state != .new { writeSuppression(reported, to: &writer) }
    writer.key("properties")
    writer.object { writer in
      writer.field("severity", finding.severity.rawValue)
      writer.field("confidence", finding.confidence.rawValue)
      writer.field("state", reported.state.rawValue)
      writer.key("evidence")
      writer.array(finding.evidence) { writer, evidence in
        let origin = evidence.origin.map { " (\($0.text))" } ?? ""
        writer.value(
          "\(FactName.display(evidence.fact)) = \(ValueText.describe(evidence.value))\(origin)"
            .shown)
      }
      if let proof = reported.proven {
        writer.field("proven", proof.outcome.rawValue)
        writer.field("observed", proof.reason ?? proof.observed)
      }
    }
  }

  private func message(of reported: ReportedFinding) -> String {
    var text = SARIFText.escaped(reported.finding.message)
    for remedy in report.remedies(of: reported.inEnglish) {
      text += "\n\n" + SARIFText.escaped(remedy.text)
      text += remedy.lines.map { "\n    " + SARIFText.escaped($0) }.joined()
    }
    return text
  }

  private func writeSuppression(_ reported: ReportedFinding, to writer: inout JSONWriter) {
    writer.key("suppressions")
    writer.array { writer in
      writer.object { writer in
        writer.field("kind", reported.waiver?.isInSource == true ? "inSource" : "external")
        writer.field("status", "accepted")
        writer.field("justification", reported.acceptance)
        if let place = reported.waiver?.location {
          writer.key("location")
          writer.object { $0.physicalLocation(place, in: report) }
        }
      }
    }
  }

  /// The places that the rule names; else the files that the evidence was read from, since GitHub
  /// shows nothing of a result without a file.
  private static func places(of finding: Finding) -> [SourceLocation] {
    guard finding.locations.isEmpty else { return finding.locations }
    var places: [SourceLocation] = []
    for root in finding.evidence.compactMap(\.origin).flatMap(\.roots) {
      if case .file(let place) = root, !places.contains(place) { places.append(place) }
    }
    return places
  }
}

extension Severity {
  /// `error`, `warning` or `note`.
  fileprivate var sarifLevel: String {
    switch self {
    case .high: "error"
    case .medium: "warning"
    case .low, .info: "note"
    }
  }

  /// `problem.severity` of GitHub.
  fileprivate var problemSeverity: String {
    self == .high ? "error" : self == .medium ? "warning" : "recommendation"
  }
}

extension JSONWriter {
  /// `{"text": …}` under a key.
  fileprivate mutating func message(_ key: String, _ text: String) {
    self.key(key)
    object { $0.field("text", text) }
  }

  fileprivate mutating func value(_ rule: RuleDescription) {
    object { writer in
      writer.field("id", rule.id)
      writer.message("shortDescription", SARIFText.cut(rule.title.shown))
      let rationale = rule.rationale.paragraphs.map(\.shown)
      writer.message("fullDescription", SARIFText.cut(rationale.first ?? rule.title.shown))
      let sources = rule.references.map(\.shown)
      writer.key("help")
      writer.object { writer in
        let help = rationale.isEmpty ? [rule.title.shown] : rationale
        writer.field("text", (help + sources).joined(separator: "\n\n"))
        let links = sources.map { "- " + MarkdownText.reference($0) }.joined(separator: "\n")
        writer.field(
          "markdown",
          (help.map(MarkdownText.escaped) + (links.isEmpty ? [] : [links]))
            .joined(separator: "\n\n"))
      }
      if let address = rule.references.lazy.compactMap(RuleDescription.address).first {
        writer.field("helpUri", SARIFText.uri(address))
      }
      writer.key("defaultConfiguration")
      writer.object { $0.field("level", rule.severity.sarifLevel) }
      writer.key("properties")
      writer.object { writer in
        writer.key("tags")
        writer.array(rule.tags.prefix(20)) { $0.value($1) }
        writer.field("precision", rule.confidence.rawValue)
        writer.field("problem.severity", rule.severity.problemSeverity)
      }
    }
  }

  fileprivate mutating func physicalLocation(_ place: SourceLocation, in report: Report) {
    key("physicalLocation")
    object { writer in
      writer.key("artifactLocation")
      writer.object { writer in
        let path = report.nameInRepository(place.path)
        if report.mode == .review, path.hasPrefix("/") {
          writer.field("uri", "file:///" + SARIFText.relativeURI(ofPath: path))
        } else {
          writer.field("uri", SARIFText.relativeURI(ofPath: path))
          writer.field("uriBaseId", "%SRCROOT%")
        }
      }
      guard let line = place.line, line > 0 else { return }
      writer.key("region")
      writer.object { writer in
        writer.field("startLine", line)
        guard let column = place.column, column > 0 else { return }
        writer.field("startColumn", column)
        if let end = place.endColumn, end >= column { writer.field("endColumn", end) }
      }
    }
  }

  fileprivate mutating func logicalLocation(_ subject: String) {
    key("logicalLocations")
    array { writer in
      writer.object { $0.field("fullyQualifiedName", subject.shown) }
    }
  }
}
