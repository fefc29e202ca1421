package import JSON
public import Rules

/// What a run leaves for the next one: what it told, and counters.
public struct RunState: Hashable, Sendable {
  static let schema = "sockwise.state/1"
  /// Findings beyond these are neither told one by one nor remembered; as many things that could not be
  /// judged. The worst come first.
  static let most = 5000
  /// Of a text that is only told again.
  private static let longestText = 512

  /// Findings that counted, each once.
  public var findings: [Finding] = []
  /// What could not be judged, each once.
  public var undecided: [Subject] = []
  /// Of both, what was gone and may be back.
  var history = RunHistory()
  public var counters: Counters?
  /// When the run was, by the clock of then: seconds since 1970. The first versions did not keep it.
  var time: Int?

  public init() {}

  /// A finding as far as the next run needs it.
  public struct Finding: Hashable, Sendable {
    public var fingerprint: String
    public var rule: String
    public var title: String
    /// What was told of it last.
    public var severity: Severity
    /// Since when each run that could tell has found it milder than that, in seconds since 1970; nil
    /// where the last one has not.
    public var milderSince: Int?
    public var subject: String
    public var units: [String]

    init(_ finding: Rules.Finding) {
      fingerprint = finding.fingerprint
      rule = finding.rule
      title = finding.title.cut(toBytes: RunState.longestText)
      severity = finding.severity
      subject = finding.subject.cut(toBytes: RunState.longestText)
      units = finding.units.map { $0.cut(toBytes: RunState.longestText) }
    }
  }

  /// What a rule could not judge.
  public struct Subject: Hashable, Sendable {
    public var rule: String
    public var subject: String

    init(_ undecided: Undecided) {
      rule = undecided.rule
      subject = undecided.subject.cut(toBytes: RunState.longestText)
    }
  }

  /// Counters of the kernel, of a boot and a network namespace (its inode), and when they were read, in
  /// seconds of CLOCK_MONOTONIC.
  public struct Counters: Hashable, Sendable {
    public var bootID: String
    public var namespace: Int
    public var seconds: Double
    public var values: [String: [String: Int]]
    /// Nil where it was not known.
    public var udpDrops: UDPDrops?

    public init(
      bootID: String, namespace: Int, seconds: Double, values: [String: [String: Int]],
      udpDrops: UDPDrops? = nil
    ) {
      self.bootID = bootID
      self.namespace = namespace
      self.seconds = seconds
      self.values = values
      self.udpDrops = udpDrops
    }
  }

  /// Datagrams that UDP sockets had dropped.
  public struct UDPDrops: Hashable, Sendable {
    /// Whether sockets are known by their cookies, else by their inodes.
    public var hasCookies: Bool
    /// By the number of the socket.
    public var sockets: [String: Int]

    public init(hasCookies: Bool, sockets: [String: Int]) {
      self.hasCookies = hasCookies
      self.sockets = sockets
    }
  }
}

// MARK: The file

extension RunState {
  /// - Parameter name: of the file, for messages.
  init(_ content: [UInt8], name: String) throws(DocumentError) {
    self = try DocumentError.reading(name, content) { (document) throws(JSONError) in
      try RunState(document)
    }
  }

  private var isBare: Bool {
    findings.isEmpty && undecided.isEmpty && history.records.isEmpty && counters == nil
  }

  /// The document, of at most `limit` bytes: what does not fit is not remembered.
  func document(limit: Int) -> [UInt8] {
    var state = self
    while true {
      var writer = JSONWriter()
      state.write(to: &writer)
      let bytes = writer.finish()
      if bytes.count <= limit || state.isBare { return bytes }
      if !state.history.records.isEmpty {
        state.history = RunHistory()
        continue
      }
      if state.findings.isEmpty && state.undecided.isEmpty { state.counters = nil }
      state.findings.removeLast((state.findings.count + 1) / 2)
      state.undecided.removeLast((state.undecided.count + 1) / 2)
    }
  }
}

extension RunState: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    try json.require(schema: Self.schema)
    findings = try json.member("findings")
    undecided = try json.member("undecided")
    // The first versions kept none.
    history.records = try json.member("history") ?? [:]
    counters = try json.member("counters")
    time = try json.member("time")
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("schema", Self.schema)
      writer.member("time", time)
      writer.member("counters", counters)
      writer.member("findings", findings)
      writer.member("undecided", undecided)
      writer.member("history", history.records)
    }
  }
}

extension RunState.Finding: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    fingerprint = try json.member("fingerprint")
    rule = try json.member("rule")
    title = try json.member("title")
    severity = try json.choice("severity")
    milderSince = try json.member("milder_since")
    subject = try json.member("subject")
    units = try json.member("units")
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("rule", rule)
      writer.field("title", title)
      writer.field("severity", severity.rawValue)
      writer.member("milder_since", milderSince)
      writer.field("subject", subject)
      writer.member("units", units)
      writer.field("fingerprint", fingerprint)
    }
  }
}

extension RunState.Subject: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    rule = try json.member("rule")
    subject = try json.member("subject")
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("rule", rule)
      writer.field("subject", subject)
    }
  }
}

extension RunState.Counters: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    bootID = try json.member("boot_id")
    namespace = try json.member("namespace")
    seconds = try json.member("seconds")
    values = try json.member("values")
    udpDrops = try json.member("udp_drops")
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("boot_id", bootID)
      writer.member("namespace", namespace)
      writer.member("seconds", seconds)
      writer.member("values", values)
      writer.member("udp_drops", udpDrops)
    }
  }
}

extension RunState.UDPDrops: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    hasCookies = try json.member("cookies")
    sockets = try json.member("sockets")
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("cookies", hasCookies)
      writer.member("sockets", sockets)
    }
  }
}
