import JSON
import Rules

extension ReportFormat {
  /// `sockwise.baseline/1`, for `--baseline`: all findings that are not waived. A waiver says itself
  /// why a finding is accepted, and when it ends the finding must be seen. It holds no time, so that
  /// it changes only where findings do; its schema is `schemas/sockwise.baseline-1.schema.json`.
  public static let baseline = ReportFormat(
    name: "baseline", abstract: "the findings as a baseline, for --baseline"
  ) { report, _ in
    let findings = report.findings.filter { $0.state != .waived }
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", Baseline.schema)
      writer.member("findings", Baseline(findings.map { Baseline.Entry($0.finding) }).entries)
    }
    return writer.finish()
  }
}
