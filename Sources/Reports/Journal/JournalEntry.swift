internal import JSON

/// An entry of systemd's journal: fields, some of them several times (systemd.journal-fields(7)).
public struct JournalEntry: Hashable, Sendable {
  /// journald's own limit is far above; journalctl shows longer values as null in JSON unless it is
  /// asked for all of them.
  static let longestValue = 2048
  /// libsystemd takes some 500 fields, as writev(2) takes 1024 pieces.
  static let mostFields = 64

  public private(set) var fields: [Field] = []

  public struct Field: Hashable, Sendable {
    public let name: Name
    public let value: String
  }

  /// The names of fields. journald keeps an entry without those whose names are anything but capital
  /// letters, digits and `_`, and says nothing.
  public enum Name: String, CaseIterable, Sendable {
    case message = "MESSAGE"
    case messageID = "MESSAGE_ID"
    case priority = "PRIORITY"
    case identifier = "SYSLOG_IDENTIFIER"
    case documentation = "DOCUMENTATION"
    /// A unit that the entry is about. `journalctl -u` looks for it in what PID 1 logs.
    case unit = "UNIT"
    /// The same in what root logs.
    case objectUnit = "OBJECT_SYSTEMD_UNIT"
    case run = "SOCKWISE_RUN_ID"
    case version = "SOCKWISE_VERSION"
    case change = "SOCKWISE_CHANGE"
    case rule = "SOCKWISE_RULE"
    case title = "SOCKWISE_TITLE"
    case subject = "SOCKWISE_SUBJECT"
    case severity = "SOCKWISE_SEVERITY"
    case oldSeverity = "SOCKWISE_OLD_SEVERITY"
    case confidence = "SOCKWISE_CONFIDENCE"
    case state = "SOCKWISE_STATE"
    case fingerprint = "SOCKWISE_FINGERPRINT"
    case sysctl = "SOCKWISE_SYSCTL"
    case value = "SOCKWISE_VALUE"
    case namespace = "SOCKWISE_NETNS"
    case configurationFile = "SOCKWISE_CONFIG_FILE"
    case missing = "SOCKWISE_MISSING"
    case high = "SOCKWISE_HIGH"
    case medium = "SOCKWISE_MEDIUM"
    case low = "SOCKWISE_LOW"
    case info = "SOCKWISE_INFO"
    case known = "SOCKWISE_KNOWN"
    case waived = "SOCKWISE_WAIVED"
    case new = "SOCKWISE_NEW"
    case changed = "SOCKWISE_CHANGED"
    case resolved = "SOCKWISE_RESOLVED"
    case unknown = "SOCKWISE_UNKNOWN"
    case passed = "SOCKWISE_PASSED"
    case seconds = "SOCKWISE_SECONDS"
    case stateProblem = "SOCKWISE_STATE_PROBLEM"
  }

  /// syslog(3)'s levels.
  enum Priority: Int {
    case error = 3
    case warning, notice, info
  }

  /// An entry with what each has.
  ///
  /// - Parameter message: on one line, whatever is in it.
  init(_ kind: JournalKind, _ priority: Priority, _ message: String, run: String) {
    add(.message, message)
    add(.messageID, kind.messageID)
    add(.priority, "\(priority.rawValue)")
    add(.identifier, "sockwise")
    add(.documentation, "man:sockwise(1)")
    add(.run, run)
  }

  /// A field with a value that is not empty: on one line, with nothing in it that a terminal would act
  /// on, and not longer than `longestValue` bytes.
  mutating func add(_ name: Name, _ value: String?) {
    guard let value, fields.count < Self.mostFields else { return }
    let line = value.split { $0 == " " || $0.isNewline || $0 == "\t" }.joined(separator: " ")
    let text = line.shown.cut(toBytes: Self.longestValue)
    if !text.isEmpty { fields.append(Field(name: name, value: text)) }
  }

  mutating func add(_ name: Name, _ number: Int) { add(name, "\(number)") }

  public subscript(_ name: Name) -> String? { fields.first { $0.name == name }?.value }
}

extension String {
  /// Its beginning with an ellipsis, where it is longer.
  func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let ellipsis = "…"
    var text = String.UnicodeScalarView()
    var count = ellipsis.utf8.count
    for scalar in unicodeScalars {
      count += UTF8.width(scalar)
      if count > limit { break }
      text.append(scalar)
    }
    return String(text) + ellipsis
  }
}
