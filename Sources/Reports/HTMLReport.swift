import CEL
import Proofs
import Rules

extension ReportFormat {
  /// One page by itself: no script, no request, readable in any browser, light and dark.
  static let html = ReportFormat(name: "html", abstract: "one HTML page by itself") {
    report, _ in
    Array(HTMLReport(report: report).page.source.utf8)
  }
}

/// A report as a page: the verdict and the counts, findings in short with the rest folded, what
/// could not be checked, what is accepted, notices, rules.
struct HTMLReport {
  let report: Report

  var page: HTML {
    .all([
      .doctype,
      .element("html", attributes: ["lang": "en"], head, .element("body", main, footer)),
    ])
  }

  /// The head line; without findings what it rests on is a line of its own.
  private var verdict: String {
    let verdict = report.verdict()
    let short = report.fresh.isEmpty ? verdict.prefix { $0 != ":" } : verdict[...]
    return short.prefix(1).uppercased() + short.dropFirst()
  }

  private var basis: HTML {
    guard report.fresh.isEmpty else { return .none }
    return .element("p", .text(report.verdict().drop { $0 != ":" }.dropFirst(2) + "."))
  }

  private var name: String { report.mode == .review ? "reviewed files" : report.host.name }

  private var head: HTML {
    .element(
      "head",
      .element("meta", attributes: ["charset": "utf-8"]),
      .element(
        "meta",
        attributes: [
          "http-equiv": "Content-Security-Policy",
          "content": HTMLStyle.contentSecurityPolicy,
        ]),
      .element(
        "meta", attributes: ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .element("meta", attributes: ["name": "color-scheme", "content": "light dark"]),
      .element("meta", attributes: ["name": "referrer", "content": "no-referrer"]),
      .element("title", .text("Sockwise: \(name), \(count(report.summary.total, "finding"))")),
      .style(HTMLStyle.sheet))
  }

  private var main: HTML {
    .element(
      "main",
      [
        .element("p", class: "brand", .text("Sockwise · \(name)")),
        .element("h1", .text(verdict)), basis,
        .element("p", .text(report.scope.joined(separator: " "))),
        counts, findings, undecided, accepted, notices, rules, namespaces,
      ])
  }

  private var footer: HTML {
    .element(
      "footer",
      .text("\(report.tool.name) \(report.tool.version) · "),
      .element("time", attributes: ["datetime": report.started], .text(report.started)),
      .text(" · "), .element("code", .text("sockwise explain RULE")),
      .text(" says more about a rule."))
  }

  // MARK: Summary

  private var counts: HTML {
    let summary = report.summary
    var items = Severity.allCases.reversed().map { severity in
      item(summary.findings[severity] ?? 0, severity.rawValue, severity.htmlClass)
    }
    items.append(item(summary.unknown + summary.errors, "not checked"))
    items.append(item(summary.waived + summary.known, "accepted"))
    items.append(
      item(
        report.rules.count { $0.passed > 0 && $0.findings + $0.undecided == 0 }, "rules passed"))
    return .element("ul", class: "counts", items)
  }

  private func item(_ number: Int, _ label: String, _ name: StaticString? = nil) -> HTML {
    .element(
      "li", class: number == 0 ? "zero" : name,
      .element("b", .text(String(number))), .text(" \(label)"))
  }

  // MARK: Findings

  private var findings: HTML {
    guard !report.fresh.isEmpty else { return .none }
    return section("Findings", report.fresh.map(card))
  }

  private var accepted: HTML {
    guard !report.accepted.isEmpty else { return .none }
    return section("Accepted", report.accepted.map(card))
  }

  private func card(_ reported: ReportedFinding) -> HTML {
    let finding = reported.finding
    let isNew = reported.state == .new
    var labels = [finding.rule, finding.subject]
    if let place = finding.locations.first { labels.append(place.text) }
    if finding.confidence != .high { labels.append("confidence \(finding.confidence.rawValue)") }
    var parts: [HTML] = [
      .element(
        "div", class: "head",
        .element(
          "span", class: isNew ? finding.severity.badgeClass : "badge",
          .text(isNew ? finding.severity.rawValue : reported.state.rawValue)),
        .element("h3", attributes: finding.language.attributes, .text(finding.shownTitle))),
      .element(
        "p", class: "subject",
        labels.map { .all([.element("span", .text($0)), .text(" ")]) }),
      .element("p", .text(finding.message)),
    ]
    if let acceptance = reported.acceptance {
      parts.append(.element("p", class: "faint", .text(acceptance)))
    }
    parts.append(details(reported))
    return .element(
      "article", class: isNew ? finding.severity.cardClass : "card accepted", parts)
  }

  private func details(_ reported: ReportedFinding) -> HTML {
    let finding = reported.finding
    var parts: [HTML] = []
    let remedies = report.remedies(of: reported)
    if !remedies.isEmpty {
      let attributes = finding.language.attributes
      parts.append(
        .element("h4", attributes: attributes, .text(finding.language.text("Remedy", "处理办法"))))
      parts.append(
        .element("ol", class: "remedies", attributes: attributes, remedies.map(remedy)))
    }
    if let proof = reported.proven {
      parts.append(.element("p", .text(proof.sentence)))
      if let observed = proof.observed {
        parts.append(.element("p", class: "faint", .text("Observed: \(observed)")))
      }
    }
    if !finding.evidence.isEmpty {
      parts.append(.element("h4", .text("Evidence")))
      parts.append(
        table(
          ["Fact", "Value", "Read from"], class: "facts",
          finding.evidence.map { evidence in
            [
              .element("code", .text(FactName.display(evidence.fact))),
              .element("code", .text(ValueText.describe(evidence.value))),
              .element("span", class: "faint", .text(evidence.origin.map(\.text) ?? "")),
            ]
          }))
    }
    if finding.locations.count > 1 {
      parts.append(.element("h4", .text("Places")))
      parts.append(
        list(finding.locations.map { .element("code", .text($0.text)) }))
    }
    if !finding.references.isEmpty {
      parts.append(.element("h4", .text("Sources")))
      parts.append(list(finding.references.map(reference)))
    }
    parts.append(
      .element(
        "p", class: "fingerprint", .text("Fingerprint "),
        .element("code", .text(finding.fingerprint))))
    let title =
      finding.evidence.isEmpty ? "Details" : remedies.isEmpty ? "Evidence" : "Remedy and evidence"
    return .element("details", [.element("summary", .text(title))] + parts)
  }

  private func remedy(_ remedy: RemedyBlock) -> HTML {
    var parts: [HTML] = [.text(remedy.text)]
    if !remedy.lines.isEmpty { parts.append(.element("pre", .lines(remedy.lines))) }
    if let undo = remedy.fragment?.undoLines, remedy.lines != undo {
      parts.append(.element("span", class: "faint", .text("Until now:")))
      parts.append(.element("pre", class: "faint", .lines(undo)))
    }
    return .element("li", parts)
  }

  private func reference(_ text: String) -> HTML {
    guard let address = RuleDescription.address(in: text) else { return .text(text) }
    let link = HTML.element(
      "a", attributes: ["href": SARIFText.uri(address), "rel": "noopener noreferrer"],
      .text(String(address)))
    return .all([link, .text(String(text.dropFirst(address.count)))])
  }

  // MARK: The rest

  private var undecided: HTML {
    guard !report.undecided.isEmpty else { return .none }
    return section(
      "Could not check",
      report.undecidedGroups.map { group in
        .element(
          "article", class: "card",
          .element("h3", .text(group.heading)),
          group.facts.isEmpty
            ? .none
            : .element(
              "p", class: "faint",
              .text("reading "), .element("code", .text(group.facts.joined(separator: ", ")))),
          list(
            group.rules.map { rule, subjects in
              let names = subjects.isEmpty ? "" : ": " + subjects.joined(separator: ", ")
              return .all([.element("code", .text(rule)), .text(names)])
            }))
      })
  }

  private var notices: HTML {
    let gone = report.gone.map { "of the baseline, and gone: \($0.rule) \($0.subject)" }
    guard !report.notices.isEmpty || !gone.isEmpty else { return .none }
    let items =
      report.notices.map { notice -> HTML in
        let rule = notice.rule.map { rule -> HTML in
          .all([.text(" "), .element("code", class: "faint", .text(rule))])
        }
        let warning = HTML.element("strong", .text("Warning: "))
        return .all([
          notice.level == .warning ? warning : .none, .text(notice.message), rule ?? .none,
        ])
      } + gone.map { .text($0) }
    return section("Notices", [list(items)])
  }

  private var rules: HTML {
    guard !report.rules.isEmpty else { return .none }
    let titles = Dictionary(
      report.descriptions.map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first })
    return section(
      "Rules",
      [
        .element(
          "details",
          .element("summary", .text("\(count(report.rules.count, "rule")) evaluated")),
          table(
            ["Rule", "What it finds", "Outcome"],
            report.rules.map { rule in
              [
                .element("code", .text(rule.rule)), .text(titles[rule.rule] ?? ""),
                .text(rule.outcome),
              ]
            }))
      ])
  }

  private var namespaces: HTML {
    guard !report.namespaces.isEmpty else { return .none }
    return section(
      "Network namespaces",
      [
        .element(
          "details",
          .element("summary", .text("\(report.namespaces.count) seen")),
          table(
            ["Namespace", "Audited", "Role", "Sockets"],
            report.namespaces.map { namespace in
              let sockets = namespace.sockets.map {
                "\($0.tcp) TCP (\($0.timeWait) in TIME_WAIT), \($0.udp) UDP, "
                  + count($0.listeners, "listener")
              }
              return [
                .text(namespace.name.label),
                .text(namespace.audited ? "yes" : "no: \(namespace.reason ?? "not asked for")"),
                .text(namespace.role ?? ""), .text(sockets ?? ""),
              ]
            }))
      ])
  }

  // MARK: Parts

  private func section(_ title: String, _ content: [HTML]) -> HTML {
    .element("section", [.element("h2", .text(title))] + content)
  }

  private func list(_ items: [HTML]) -> HTML {
    .element("ul", class: "list", items.map { .element("li", $0) })
  }

  /// Scrolls by itself where it is wider than the page.
  private func table(_ head: [String], class: StaticString? = nil, _ rows: [[HTML]]) -> HTML {
    .element(
      "div", class: "scroll",
      .element(
        "table", class: `class`,
        .element(
          "thead",
          .element("tr", head.map { .element("th", attributes: ["scope": "col"], .text($0)) })),
        .element(
          "tbody",
          rows.map { .element("tr", $0.map { .element("td", $0) }) })))
  }
}

extension RuleSummary {
  fileprivate var outcome: String {
    var clauses: [String] = []
    if findings > 0 { clauses.append(count(findings, "finding")) }
    if undecided > 0 { clauses.append("\(undecided) could not be checked") }
    if passed > 0 { clauses.append("\(passed) passed") }
    return clauses.isEmpty ? "nothing to judge" : clauses.joined(separator: ", ")
  }
}

extension Severity {
  fileprivate var htmlClass: StaticString {
    switch self {
    case .high: "high"
    case .medium: "medium"
    case .low: "low"
    case .info: "info"
    }
  }

  fileprivate var badgeClass: StaticString {
    switch self {
    case .high: "badge high"
    case .medium: "badge medium"
    case .low: "badge low"
    case .info: "badge info"
    }
  }

  fileprivate var cardClass: StaticString {
    switch self {
    case .high: "card high"
    case .medium: "card medium"
    case .low: "card low"
    case .info: "card info"
    }
  }
}

extension Language {
  /// What an element says whose text is not in the language of the page.
  fileprivate var attributes: KeyValuePairs<StaticString, String> {
    self == .english ? [:] : ["lang": rawValue]
  }
}
