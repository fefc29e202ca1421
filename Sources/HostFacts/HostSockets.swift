internal import CEL

/// The sockets of the calling thread's network namespace, and how they were had.
struct SocketsReading: Sendable {
  var sockets: Reading<Sockets>
  /// What the user should know, such as that sock_diag was refused.
  var notices: [String] = []
  /// The dumps, as the snapshot lists them.
  var sources: [Host.Source] = []

  /// Fills the table and counts bytes; why it could not.
  typealias Dump = (inout SocketTable, KernelVersion?, Deadline, inout Int) -> Unreadable?

  /// What other sources tell that the sockets' meaning depends on.
  struct Context {
    var kernel: KernelVersion?
    /// Asked for once the sockets are read: it may wait.
    var settings: () -> SocketSettings
  }

  init(_ sockets: Sockets, from source: Origin) { self.sockets = .value(sockets, source) }

  /// Nothing was read.
  init(_ why: Unreadable) { sockets = .unavailable(why) }

  /// By sock_diag(7); from the tables of `/proc/net` where that is refused, and of a directory
  /// that is not the running system.
  static func read(
    _ root: HostRoot, deadline: Deadline, context: Context, sockDiag: Dump? = nil
  ) -> SocketsReading {
    if let recording = root.recording {
      return replay(recording, root, deadline: deadline, context: context)
    }
    guard root.isLive else { return readProc(root, deadline, context, refusal: nil) }
    var table = SocketTable(source: .sockDiag)
    var bytes = 0
    let refusal =
      sockDiag.map { $0(&table, context.kernel, deadline, &bytes) }
      ?? dump(into: &table, root, context.kernel, deadline, &bytes)
    let source = Host.Source(name: "sock_diag", bytes: bytes, isAbsent: false, failure: refusal)
    var result: SocketsReading
    if let refusal {
      result = readProc(root, deadline, context, refusal: refusal)
    } else {
      root.recorder?.tables(table, refusal: nil)
      result = SocketsReading(facts(table, root, context), from: .dump("sock_diag"))
    }
    result.sources.append(source)
    return result
  }

  /// From a recording, as the live host was read.
  private static func replay(
    _ recording: Recording, _ root: HostRoot, deadline: Deadline, context: Context
  ) -> SocketsReading {
    guard let tables = recording.file.socketTables else {
      return SocketsReading(.init("the recording has no socket tables"))
    }
    guard tables.source == .sockDiag else {
      return readProc(
        root, deadline, context, refusal: tables.refusal?.unreadable, coverage: tables.coverage)
    }
    guard recording.file.byteOrder == RecordingFile.byteOrder else {
      return SocketsReading(
        .init("the recorded socket tables are those of a machine of the other byte order"))
    }
    var table = SocketTable(source: .sockDiag)
    var replies = RecordedReplies(root, deadline: deadline)
    if let why = SockDiag.read(into: &table, kernel: context.kernel, from: &replies) {
      return SocketsReading(why)
    }
    table.cover(tables.coverage)
    var result = SocketsReading(facts(table, root, context), from: .dump("sock_diag"))
    result.sources.append(
      Host.Source(name: "sock_diag", bytes: replies.bytes, isAbsent: false, failure: nil))
    return result
  }

  private static func dump(
    into table: inout SocketTable, _ root: HostRoot, _ kernel: KernelVersion?,
    _ deadline: Deadline, _ bytes: inout Int
  ) -> Unreadable? {
    var count = 0
    defer { bytes = count }
    return SockDiag.read(into: &table, kernel: kernel, deadline: deadline) { dump, reply in
      count += reply.count
      root.recorder?.replies(dump, reply)
    }
  }

  /// From the tables of `/proc/net`. `refusal` is why sock_diag was not used where it should have
  /// been, `coverage` what a recording says of them.
  private static func readProc(
    _ root: HostRoot, _ deadline: Deadline, _ context: Context, refusal: Unreadable?,
    coverage: [String: RecordedCoverage] = [:]
  ) -> SocketsReading {
    var table = SocketTable(source: .proc)
    ProcNet.read(into: &table, live: root.isLive, deadline: deadline) { name, body in
      root.stream("/proc/net/\(name)", body)
    }
    table.cover(coverage)
    root.recorder?.tables(table, refusal: refusal)
    var result = SocketsReading(
      facts(table, root, context), from: .file(SourceLocation(path: "/proc/net/tcp")))
    if let refusal {
      result.notices.append(
        "\(refusal.reason); the tables in /proc/net were read instead, which lack backlogs, "
          + "devices and sockets that are only bound")
    }
    return result
  }

  private static func facts(_ table: SocketTable, _ root: HostRoot, _ context: Context) -> Sockets {
    table.sockets(settings: context.settings()) { index in
      guard root.isLive else { return root.recording?.interfaceName(index) }
      let name = nameOfInterface(index)
      if let name { root.recorder?.interface(index, name) }
      return name
    }
  }
}

extension SocketTable {
  /// Says what a recording says that its parts lack.
  fileprivate mutating func cover(_ recorded: [String: RecordedCoverage]) {
    for part in SocketPart.allCases {
      if let coverage = recorded[part.recordedName] { cover(part, coverage.coverage) }
    }
  }
}
