internal import CEL
internal import JSON

/// `recording.json`: what a recorded host is, and what the files beside it do not tell.
///
/// Besides there are `sockets.json`, the files that were read below `proc/` (those of a second
/// sample below `second/`), and the replies of sock_diag(7) below `sock_diag/`, one file a dump.
struct RecordingFile: Sendable {
  static let format = "sockwise.recording/1"

  var schema = format
  /// Version of the Sockwise that wrote it.
  var tool: String
  /// ISO 8601 in UTC.
  var recorded: String
  var anonymized: Bool
  /// Netlink is in the byte order of the machine: `little` or `big`.
  var byteOrder: String
  /// Release of the kernel, for who looks at the file.
  var kernel: String?
  var namespace: RecordedNamespace
  /// Whether Sockwise ran in the initial network namespace itself.
  var hostIsInitial: RecordedReading<Bool>
  var namespaces: [RecordedEntry]
  var namespacesGap: RecordedReason?
  /// Nil where no socket table was read to its end or to its deadline.
  var socketTables: RecordedTables?
  /// Who held connections in CLOSE_WAIT, where there were many.
  var closeWaits: RecordedCloseWaits?
  /// Names of interfaces by index.
  var interfaces: [String: String]
  /// Between the two samples; nil for one.
  var sampleSeconds: Double?
  /// Directories that are there; copies of a recording may lose empty ones.
  var directories: [String]
  /// Files that were looked for and are not there.
  var absent: [String]
  /// Files that could not be read.
  var unreadable: [RecordedFailure]
  /// What stood where a file would be read and was none, such as a link to nothing, and why nothing
  /// was read of it.
  var notFiles: [RecordedFailure]

  static let byteOrder = 1.littleEndian == 1 ? "little" : "big"
}

/// The `netns` variable.
struct RecordedNamespace: Sendable {
  var inode: RecordedReading<Int>
  var name: RecordedReading<String>
  var kind: String
  var isPID1: RecordedReading<Bool>
  var isInitial: RecordedReading<Bool>

  init(_ identity: NamespaceIdentity) {
    inode = .init(identity.inode)
    name = .init(identity.name)
    kind = identity.kind
    isPID1 = .init(identity.isPID1)
    isInitial = .init(identity.isInitial)
  }

  var identity: NamespaceIdentity {
    NamespaceIdentity(
      inode: inode.reading, name: name.reading, kind: kind, isPID1: isPID1.reading,
      isInitial: isInitial.reading)
  }
}

/// A network namespace that could be seen.
struct RecordedEntry: Sendable {
  var inode: UInt64
  var name: String?
  var kind: String
  var audited: Bool
  var reason: String?

  init(_ entry: NamespaceEntry) {
    (inode, name, kind) = (entry.inode, entry.name, entry.kind)
    (audited, reason) = (entry.audited, entry.reason)
  }

  var entry: NamespaceEntry {
    NamespaceEntry(inode: inode, name: name, kind: kind, audited: audited, reason: reason)
  }
}

/// How the socket tables were read.
struct RecordedTables: Sendable {
  /// Why sock_diag was not used at all.
  var refusal: RecordedReason?
  /// Why it was not used for `tcp` or `udp`.
  var refusals: [String: RecordedReason] = [:]
  /// Of the parts that are not complete.
  var coverage: [String: RecordedCoverage] = [:]

  init(_ table: SocketTable, refusal: Unreadable?) {
    self.refusal = refusal.map(RecordedReason.init)
    for (transport, why) in table.refusals {
      refusals[transport.recordedName] = RecordedReason(why)
    }
    for part in SocketPart.allCases {
      coverage[part.recordedName] = RecordedCoverage(table.coverage(part))
    }
  }

  /// Says what the parts lacked when they were recorded.
  func mark(_ table: inout SocketTable) {
    for part in SocketPart.allCases {
      if let lack = coverage[part.recordedName] { table.cover(part, lack.coverage) }
    }
  }
}

extension SocketPart {
  fileprivate var recordedName: String {
    switch self {
    case .listeners: "listeners"
    case .boundInactive: "bound"
    case .connections: "connections"
    case .udp: "udp"
    }
  }
}

extension SocketRow.Transport {
  var recordedName: String { self == .tcp ? "tcp" : "udp" }
}

/// What a part of the socket tables lacks.
struct RecordedCoverage: Sendable {
  var absent: String?
  var incomplete: RecordedReason?

  /// Nil for a part that is complete.
  init?(_ coverage: SocketCoverage) {
    switch coverage {
    case .complete: return nil
    case .absent(let why): absent = why
    case .incomplete(let why): incomplete = .init(why)
    }
  }

  var coverage: SocketCoverage {
    absent.map { .absent($0) } ?? .incomplete(incomplete?.unreadable ?? .init("not read"))
  }
}

/// A file that could not be read.
struct RecordedFailure: Sendable {
  var path: String
  var why: RecordedReason
}

/// Why something could not be read.
struct RecordedReason: Sendable {
  var reason: String
  var grant: String?

  init(_ why: Unreadable) {
    reason = why.reason
    grant = why.grant
  }

  var unreadable: Unreadable { .init(reason, grant: grant) }
}

/// A reading in its three states: `{"value": …, "origin": …}`, `{"absent": "why"}`,
/// `{"unavailable": {"reason": "why"}}`.
struct RecordedReading<Value: JSONConvertible & Sendable>: Sendable {
  var value: Value?
  var origin: RecordedOrigin?
  var absent: String?
  var unavailable: RecordedReason?

  init(_ reading: Reading<Value>) {
    switch reading {
    case .value(let value, let origin): (self.value, self.origin) = (value, .init(origin))
    case .absent(let why): absent = why
    case .unavailable(let why): unavailable = .init(why)
    }
  }

  var reading: Reading<Value> {
    if let value { return .value(value, origin?.origin ?? .derived([])) }
    if let absent { return .absent(absent) }
    return .unavailable(unavailable?.unreadable ?? .init("the recording does not tell"))
  }
}

/// Where a value came from; one of the four.
struct RecordedOrigin: Sendable {
  var file: String?
  var dump: String?
  var standard: String?
  var derived: [RecordedOrigin]?

  init(_ origin: Origin) {
    switch origin {
    case .file(let location): file = location.path
    case .dump(let name): dump = name
    case .defaultValue(let series): standard = series
    case .derived(let from): derived = from.map(RecordedOrigin.init)
    }
  }

  var origin: Origin {
    if let file { return .file(SourceLocation(path: file)) }
    if let dump { return .dump(dump) }
    if let standard { return .defaultValue(standard) }
    return .derived((derived ?? []).map(\.origin))
  }
}
