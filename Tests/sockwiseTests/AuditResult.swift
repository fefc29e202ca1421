import FoundationEssentials
import TestSupport

/// What `sockwise audit --format json` said, as far as these tests look at it.
struct AuditResult: Sendable {
  var status: Int?
  var errors: String
  var report: Report

  struct Report: Decodable, Sendable {
    var findings: [Finding]
    var unknown: [Undecided]
    var notices: [Notice]
  }

  struct Notice: Decodable, Sendable {
    var level: String
    var message: String
    var rule: String?
  }

  struct Finding: Decodable, Sendable {
    var rule: String
    var severity: String
    var confidence: String
    var subject: String
  }

  struct Undecided: Decodable, Sendable {
    var rule: String
    var subject: String
    var missing: [Missing]
  }

  struct Missing: Decodable, Sendable {
    var reason: String
    var grant: String?
  }

  /// `rule severity subject` of each finding, sorted.
  var findings: [String] {
    report.findings.map { "\($0.rule) \($0.severity) \($0.subject)" }.sorted()
  }

  /// Audits the network namespace of the calling thread.
  ///
  /// On a loaded machine the search for the owners of sockets may run out of its time, and the
  /// options of their sockets are unknown then. The situation holds, so it is asked again.
  static func current(
    _ arguments: [String] = [], as user: BuiltBinary.User = .caller
  ) throws -> AuditResult {
    var audit = try once(arguments, as: user)
    for _ in 0..<5 where audit.ranOutOfTime { audit = try once(arguments, as: user) }
    return audit
  }

  private var ranOutOfTime: Bool {
    report.unknown.contains { undecided in
      undecided.missing.contains { $0.reason.hasPrefix("descriptor scan stopped") }
    }
  }

  private static func once(
    _ arguments: [String], as user: BuiltBinary.User
  ) throws -> AuditResult {
    try AuditResult(BuiltBinary.run(["audit", "--format", "json"] + arguments, as: user))
  }
}

extension AuditResult {
  /// What `sockwise audit --format json` printed.
  init(_ result: Subprocess.Result) throws {
    status = result.status
    errors = result.errors
    report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
  }
}
