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
    var message: String
    var evidence: [Evidence]
    var remediation: [Remediation]
  }

  struct Evidence: Decodable, Sendable {
    var fact: String
  }

  struct Remediation: Decodable, Sendable {
    var kind: String
    /// Of code and notes.
    var text: String?
  }

  struct Undecided: Decodable, Sendable {
    var rule: String
    var subject: String
    var kind: String
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
    try patiently { try BuiltBinary.run(command + arguments, as: user) }
  }

  /// The same from within a Python program that has made its sockets: what one process holds under
  /// a name of its own.
  static func inside(python setup: String, _ arguments: [String] = []) throws -> AuditResult {
    let program = """
      import socket, subprocess, sys
      def name(text): open("/proc/self/comm", "w").write(text)
      def listen(address, port, reuse=True):
          family = socket.AF_INET6 if ":" in address else socket.AF_INET
          s = socket.socket(family)
          if reuse: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          if ":" in address: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
          s.bind((address, port))
          s.listen()
          return s
      \(setup)
      sys.exit(subprocess.run(sys.argv[1:]).returncode)
      """
    return try patiently {
      var python = Subprocess(
        program: "/usr/bin/env",
        arguments: ["python3", "-c", program, BuiltBinary.path] + command + arguments)
      python.environment = ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      return try python.run()
    }
  }

  /// The same where a shell command has changed what is mounted, for the audit alone.
  static func inside(mounts setup: String, _ arguments: [String] = []) throws -> AuditResult {
    try patiently {
      try Subprocess(
        program: "/usr/bin/unshare",
        arguments: [
          "--mount", "/bin/sh", "-ec", setup + "\nexec \"$@\"", "sh", BuiltBinary.path,
        ] + command + arguments
      ).run()
    }
  }

  private static let command = ["audit", "--format", "json"]

  /// The audit that `run` makes, or the first of some that had time for the owners.
  static func patiently(_ run: () throws -> Subprocess.Result) throws -> AuditResult {
    var audit = try AuditResult(run())
    for _ in 0..<5 where audit.ranOutOfTime { audit = try AuditResult(run()) }
    return audit
  }

  private var ranOutOfTime: Bool {
    report.unknown.contains { undecided in
      undecided.missing.contains { $0.reason.hasPrefix("descriptor scan stopped") }
    }
  }

  /// Audits after what a script did that has mounts of its own.
  static func through(
    _ script: String, _ arguments: [String] = [], as user: BuiltBinary.User = .caller
  ) throws -> AuditResult {
    try AuditResult(
      BuiltBinary.run(
        ["audit", "--format", "json"] + arguments, as: user, through: script, ownMounts: true))
  }
}

extension AuditResult {
  /// What `sockwise audit --format json` printed.
  init(_ result: Subprocess.Result) throws {
    let report: Report
    do {
      report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    } catch {
      throw NoReport(status: result.status, errors: result.errors)
    }
    self.init(status: result.status, errors: result.errors, report: report)
  }

  struct NoReport: Error {
    var status: Int?
    var errors: String
  }
}
