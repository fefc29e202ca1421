package import JSON
public import Rules

/// What a comparison needs of a report that was written down, `sockwise.report/1`.
public struct RecordedReport: Hashable, Sendable {
  public var version: String
  public var host: String
  public var kernel: String
  public var started: String
  /// Each fingerprint once, in the order of the report.
  public var findings: [Entry]
  /// Rules that were judged whole; nil where the report does not say.
  public var judged: Set<String>?

  /// One finding.
  public struct Entry: Hashable, Sendable {
    public var rule: String
    public var title: String
    public var severity: Severity
    public var state: ReportedFinding.State
    public var subject: String
    public var message: String
    public var fingerprint: String
  }

  /// - Parameter name: of the file, for messages.
  public init(_ content: [UInt8], name: String) throws(DocumentError) {
    self = try DocumentError.reading(name, content) { (document) throws(JSONError) in
      try RecordedReport(document)
    }
  }

  private init(_ document: JSON) throws(JSONError) {
    try document.require(schema: "sockwise.report/1")
    let tool: [String: String] = try document.member("tool")
    let host: HostName = try document.member("host")
    version = tool["version"] ?? "unknown"
    self.host = host.name
    kernel = host.kernel
    started = try document.member("started")
    var seen: Set<String> = []
    let all: [Entry] = try document.member("findings")
    findings = all.filter { seen.insert($0.fingerprint).inserted }
    let rules: [JudgedRule]? = try document.member("rules")
    judged = rules.map { Set($0.filter(\.isWhole).map(\.id)) }
  }
}

/// The part of `host` that is read.
private struct HostName: JSONConvertible {
  let name: String
  let kernel: String

  init(_ json: JSON) throws(JSONError) {
    name = try json.member("name")
    kernel = try json.member("kernel")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("name", name)
      writer.field("kernel", kernel)
    }
  }
}

/// An element of `rules`.
private struct JudgedRule: JSONConvertible {
  let id: String
  let undecided: Int

  /// Whether nothing of it was left open.
  var isWhole: Bool { undecided == 0 }

  init(_ json: JSON) throws(JSONError) {
    id = try json.member("id")
    undecided = try json.member("undecided")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("id", id)
      writer.field("undecided", undecided)
    }
  }
}

extension RecordedReport.Entry: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    rule = try json.member("rule")
    title = try json.member("title")
    severity = try json.choice("severity")
    state = try json.choice("state")
    subject = try json.member("subject")
    message = try json.member("message")
    fingerprint = try json.member("fingerprint")
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { fields(to: &$0) }
  }

  func fields(to writer: inout JSONWriter) {
    writer.field("rule", rule)
    writer.field("title", title)
    writer.field("severity", severity.rawValue)
    writer.field("state", state.rawValue)
    writer.field("subject", subject)
    writer.field("message", message)
    writer.field("fingerprint", fingerprint)
  }
}

extension JSON {
  /// One of the names of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(JSONError) -> Choice where Choice.RawValue == String {
    let text: String = try member(name)
    if let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw JSONError("'\(name)' is '\(text)'; there are \(names)", at: self)
  }
}
