import CEL
import JSON
import Proofs
import Rules

extension ReportFormat {
  /// `sockwise.report/1`; its schema is `schemas/sockwise.report-1.schema.json`. A key is always
  /// there, null where there is nothing, but for line and column of a place.
  static let json = ReportFormat(name: "json", abstract: "one JSON object, sockwise.report/1") {
    report, _ in
    var writer = JSONWriter()
    writer.value(report)
    return writer.finish()
  }
}

extension JSONWriter {
  fileprivate mutating func value(_ report: Report) {
    object { writer in
      writer.field("schema", "sockwise.report/1")
      writer.header(
        tool: report.tool, host: report.host, mode: report.mode, started: report.started)
      writer.key("duration_seconds")
      writer.value((report.durationSeconds * 1000).rounded() / 1000)
      writer.key("summary")
      writer.value(report.summary)
      writer.key("findings")
      writer.array(report.findings) { $0.value($1) }
      writer.key("unknown")
      writer.array(report.undecided) { $0.value($1) }
      writer.key("namespaces")
      writer.array(report.namespaces) { $0.value($1) }
      writer.field("namespaces_gap", report.namespacesGap)
      writer.key("notices")
      writer.array(report.notices) { $0.value($1) }
      writer.field("left_out", report.leftOut)
      writer.key("baseline")
      if report.hasBaseline {
        writer.object { $0.member("gone", report.gone) }
      } else {
        writer.null()
      }
      writer.key("rules")
      writer.array(report.rules) { $0.value($1) }
    }
  }

  /// The keys that every document of Sockwise begins with, after its schema.
  mutating func header(
    tool: Report.Tool, host: Report.Host, mode: Report.Mode, started: String
  ) {
    key("tool")
    object { writer in
      writer.field("name", tool.name)
      writer.field("version", tool.version)
    }
    key("host")
    object { writer in
      writer.field("name", host.name)
      writer.field("kernel", host.kernel)
      writer.field("boot_id", host.bootID)
    }
    field("mode", mode.rawValue)
    field("started", started)
  }

  private mutating func value(_ summary: Summary) {
    object { writer in
      for severity in Severity.allCases.reversed() {
        writer.field(severity.rawValue, summary.findings[severity] ?? 0)
      }
      writer.field("unknown", summary.unknown)
      writer.field("passed", summary.passed)
      writer.field("not_applicable", summary.notApplicable)
      writer.field("errors", summary.errors)
      writer.field("waived", summary.waived)
      writer.field("known", summary.known)
    }
  }

  private mutating func value(_ reported: ReportedFinding) {
    let finding = reported.finding
    object { writer in
      writer.field("rule", finding.rule)
      writer.field("title", finding.title)
      writer.field("severity", finding.severity.rawValue)
      writer.field("confidence", finding.confidence.rawValue)
      writer.field("state", reported.state.rawValue)
      writer.field("namespace", reported.namespace)
      writer.field("subject", finding.subject)
      writer.field("message", finding.message)
      writer.key("evidence")
      writer.array(finding.evidence) { $0.value($1) }
      writer.key("locations")
      writer.array(finding.locations) { $0.value($1) }
      writer.key("remediation")
      writer.array(finding.remediation) { $0.value($1, evidence: finding.evidence) }
      writer.key("references")
      writer.array(finding.references) { $0.value($1) }
      writer.field("proof", finding.proof)
      writer.field("fingerprint", finding.fingerprint)
      writer.key("waiver")
      if let waiver = reported.waiver { writer.value(waiver) } else { writer.null() }
      if let proven = reported.proven { writer.member("proven", proven) }
    }
  }

  private mutating func value(_ evidence: Evidence) {
    object { writer in
      writer.field("fact", evidence.fact)
      writer.key("value")
      writer.value(evidence.value)
      writer.key("origin")
      if let origin = evidence.origin { writer.value(origin) } else { writer.null() }
    }
  }

  private mutating func value(_ remediation: Remediation, evidence: [Evidence]) {
    object { writer in
      switch remediation {
      case .sysctl(let settings):
        let fragment = SysctlFragment(settings, evidence: evidence)
        writer.field("kind", "sysctl")
        writer.key("settings")
        writer.array(fragment.lines) { writer, line in
          writer.object { writer in
            writer.field("key", line.key)
            writer.field("value", line.value)
            writer.field("previous", line.previous)
          }
        }
        writer.field("path", SysctlFragment.path)
        writer.field("fragment", fragment.text)
        writer.field("undo", fragment.undo)
      case .unit(let settings):
        let fragment = UnitFragment(settings)
        writer.field("kind", "unit")
        writer.field("unit", fragment?.unit)
        writer.field("path", fragment?.path)
        writer.field("fragment", fragment?.text)
      case .code(let text):
        writer.field("kind", "code")
        writer.field("text", text)
      case .note(let text):
        writer.field("kind", "note")
        writer.field("text", text)
      }
    }
  }

  private mutating func value(_ waiver: ReportedFinding.Waiver) {
    object { writer in
      writer.field("reason", waiver.reason)
      writer.field("expires", waiver.expires)
      writer.field("in_source", waiver.isInSource)
      writer.key("location")
      if let location = waiver.location { writer.value(location) } else { writer.null() }
    }
  }

  private mutating func value(_ item: ReportedUndecided) {
    object { writer in
      writer.field("rule", item.undecided.rule)
      writer.field("namespace", item.namespace)
      writer.field("subject", item.undecided.subject)
      writer.field("kind", item.undecided.kind.rawValue)
      writer.key("missing")
      writer.array(item.undecided.missing) { $0.value($1) }
    }
  }

  private mutating func value(_ namespace: Namespace) {
    object { writer in
      writer.fields(of: namespace.name)
      writer.field("audited", namespace.audited)
      writer.field("reason", namespace.reason)
      writer.key("sockets")
      if let sockets = namespace.sockets { writer.value(sockets) } else { writer.null() }
      writer.field("role", namespace.role)
      writer.key("is_pid1")
      if let isPID1 = namespace.isPID1 { writer.value(isPID1) } else { writer.null() }
      writer.key("is_initial")
      if let isInitial = namespace.isInitial { writer.value(isInitial) } else { writer.null() }
    }
  }

  private mutating func value(_ sockets: Namespace.SocketCounts) {
    object { writer in
      writer.field("tcp", sockets.tcp)
      writer.field("udp", sockets.udp)
      writer.field("time_wait", sockets.timeWait)
      writer.field("listeners", sockets.listeners)
    }
  }

  private mutating func value(_ rule: RuleSummary) {
    object { writer in
      writer.field("id", rule.rule)
      writer.field("findings", rule.findings)
      writer.field("passed", rule.passed)
      writer.field("undecided", rule.undecided)
      writer.field("not_applicable", rule.notApplicable.count)
    }
  }

  private mutating func value(_ notice: Notice) {
    object { writer in
      writer.field("level", notice.level.rawValue)
      writer.field("message", notice.message)
      writer.field("rule", notice.rule)
      writer.field("subject", notice.subject)
    }
  }

  private mutating func field(_ name: String, _ namespace: NamespaceName?) {
    key(name)
    guard let namespace else { return null() }
    object { $0.fields(of: namespace) }
  }

  private mutating func fields(of namespace: NamespaceName) {
    field("inode", namespace.inode)
    field("name", namespace.name)
    field("kind", namespace.kind)
  }
}
