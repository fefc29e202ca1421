internal import Glibc

/// A directory in which a run keeps its `RunState` for the next one.
///
/// Other users may be able to write there, and a run may have been broken off: what is found is used
/// only where it is whole, ours and a regular file, and no link in the directory is followed.
public struct StateDirectory: Sendable {
  /// Bytes of a file; read as JSON they take up to thirty times as much memory.
  private static let limit = 4 << 20

  private let path: String
  /// The name of the file in it.
  let name: String

  /// - Parameter scope: what is audited, in the words of the command line: each has a file of its own.
  public init(_ path: String, scope: String) {
    self.path = path
    name = "audit-\(Self.escaped(scope)).json"
  }

  /// `$STATE_DIRECTORY` may name several, with colons between them (systemd.exec(5)).
  public static func first(of variable: String) -> String? {
    let first = variable.prefix { $0 != ":" }
    return first.isEmpty ? nil : String(first)
  }

  /// What was found there.
  public struct Found: Sendable {
    /// Nil where there was no run before, or what it left cannot be used.
    public var state: RunState?
    /// Why it cannot be used, as a sentence.
    public var refusal: String?
    /// Whether the system did not let it be read: what is there may be whole, and must stay.
    public var isUnread = false
  }

  /// Why there is no state.
  private enum Failure: Error {
    /// What is there is none, or not ours.
    case unusable(String)
    /// The system did not let it be read.
    case unread(String)
  }

  /// Reads what the last run left. What cannot be used is renamed, in place of what was renamed
  /// before, so that somebody can look at it and the next run is not told again. What could not be
  /// read stays.
  public func read() -> Found {
    let directory: CInt
    do throws(OutputError) { directory = try open() } catch {
      return Found(refusal: error.description, isUnread: true)
    }
    defer { close(directory) }
    let bytes: [UInt8]
    do throws(Failure) {
      guard let found = try self.bytes(in: directory) else { return Found() }
      bytes = found
    } catch {
      switch error {
      case .unusable(let why): return setAside("'\(file.shown)' \(why)", in: directory)
      case .unread(let why):
        return Found(
          refusal: "'\(file.shown)' cannot be read and stays as it is: \(why)", isUnread: true)
      }
    }
    do throws(DocumentError) {
      return Found(state: try RunState(bytes, name: file))
    } catch {
      return setAside("\(error)", in: directory)
    }
  }

  private func setAside(_ why: String, in directory: CInt) -> Found {
    let aside = name + ".refused"
    if unsafe renameat(directory, name, directory, aside) == 0 {
      return Found(refusal: "\(why); it was renamed to '\(aside)'")
    }
    return Found(refusal: "\(why); '\(file.shown)' could not be renamed: \(describe(errno: errno))")
  }

  /// Puts a whole file in the place of the one that is there, through a temporary one beside it.
  public func write(_ state: RunState) throws(OutputError) {
    let directory = try open()
    defer { close(directory) }
    removeLeftOvers(in: directory)
    let temporary = ".\(name).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    let number = unsafe openat(
      directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw failure(errno) }
    do throws(OutputError) {
      defer { close(number) }
      try OutputDescriptor(number, name: "'\(file.shown)'")
        .writeAll(state.document(limit: Self.limit), ignoringClosedPipe: false)
      // The name must not be there before what it names is on the disk.
      if fsync(number) != 0 { throw failure(errno) }
      if unsafe renameat(directory, temporary, directory, name) != 0 { throw failure(errno) }
      // Where the file system cannot, the new name may be lost with the power, and the old one is there.
      _ = fsync(directory)
    } catch {
      _ = unsafe unlinkat(directory, temporary, 0)
      throw error
    }
  }

  private var file: String { "\(path)/\(name)" }

  /// Opens the directory. Its path is the caller's: systemd itself makes a link of it for
  /// DynamicUser=yes.
  private func open() throws(OutputError) -> CInt {
    let number = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if number >= 0 { return number }
    throw OutputError(
      errno == ENOENT
        ? "there is no '\(path.shown)' to keep what was found in; make it, or name another with --state"
        : "'\(path.shown)' cannot be used to keep what was found in: \(describe(errno: errno))")
  }

  /// Nil where there is no file.
  private func bytes(in directory: CInt) throws(Failure) -> [UInt8]? {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let number = unsafe openat(directory, name, flags)
    guard number >= 0 else {
      switch errno {
      case ENOENT: return nil
      case ELOOP: throw .unusable("is a symbolic link")
      // open(2): a socket.
      case ENXIO: throw .unusable("is not a regular file")
      default: throw .unread(describe(errno: errno))
      }
    }
    defer { close(number) }
    var status = stat()
    var place = stat()
    guard unsafe fstat(number, &status) == 0, unsafe fstat(directory, &place) == 0 else {
      throw .unread(describe(errno: errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unusable("is not a regular file") }
    guard [0, geteuid(), place.st_uid].contains(status.st_uid) else {
      throw .unusable("belongs to another user")
    }
    let isTooLarge = Failure.unusable("is larger than \(Self.limit >> 20) MiB")
    guard status.st_size <= Self.limit else { throw isTooLarge }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= Self.limit {
      let count = unsafe Glibc.read(number, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .unread(describe(errno: errno)) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
    throw isTooLarge
  }

  private func failure(_ code: CInt) -> OutputError {
    OutputError("cannot write '\(file.shown)': \(describe(errno: code))")
  }

  /// As systemd-escape(1) does: `/` becomes `-`, and what is not of a name `\x2d` and the like.
  private static func escaped(_ scope: String) -> String {
    var text = ""
    for byte in scope.utf8.drop(while: { $0 == UInt8(ascii: "/") }) {
      switch byte {
      case UInt8(ascii: "/"): text += "-"
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16)
        text += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
      }
    }
    return text
  }
}
