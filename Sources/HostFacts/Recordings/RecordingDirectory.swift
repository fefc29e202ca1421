internal import Glibc

/// The new directory that a recording goes into. Only its owner may read it, and nothing in it is
/// there that this object has not made: a link that somebody put there is refused, not followed.
final class RecordingDirectory: Sendable {
  private let path: String
  private let base: FileDescriptor

  /// Makes it, or takes an empty one.
  init(_ path: String) throws(RecordingFailure) {
    // With a slash at its end a link would be followed in spite of O_NOFOLLOW.
    var name = path
    while name.utf8.count > 1, name.utf8.last == UInt8(ascii: "/") { name.removeLast() }
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw RecordingFailure("the name of a recording's directory is empty or holds a NUL")
    }
    self.path = name
    // EEXIST: whether it is an empty directory is looked at below.
    if unsafe mkdir(name, 0o700) != 0, errno != EEXIST {
      throw RecordingFailure("'\(name)' cannot be made: \(errnoText(errno))")
    }
    let number = unsafe open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard number >= 0 else {
      throw RecordingFailure(
        errno == ENOTDIR || errno == ELOOP
          ? "'\(name)' is not a directory" : "'\(name)' cannot be opened: \(errnoText(errno))")
    }
    base = FileDescriptor(owning: number)
    try Self.checkEmpty(number, name)
    var status = stat()
    guard unsafe fstat(number, &status) == 0, status.st_uid == geteuid() else {
      throw RecordingFailure("'\(name)' belongs to another user")
    }
    guard fchmod(number, 0o700) == 0 else {
      throw RecordingFailure("'\(name)' cannot be kept from other users: \(errnoText(errno))")
    }
  }

  private static func checkEmpty(_ number: Int32, _ name: String) throws(RecordingFailure) {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw RecordingFailure("'\(name)': \(errnoText(errno))") }
    do throws(ReadFailure) {
      var directory = try Directory(FileDescriptor(owning: copy))
      let isEmpty = directory.next() == nil
      if directory.failure != 0 { throw .system(directory.failure) }
      if isEmpty { return }
    } catch {
      throw RecordingFailure(error.unreadable(name).reason)
    }
    throw RecordingFailure("'\(name)' is not empty; name a directory that is not there yet")
  }

  /// Makes a file, and the directories above it.
  func create(_ file: String) throws(RecordingFailure) -> FileDescriptor {
    var components = file.split(separator: "/").map(String.init)
    guard let name = components.popLast() else { throw RecordingFailure("'\(file)' is no file") }
    let directory = try makeDirectories(components)
    let number = unsafe openat(
      directory.number, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw failure(file, errno) }
    return FileDescriptor(owning: number)
  }

  /// Takes a file away that is in no directory below.
  func remove(_ file: String) {
    _ = unsafe unlinkat(base.number, String(file.drop { $0 == "/" }), 0)
  }

  private func makeDirectories(_ components: [String]) throws(RecordingFailure) -> FileDescriptor {
    let number = fcntl(base.number, F_DUPFD_CLOEXEC, 0)
    guard number >= 0 else { throw failure("", errno) }
    var directory = FileDescriptor(owning: number)
    for name in components {
      guard name != "..", name != ".", !name.utf8.contains(0) else {
        throw RecordingFailure("'\(name)' is no name of a file")
      }
      // EEXIST: made for another file. A link in its place fails below.
      if unsafe mkdirat(directory.number, name, 0o700) != 0, errno != EEXIST {
        throw failure(name, errno)
      }
      let next = unsafe openat(
        directory.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { throw failure(name, errno) }
      directory = FileDescriptor(owning: next)
    }
    return directory
  }

  /// Appends to a file made here.
  func write(_ bytes: [UInt8], to file: borrowing FileDescriptor) throws(RecordingFailure) {
    var start = 0
    while start < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(file.number, $0.baseAddress?.advanced(by: start), $0.count - start)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("", errno)
      }
      start += count
    }
  }

  private func failure(_ file: String, _ number: Int32) -> RecordingFailure {
    let why = number == ENOSPC ? "no space is left (ENOSPC)" : errnoText(number)
    let place = file.isEmpty ? path : "\(path)/\(file)"
    return RecordingFailure("'\(place)' cannot be written: \(why); the recording is incomplete")
  }
}
