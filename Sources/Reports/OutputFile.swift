import Glibc

extension OutputRequest.Destination {
  /// Writes all bytes, or says in one sentence why not. A file appears whole or not at all.
  ///
  /// A reader of standard output that has gone away (`sockwise audit | head -1`) is no error. For
  /// that `main` must ignore SIGPIPE first, with `signal(SIGPIPE, SIG_IGN)`: write(2) then fails
  /// with EPIPE, where the signal would have ended the process before the exit status was decided.
  ///
  /// - Parameter mode: the mode bits of a file; nil for those of the one that was there, or else what
  ///   the umask leaves.
  public func write(_ bytes: [UInt8], mode: UInt32? = nil) throws(OutputError) {
    switch self {
    case .standardOutput:
      try OutputDescriptor(STDOUT_FILENO, name: "standard output").writeAll(bytes)
    case .file(let path): try OutputFile(path).replace(with: bytes, mode: mode)
    }
  }
}

/// A file that is replaced by a whole new one, so that no reader ever sees half a report.
struct OutputFile {
  let path: String

  init(_ path: String) { self.path = path }

  private var directory: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Writes a temporary file in the same directory and renames it, rename(2). Mode bits of a file
  /// that was there stay; its owner becomes the caller. A symbolic link, or anything but a regular
  /// file, is refused: renaming would replace it, which is hardly what was meant.
  ///
  /// - Parameter demanded: mode bits in their place.
  func replace(with bytes: [UInt8], mode demanded: mode_t? = nil) throws(OutputError) {
    let existing = try permissionsOfExistingFile()
    let mode = demanded ?? existing
    let (temporary, descriptor) = try createTemporary(mode: mode ?? 0o666)
    do throws(OutputError) {
      defer { close(descriptor.number) }
      if let mode, fchmod(descriptor.number, mode) != 0 { throw failure(errno) }
      try descriptor.writeAll(bytes, ignoringClosedPipe: false)
      // Some file systems tell only here that there was no space, see close(2): once through a
      // duplicate, so that the answer is read before the name changes.
      let duplicate = dup(descriptor.number)
      if duplicate < 0 || close(duplicate) != 0 { throw failure(errno) }
      if unsafe rename(temporary, path) != 0 { throw failure(errno) }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }

  private func permissionsOfExistingFile() throws(OutputError) -> mode_t? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      // Nothing there yet; anything else shows again, with its reason, when the file is created.
      return nil
    }
    switch status.st_mode & S_IFMT {
    // Bits that another user chose, or that let others write, are not taken over.
    case S_IFREG: return status.st_uid == geteuid() ? status.st_mode & 0o755 : nil
    case S_IFLNK:
      throw OutputError("cannot write '\(path.shown)': it is a symbolic link; name the file itself")
    case S_IFDIR: throw OutputError("cannot write '\(path.shown)': it is a directory")
    default:
      throw OutputError(
        "cannot write '\(path.shown)': it is not a regular file; "
          + "write to - and redirect standard output")
    }
  }

  /// - Parameter mode: who may open it, from the first moment on, of those whom the umask leaves.
  private func createTemporary(mode: mode_t) throws(OutputError) -> (
    path: String, OutputDescriptor
  ) {
    for _ in 0..<100 {
      let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
      let temporary = "\(directory)/.sockwise-\(suffix).tmp"
      let number = unsafe open(
        temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
      if number >= 0 {
        return (temporary, OutputDescriptor(number, name: "'\(path.shown)'"))
      }
      if errno != EEXIST { throw failure(errno) }
    }
    throw failure(EEXIST)
  }

  private func failure(_ code: Int32) -> OutputError {
    OutputError("cannot write '\(path.shown)': \(describe(errno: code))")
  }
}

/// An open descriptor that output goes to.
struct OutputDescriptor {
  let number: Int32
  /// What messages call it.
  let name: String

  init(_ number: Int32, name: String) {
    self.number = number
    self.name = name
  }

  /// write(2) until everything is written: it may take less than it was given, be interrupted
  /// (EINTR), or, where another process made a shared terminal or pipe non-blocking, ask to wait
  /// (EAGAIN).
  func writeAll(_ bytes: [UInt8], ignoringClosedPipe: Bool = true) throws(OutputError) {
    var offset = 0
    while offset < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          number, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
      }
      if written > 0 {
        offset += written
        continue
      }
      let code = written == 0 ? EIO : errno
      switch code {
      case EINTR: continue
      case EAGAIN: waitUntilWritable()
      // The reader has all it wanted.
      case EPIPE where ignoringClosedPipe: return
      default: throw OutputError("cannot write \(name): \(describe(errno: code))")
      }
    }
  }

  private func waitUntilWritable() {
    var request = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    // Whatever comes of it, write(2) is asked again and tells.
    _ = unsafe poll(&request, 1, -1)
  }
}

/// The system's words for an error number.
func describe(errno code: Int32) -> String {
  guard let text = unsafe strerror(code) else { return "error \(code)" }
  return unsafe String(cString: text)
}
