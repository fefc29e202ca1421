internal import CEL

/// The sockets of the calling thread's network namespace, and how they were had.
struct SocketsReading: Sendable {
  var sockets: Reading<Sockets>
  /// What the user should know, such as that sock_diag was refused.
  var notices: [String] = []
  /// Connections on the port that the context names.
  var watched = WatchedPort(port: 0)
  /// The dumps, as the snapshot lists them.
  var sources: [Host.Source] = []

  /// Fills the table and counts bytes; why it could not.
  typealias Dump = (inout SocketTable, KernelVersion?, Deadline, inout Int) -> Unreadable?

  /// What other sources tell that the sockets' meaning depends on.
  struct Context {
    var kernel: KernelVersion?
    /// A port whose connections are wanted one by one; 0 for none.
    var watched = WatchedPort(port: 0)
    /// Asked for once the sockets are read: it may wait.
    var settings: () -> SocketSettings
  }

  init(_ sockets: Sockets, from source: Origin) { self.sockets = .value(sockets, source) }

  /// Nothing was read.
  init(_ why: Unreadable) { sockets = .unavailable(why) }

  /// By sock_diag(7); from the tables of `/proc/net` where that is refused, and of a directory
  /// that is no recording. A recording gives what the running system gave.
  static func read(
    _ root: HostRoot, deadline: Deadline, context: Context, sockDiag: Dump? = nil
  ) -> SocketsReading {
    guard root.isLive || root.recording != nil else { return readProc(root, deadline, context) }
    if let why = root.recording?.whyNoSockets { return SocketsReading(why) }
    var table = SocketTable(source: .sockDiag, watching: context.watched)
    var bytes = 0
    let refusal =
      sockDiag.map { $0(&table, context.kernel, deadline, &bytes) }
      ?? dump(into: &table, root, context.kernel, deadline, &bytes)
    let source = Host.Source(name: "sock_diag", bytes: bytes, isAbsent: false, failure: refusal)
    var result: SocketsReading
    if let refusal {
      result = readProc(root, deadline, context, refusal: refusal)
      result.notices.append(
        "\(refusal.reason); the tables in /proc/net were read instead, which lack backlogs, "
          + "devices and sockets that are only bound")
    } else {
      let notices = readRefused(into: &table, root, deadline)
      result = SocketsReading(facts(&table, root, context), from: .dump("sock_diag"))
      result.notices = notices
      result.watched = table.watched
    }
    result.sources.append(source)
    return result
  }

  /// Reads in `/proc/net` what sock_diag refused; what to tell the user of it.
  private static func readRefused(
    into table: inout SocketTable, _ root: HostRoot, _ deadline: Deadline
  ) -> [String] {
    ProcNet.read(
      into: &table, live: root.isLive, deadline: deadline, Set(table.refusals.keys)
    ) { name, body in root.stream("/proc/net/\(name)", body) }
    var notices: [String] = []
    if let why = table.refusals[.tcp] {
      notices.append(
        "\(why.reason); /proc/net/tcp and tcp6 were read instead, which lack backlogs, devices and "
          + "sockets that are only bound")
    }
    if let why = table.refusals[.udp] {
      notices.append(
        "\(why.reason); /proc/net/udp and udp6 were read instead, which lack devices")
    }
    return notices
  }

  private static func dump(
    into table: inout SocketTable, _ root: HostRoot, _ kernel: KernelVersion?,
    _ deadline: Deadline, _ bytes: inout Int
  ) -> Unreadable? {
    if let recording = root.recording {
      if let why = recording.file.socketTables?.refusal { return why.unreadable }
      var replies = RecordedReplies(root, recording, deadline: deadline)
      defer { bytes = replies.bytes }
      return SockDiag.read(into: &table, kernel: kernel, from: &replies)
    }
    var count = 0
    defer { bytes = count }
    return SockDiag.read(into: &table, kernel: kernel, deadline: deadline) { dump, reply in
      count += reply.count
      root.record(dump, reply)
    }
  }

  /// `refusal` is sock_diag's, where it should have been read.
  private static func readProc(
    _ root: HostRoot, _ deadline: Deadline, _ context: Context, refusal: Unreadable? = nil
  ) -> SocketsReading {
    var table = SocketTable(source: .proc, watching: context.watched)
    ProcNet.read(into: &table, live: root.isLive, deadline: deadline) { name, body in
      root.stream("/proc/net/\(name)", body)
    }
    var result = SocketsReading(
      facts(&table, root, context, refusal: refusal), from: table.origin(of: .tcp))
    result.watched = table.watched
    return result
  }

  private static func facts(
    _ table: inout SocketTable, _ root: HostRoot, _ context: Context, refusal: Unreadable? = nil
  ) -> Sockets {
    root.recording?.file.socketTables?.mark(&table)
    root.recorder?.tables(RecordedTables(table, refusal: refusal))
    let interfaceName = { (index: UInt32) -> String? in
      guard root.isLive else { return root.recording?.interfaceName(index) }
      let name = nameOfInterface(index)
      if let name { root.recorder?.interface(index, name) }
      return name
    }
    table.nameWatchedDevices(interfaceName)
    return table.sockets(settings: context.settings(), interfaceName: interfaceName)
  }
}
