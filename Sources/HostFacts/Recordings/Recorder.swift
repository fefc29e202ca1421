internal import CEL
internal import JSON
internal import Synchronization

/// Writes what is read of a host into a new directory, while it is read; nothing is read twice.
///
/// Its files are the user's alone. Sources may still be reading when time is up: what comes after
/// ``finish(_:)`` is dropped.
public final class Recorder: Sendable {
  private let directory: RecordingDirectory
  private let tool: String
  private let time: String
  private let anonymizer: Anonymizer?
  private let state = Mutex(State())

  private struct State {
    /// Files that are written piece by piece.
    var open: [String: Piecewise] = [:]
    var absent: Set<String> = []
    var directories: Set<String> = []
    var unreadable: [String: Unreadable] = [:]
    /// What is none of a file that is read, and why nothing was read of it.
    var notFiles: [String: String] = [:]
    /// Configuration files of an anonymous recording: what their names become depends on all of them.
    var configuration: [String: [UInt8]] = [:]
    /// Files of kernel parameters that rules name.
    var asked: Set<String> = []
    var written: Set<String> = []
    var tables: RecordedTables?
    var units: RecordedUnits?
    var interfaces: [String: String] = [:]
    var failure: RecordingFailure?
    var isFinished = false

    /// All that is named in some way.
    var paths: [String] {
      [
        Array(configuration.keys), Array(absent), Array(directories), Array(unreadable.keys),
        Array(notFiles.keys),
      ].flatMap(\.self)
    }
  }

  /// A file that is written piece by piece.
  private final class Piecewise {
    let file: FileDescriptor
    /// Of a table whose addresses are to be replaced.
    var rows: AnonymousRows?

    init(_ file: consuming FileDescriptor, rows: AnonymousRows?) {
      self.file = file
      self.rows = rows
    }
  }

  /// Makes the directory.
  /// - Parameters:
  ///   - directory: must not be there, or be empty.
  ///   - tool: version of the program.
  ///   - time: now, as ISO 8601 in UTC.
  ///   - anonymize: replaces addresses and names by others, the same ones throughout.
  public init(
    directory: String, tool: String, time: String, anonymize: Bool
  ) throws(RecordingFailure) {
    self.directory = try RecordingDirectory(directory)
    _ = try self.directory.create(Recording.unfinished)
    self.tool = tool
    self.time = time
    anonymizer = anonymize ? Anonymizer() : nil
  }

  /// Why the recording is not complete; nil where it is.
  public var failure: RecordingFailure? { state.withLock { $0.failure } }

  /// Whether a file belongs into a recording. What is not here is told by `sockets.json` and
  /// `recording.json`, or not needed: processes have names, and their files are many.
  private static func wants(_ path: String) -> Bool {
    path.hasPrefix("/proc/sys/") || path.hasPrefix("/proc/net/") || path == "/proc/1/comm"
      || path == "/run/systemd/system" || SysctlSources.reads(path)
  }

  // MARK: Files

  /// A file that was read. `folder` is that of a second sample.
  func file(_ path: String, in folder: String, _ content: [UInt8]) {
    guard Self.wants(path) else { return }
    attempt { state throws(RecordingFailure) in
      // The same file may be read for two facts.
      guard state.written.insert(folder + path).inserted else { return }
      let content = RecordedConfiguration(anonymizer: anonymizer)(path, content)
      guard let anonymizer else { return try write(folder + path, content) }
      if SysctlSources.kind(of: path) != nil {
        state.configuration[path] = content
      } else if let kept = anonymizer.file(path, content) {
        try write(folder + path, kept)
      }
    }
  }

  /// What stands in the place of a file and is none, such as a link to nothing: an empty file means
  /// the same to who replays it.
  /// - Parameters:
  ///   - why: Why nothing was read; nil where it was meant so.
  ///   - unnamed: The same without names of files.
  func notAFile(_ path: String, _ why: String?, unnamed: String?) {
    file(path, in: "", [])
    guard Self.wants(path), let reason = anonymizer == nil ? why : unnamed else { return }
    state.withLock { $0.notFiles[path] = reason }
  }

  /// A kernel parameter that a rule names.
  func asked(_ path: String) {
    state.withLock { _ = $0.asked.insert(path) }
  }

  /// A directory that is there. Only its name is kept: copies lose empty directories.
  func directory(_ path: String) {
    guard Self.wants(path) else { return }
    state.withLock { _ = $0.directories.insert(path) }
  }

  /// A file that is not there, or could not be read.
  func missing(_ path: String, in folder: String, _ why: Unreadable?) {
    guard Self.wants(path), anonymizer?.isHarmless(path) != false else { return }
    state.withLock { state in
      if let why {
        state.unreadable[folder + path] = why
      } else {
        state.absent.insert(folder + path)
      }
    }
  }

  // MARK: Socket tables

  /// A piece of a table of `/proc/net`.
  func table(_ path: String, in folder: String, _ piece: Span<UInt8>) {
    guard Self.wants(path) else { return }
    let bytes = piece.copied
    attempt { state throws(RecordingFailure) in
      // Read once more for the ports of socket units.
      guard !state.written.contains(folder + path) else { return }
      let table = try piecewise(folder + path, path, in: &state)
      try directory.write(table.rows?.consume(bytes) ?? bytes, to: table.file)
    }
  }

  /// A table of `/proc/net` was read to its end, which an empty one has too.
  func endOfTable(_ path: String, in folder: String) {
    guard Self.wants(path) else { return }
    attempt { state throws(RecordingFailure) in
      guard !state.written.contains(folder + path) else { return }
      _ = try piecewise(folder + path, path, in: &state)
      state.open[folder + path] = nil
      state.written.insert(folder + path)
    }
  }

  /// A datagram of sock_diag(7).
  func replies(_ dump: SockDiagDump, in folder: String, _ datagram: Span<UInt8>) {
    let bytes = RecordedReply.cleaned(datagram.copied, anonymizer)
    attempt { state throws(RecordingFailure) in
      let path = "\(folder)/sock_diag/\(dump.fileName)"
      try directory.write(bytes, to: try piecewise(path, path, in: &state).file)
    }
  }

  /// How the socket tables were read.
  func tables(_ tables: RecordedTables) {
    state.withLock { $0.tables = tables }
  }

  /// What units are made of. None of it is kept in an anonymous recording: units are told apart by their
  /// names, and belong together by parts of them.
  func units(_ units: RecordedUnits) {
    guard anonymizer == nil else { return }
    state.withLock { $0.units = units }
  }

  /// The name of an interface.
  func interface(_ index: UInt32, _ name: String) {
    let name = anonymizer?.interface(index, name) ?? name
    state.withLock { $0.interfaces["\(index)"] = name }
  }

  // MARK: The end

  /// Writes what the files do not tell; last `recording.json`, which makes it a recording.
  /// - Parameter hostIsInitial: whether this process is in the initial network namespace.
  func finish(_ host: Host, hostIsInitial: Reading<Bool>?) {
    attempt { state throws(RecordingFailure) in
      state.isFinished = true
      state.open.removeAll()
      if let sockets = host.sockets.value {
        var file = RecordedSockets(sockets)
        anonymizer?.anonymize(&file)
        try write(RecordedOwners.path, RecordingJSON.encode(file))
      }
      if var units = state.units {
        switch host.units {
        case .value(let list, _): units.takers = list.recordedTakers
        // They came too late for this run, and nobody looked for what is in their way.
        case .absent(let why): units = RecordedUnits(gap: RecordedReason(.init(why)))
        case .unavailable(let why): units = RecordedUnits(gap: RecordedReason(why))
        }
        try write(RecordedUnits.path, RecordingJSON.encode(units.sorted))
      }
      let names = anonymizer.map { ConfigurationNames(state.paths, $0) }
      for (path, content) in state.configuration { try write(names?(path) ?? path, content) }
      var file = RecordingFile(
        tool: tool, recorded: time, anonymized: anonymizer != nil,
        byteOrder: RecordingFile.byteOrder, kernel: host.kernel.value?.release,
        namespace: RecordedNamespace(host.namespace),
        hostIsInitial: RecordedReading(hostIsInitial ?? .unavailable(.init("not read"))),
        namespaces: host.namespaces.map(RecordedEntry.init),
        namespacesGap: host.namespacesGap.map(RecordedReason.init), socketTables: state.tables,
        closeWaits: host.sockets.value.flatMap { RecordedCloseWaits($0) },
        interfaces: state.interfaces,
        // A sample of an earlier run is not in the recording.
        sampleSeconds: host.delta.isSinceLastRun.value == true ? nil : host.delta.seconds.value,
        directories: state.directories.sorted(),
        absent: state.absent.subtracting(state.written).filter { mayTell($0, state) }.sorted(),
        unreadable: state.unreadable.filter { mayTell($0.key, state) }.sorted { $0.key < $1.key }
          .map { RecordedFailure(path: $0.key, why: .init($0.value)) },
        notFiles: state.notFiles.sorted { $0.key < $1.key }
          .map { RecordedFailure(path: $0.key, why: .init(Unreadable($0.value))) })
      if let anonymizer, let names { anonymizer.anonymize(&file, names) }
      try write(Recording.path, RecordingJSON.encode(file))
      directory.remove(Recording.unfinished)
    }
  }

  /// Whether a missing file may be named. Configuration files name parameters as they like, and those
  /// that no kernel has are only there.
  private func mayTell(_ path: String, _ state: State) -> Bool {
    guard anonymizer != nil, path.hasPrefix("/proc/sys/") else { return true }
    return state.asked.contains(path)
      || SysctlKey(path: Array(path.utf8.dropFirst("/proc/sys/".utf8.count))).isOfKernel
  }

  private func write(_ path: String, _ bytes: [UInt8]) throws(RecordingFailure) {
    try directory.write(bytes, to: try directory.create(path))
  }

  private func piecewise(_ file: String, _ path: String, in state: inout State)
    throws(RecordingFailure) -> Piecewise
  {
    if let known = state.open[file] { return known }
    let isTable = path.hasPrefix("/proc/net/")
    let rows = isTable ? anonymizer.map { AnonymousRows(isIPv6: path.hasSuffix("6"), $0) } : nil
    let new = Piecewise(try directory.create(file), rows: rows)
    state.open[file] = new
    return new
  }

  /// Nothing more is written after the first failure.
  private func attempt(_ body: (inout State) throws(RecordingFailure) -> Void) {
    state.withLock { state in
      guard !state.isFinished, state.failure == nil else { return }
      do throws(RecordingFailure) {
        try body(&state)
      } catch {
        state.failure = error
      }
    }
  }
}

extension Span<UInt8> {
  /// Its bytes, to keep.
  var copied: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for index in indices { bytes.append(self[index]) }
    return bytes
  }
}
