internal import CEL
internal import Glibc
internal import Synchronization

/// The host's files: those of the running system, or those below another directory (an image, a
/// recorded host). The only place that opens files.
///
/// Below another directory every link is resolved inside it, and no path leads out. Nothing read
/// here blocks on purpose: files are opened without waiting and must be regular ones.
public final class HostRoot: Sendable {
  /// "/" or the directory that stands for it.
  public let path: String
  /// What a recorded host tells besides its files; nil for others.
  public let recording: Recording?
  /// What a report of sos(1) tells besides its files; nil for others.
  public let report: SosReport?
  /// Writes down what is read; nil where no one asked.
  public let recorder: Recorder?
  private let resolver: RootResolver?
  /// Where a recorded host has what was read a second time.
  private let folder: String
  private let notes = Mutex<[String: Note]>([:])
  /// `/proc` has been found to have something in it.
  private let sawProc = Atomic(false)

  /// What one file gave.
  struct Note: Hashable, Sendable {
    var path: String
    /// Bytes read; what was read before a failure counts.
    var bytes: Int
    /// Why it could not be read; nil where it was, or where there is none.
    var failure: Unreadable?
    var isAbsent: Bool
  }

  /// A file's kind and identity.
  struct Status: Hashable, Sendable {
    enum Kind: String, Sendable {
      case regular = "a regular file"
      case directory = "a directory"
      case link = "a symbolic link"
      case fifo = "a FIFO"
      case socket = "a socket"
      case device = "a device"
    }
    var kind: Kind
    var device: UInt64
    var inode: UInt64
    /// Bytes of a regular file.
    var size: Int
  }

  /// How large a file may be that is read whole; the largest in `/proc` are far below.
  public static let defaultLimit = 1 << 20
  /// Bytes of a table that are read below another root: those of seven million sockets.
  static let longestTable = 1 << 30

  public convenience init(_ path: String = "/") { self.init(path, usingOpenat2: true) }

  /// The running system; what is read of it is written down.
  public convenience init(recordingTo recorder: Recorder) {
    self.init("/", usingOpenat2: true, recorder: recorder)
  }

  /// A recorded host, a report of sos(1) or an image.
  public static func open(_ path: String) throws(RecordingFailure) -> HostRoot {
    let files = HostRoot(path)
    do throws(ReadFailure) {
      _ = try files.directory("/")
    } catch {
      let name = "'\(path)'"
      throw RecordingFailure(
        error == .system(ENOTDIR)
          ? "\(name) is not a directory"
          : error.isAbsence
            ? "there is no \(name)" : error.unreadable(path).reason)
    }
    if files.isLive { return files }
    if let recording = try Recording.read(files) {
      return HostRoot(path, usingOpenat2: true, recording: recording)
    }
    return HostRoot(path, usingOpenat2: true, report: SosReport.read(files))
  }

  /// Tests turn openat2(2) off to try what older kernels get.
  init(
    _ path: String, usingOpenat2: Bool, recording: Recording? = nil, report: SosReport? = nil,
    recorder: Recorder? = nil, folder: String = ""
  ) {
    let isLive = !path.isEmpty && path.utf8.allSatisfy { $0 == UInt8(ascii: "/") }
    self.path = isLive ? "/" : path
    resolver = isLive ? nil : RootResolver(path, usingOpenat2: usingOpenat2)
    self.recording = recording
    self.report = report
    self.recorder = recorder
    self.folder = folder
  }

  /// The same host as a second sample finds it.
  var atSecondSample: HostRoot {
    HostRoot(
      path, usingOpenat2: true, recording: recording, recorder: recorder, folder: "/second")
  }

  /// Whether it is the running system.
  public var isLive: Bool { resolver == nil }

  /// Whether it tells what a running system does: one itself, a recorded one, or files with a table
  /// of sockets among them.
  public var hasLiveFacts: Bool {
    isLive || recording != nil || (try? status("/proc/net/tcp")) != nil
  }

  /// What has been read so far, by path. Files of single processes are not listed.
  var read: [Note] {
    notes.withLock { $0.values.sorted { $0.path < $1.path } }
  }

  // MARK: Whole files

  /// A file's bytes. Absent where there is none.
  ///
  /// `chunk` is the size of each read(2): some files of `/proc/sys` give only what fits the first.
  /// Where files come by the hundred, `isNoted` keeps them out of the list of what was read.
  public func bytes(
    _ path: String, limit: Int = defaultLimit, chunk: Int = 16384, isNoted: Bool = true
  ) -> Reading<[UInt8]> {
    if let (content, location) = report?.file(path), content.count <= limit {
      if isNoted { note(location.path, bytes: content.count) }
      return .value(content, .file(location))
    }
    var content: [UInt8] = []
    do throws(ReadFailure) {
      let file = try open(path)
      // Files of a running system's `/proc` have no size; others need not be read to know it.
      if !isLive, try HostRoot.status(of: file).size > limit { throw .longer(limit: limit) }
      while true {
        let count = try HostRoot.append(from: file, atMost: chunk, to: &content)
        if count == 0 { break }
        if content.count > limit { throw .longer(limit: limit) }
      }
    } catch {
      if isNoted { note(path, bytes: content.count, failure: error) }
      return failed(path, error)
    }
    if isNoted { note(path, bytes: content.count) }
    recorder?.file(path, in: folder, content)
    return .value(content, .file(SourceLocation(path: path)))
  }

  /// A file's text, with U+FFFD where it is not UTF-8.
  func text(_ path: String, limit: Int = defaultLimit, chunk: Int = 16384)
    -> Reading<String>
  {
    bytes(path, limit: limit, chunk: chunk).flatMap { bytes, origin in
      .value(String(decoding: bytes, as: UTF8.self), origin)
    }
  }

  /// A file's first line, without spaces at its ends.
  func line(_ path: String) -> Reading<String> {
    text(path).flatMap { text, origin in .value(trimmed(lines(text).first ?? ""), origin) }
  }

  // MARK: Tables

  /// Hands a table to `body` as it is read, until `body` answers false; the bytes handed over.
  ///
  /// Each buffer is what one read(2) gave. A table that no kernel made may be of any length: beyond
  /// `limit` bytes it is unavailable, and what came before has been handed over.
  func stream(
    _ path: String, limit: Int = longestTable, chunk: Int = 1 << 18, _ body: (Span<UInt8>) -> Bool
  ) -> Reading<Int> {
    var total = 0
    do throws(ReadFailure) {
      let file = try open(path)
      var buffer: [UInt8] = []
      buffer.reserveCapacity(chunk)
      while true {
        buffer.removeAll(keepingCapacity: true)
        let count = try HostRoot.append(from: file, atMost: chunk, to: &buffer)
        if count == 0 { break }
        total += count
        recorder?.table(path, in: folder, buffer.span)
        if !body(buffer.span) { break }
        if !isLive && total >= limit { throw .longer(limit: limit) }
      }
    } catch {
      note(path, bytes: total, failure: error)
      return failed(path, error)
    }
    note(path, bytes: total)
    recorder?.endOfTable(path, in: folder)
    return .value(total, .file(SourceLocation(path: path)))
  }

  /// Writes down a datagram of sock_diag(7), if somebody asked for that.
  func record(_ dump: SockDiagDump, _ reply: Span<UInt8>) {
    recorder?.replies(dump, in: folder, reply)
  }

  // MARK: Directories, links, identities

  func directory(_ path: String) throws(ReadFailure) -> Directory {
    try Directory(
      try descriptor(path, flags: O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC))
  }

  /// Names in a directory, in no order.
  func names(_ path: String) throws(ReadFailure) -> [String] {
    var directory = try directory(path)
    var names: [String] = []
    while let entry = directory.next() { names.append(entry.name) }
    guard directory.failure == 0 else { throw .system(directory.failure) }
    return names
  }

  /// The kind and identity of what a path names, links followed. Opens nothing: safe on devices.
  func status(_ path: String) throws(ReadFailure) -> Status {
    do throws(ReadFailure) {
      let status =
        try isLive
        ? systemStatus(path)
        : HostRoot.status(of: try descriptor(path, flags: pathOnly | O_CLOEXEC))
      if status.kind == .directory { recorder?.directory(path) }
      return status
    } catch {
      guard error.isAbsence else { throw error }
      recorder?.missing(path, in: folder, nil)
      if let recording { return try recording.status(ofMissing: folder + path) }
      if let status = report?.status(path) { return status }
      throw error
    }
  }

  /// Whether a path names anything.
  func has(_ path: String) -> Bool { (try? linkStatus(path)) != nil }

  /// The kind of what a path names, a link itself.
  func linkStatus(_ path: String) throws(ReadFailure) -> Status {
    if isLive { return try systemStatus(path, flags: AT_SYMLINK_NOFOLLOW) }
    return try HostRoot.status(of: try descriptor(path, flags: pathOnly | O_NOFOLLOW | O_CLOEXEC))
  }

  /// Where a link points, as it is written; nil where the path is no link, or not there.
  func linkTarget(_ path: String) -> String? {
    do throws(ReadFailure) {
      // In one call, where no directory stands for the root: EINVAL for what is no link.
      if isLive { return path.utf8.contains(0) ? nil : try readLink(AT_FDCWD, located(path)) }
      let link = try descriptor(path, flags: pathOnly | O_NOFOLLOW | O_CLOEXEC)
      guard try HostRoot.status(of: link).kind == .link else { return nil }
      return try readLink(link.number, "")
    } catch {
      return nil
    }
  }

  /// Opens a regular file for reading.
  func open(_ path: String) throws(ReadFailure) -> FileDescriptor {
    // Opening a device can act on it. The kernel's own directories have none.
    if !isLive || !path.hasPrefix("/proc/") { try HostRoot.requireRegular(try status(path)) }
    let file = try descriptor(path, flags: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    try HostRoot.requireRegular(try HostRoot.status(of: file))
    return file
  }

  /// Opens anything, such as a namespace's file.
  func descriptor(_ path: String, flags: Int32) throws(ReadFailure) -> FileDescriptor {
    guard !path.utf8.contains(0) else { throw .notAPath }
    if let resolver {
      return try resolver.open(recording == nil ? path : folder + path, flags: flags)
    }
    let number = unsafe Glibc.open(located(path), flags)
    guard number >= 0 else { throw .system(errno) }
    return FileDescriptor(owning: number)
  }

  /// `/proc/net` is a link to `self/net`, the *process's* main thread's namespace. This thread may
  /// have entered another.
  private func located(_ path: String) -> String {
    path.hasPrefix("/proc/net/") ? "/proc/thread-self" + path.dropFirst(5) : path
  }

  // MARK: Notes

  private func note(_ path: String, bytes: Int, failure: ReadFailure? = nil) {
    // Files of single processes come by the thousand; a recorded host has its own form for them.
    if path.hasPrefix("/proc/"), path.utf8.dropFirst(6).first.map(isDigit) == true { return }
    let absent = failure?.isAbsence == true
    let note = Note(
      path: path, bytes: bytes, failure: absent ? nil : failure?.unreadable(path),
      isAbsent: absent)
    notes.withLock { $0[path] = note }
  }

  /// A missing file of `/proc` says nothing where `/proc` itself is missing.
  private func failed<Value>(_ path: String, _ failure: ReadFailure) -> Reading<Value> {
    if let recording, failure.isAbsence || failure == .notRecorded {
      return recording.reading(ofMissing: folder + path)
    }
    if report != nil, failure.isAbsence, path.hasPrefix("/proc/sys/") {
      return .unavailable(
        .init("the report has no '\(path)': see its \(SosReport.sysctls.dropFirst())"))
    }
    let reading: Reading<Value> =
      failure.isAbsence && path.hasPrefix("/proc/") && !hasProc
      ? .unavailable(.init("'/proc' is not mounted")) : failure.reading(path)
    recorder?.missing(path, in: folder, reading.unreadable)
    return reading
  }

  /// Whether `/proc` has anything in it.
  var hasProc: Bool {
    // Asked for each file that is missing; the directory lists all processes, which takes longer.
    if sawProc.load(ordering: .relaxed) || report != nil { return true }
    if isLive, (try? systemStatus("/proc/self")) != nil {
      sawProc.store(true, ordering: .relaxed)
      return true
    }
    do throws(ReadFailure) {
      var directory = try directory("/proc")
      let hasAny = directory.next() != nil || directory.failure != 0
      sawProc.store(hasAny, ordering: .relaxed)
      return hasAny
    } catch {
      return !error.isAbsence
    }
  }

  static func requireRegular(_ status: Status) throws(ReadFailure) {
    if status.kind != .regular { throw .isA(status.kind.rawValue) }
  }

  static func status(of file: borrowing FileDescriptor) throws(ReadFailure) -> Status {
    var result = stat()
    guard unsafe fstat(file.number, &result) == 0 else { throw .system(errno) }
    return status(result)
  }

  /// In one call, where no directory stands for the root.
  private func systemStatus(_ path: String, flags: Int32 = 0) throws(ReadFailure) -> Status {
    guard !path.utf8.contains(0) else { throw .notAPath }
    var result = stat()
    guard unsafe fstatat(AT_FDCWD, located(path), &result, flags) == 0 else {
      throw .system(errno)
    }
    return HostRoot.status(result)
  }

  private static func status(_ result: stat) -> Status {
    let kind: Status.Kind =
      switch result.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFLNK: .link
      case S_IFIFO: .fifo
      case S_IFSOCK: .socket
      default: .device
      }
    return Status(
      kind: kind, device: UInt64(result.st_dev), inode: UInt64(result.st_ino),
      size: Int(result.st_size))
  }

  /// Appends what one read(2) gives; 0 at the end.
  static func append(
    from file: borrowing FileDescriptor, atMost count: Int, to content: inout [UInt8]
  ) throws(ReadFailure) -> Int {
    let number = file.number
    var result = 0
    var failure: Int32 = 0
    if content.capacity - content.count < count {
      // Exactly what is needed would copy everything at each piece of a large file.
      content.reserveCapacity(max(content.count + count, 2 * content.capacity))
    }
    content.append(addingCapacity: count) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
        repeat {
          result = unsafe Glibc.read(number, buffer.baseAddress, count)
          failure = errno
        } while result < 0 && failure == EINTR
        initialized = max(result, 0)
      }
    }
    guard result >= 0 else { throw .system(failure) }
    return result
  }
}
