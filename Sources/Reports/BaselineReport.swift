internal import JSON
import Rules

extension ReportFormat {
  /// `sockwise.baseline/1`, for `--baseline`: all findings that are not waived. A waiver says itself
  /// why a finding is accepted, and when it ends the finding must be seen. It holds no time, so that
  /// it changes only where findings do; its schema is `schemas/sockwise.baseline-1.schema.json`.
  public static let baseline = ReportFormat(
    name: "baseline", abstract: "the findings as a baseline, for --baseline"
  ) { report, _ in
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", "sockwise.baseline/1")
      writer.key("findings")
      writer.array(
        Baseline(
          report.findings.filter { $0.state != .waived }.map { Baseline.Entry($0.finding) }
        ).entries
      ) { $0.value($1) }
    }
    return writer.finish()
  }
}
