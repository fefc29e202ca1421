internal import Glibc

/// Why a file, directory or link could not be read.
enum ReadFailure: Error, Hashable {
  /// A system call's errno.
  case system(Int32)
  /// It is there and is not what was asked for: "a directory", "a FIFO".
  case isA(String)
  case longer(limit: Int)
  /// The path cannot name a file: it holds a NUL.
  case notAPath
  /// A recorded host does not tell.
  case notRecorded

  /// Whether it says that there is no such thing, rather than that it could not be read.
  var isAbsence: Bool {
    switch self {
    // ESRCH: the process whose /proc file it is has ended.
    case .system(let number): number == ENOENT || number == ENOTDIR || number == ESRCH
    default: false
    }
  }

  /// Whether it says that more rights would help.
  var isRefusal: Bool { self == .system(EACCES) || self == .system(EPERM) }

  /// The reading that this failure stands for. `grant` is what to grant where permission is
  /// missing.
  func reading<Value>(_ path: String, grant: String = "root") -> Reading<Value> {
    if isAbsence { return .absent("there is no '\(path)'") }
    return .unavailable(unreadable(path, grant: grant))
  }

  func unreadable(_ path: String, grant: String = "root") -> Unreadable {
    switch self {
    case .system(let number) where number == EACCES || number == EPERM:
      .init("'\(path)': permission denied", grant: grant)
    case .system(let number): .init("'\(path)': \(errnoText(number))")
    case .isA(let kind): .init("'\(path)' is \(kind)")
    case .longer(let limit): .init("'\(path)' is longer than \(limit) bytes")
    case .notAPath: .init("a path holds a NUL character")
    case .notRecorded: .init("the recording has no '\(path)'")
    }
  }
}

/// What an error number means, in words that no locale changes.
public func errnoText(_ number: Int32) -> String {
  errnoWords[number] ?? "error number \(number)"
}

private let errnoWords: [Int32: String] = [
  EACCES: "permission denied (EACCES)",
  EAGAIN: "not ready (EAGAIN)",
  EBADF: "descriptor is closed (EBADF)",
  EINVAL: "refused as invalid (EINVAL)",
  EIO: "input or output error (EIO)",
  EISDIR: "is a directory (EISDIR)",
  ELOOP: "too many symbolic links (ELOOP)",
  EMFILE: "too many open descriptors in this process (EMFILE)",
  ENAMETOOLONG: "name too long (ENAMETOOLONG)",
  ENFILE: "too many open files on this host (ENFILE)",
  ENODEV: "no such device (ENODEV)",
  ENOENT: "not found (ENOENT)",
  ENOMEM: "out of memory (ENOMEM)",
  ENOSYS: "not implemented by this kernel (ENOSYS)",
  ENOTDIR: "not a directory (ENOTDIR)",
  ENXIO: "no device behind it (ENXIO)",
  EPERM: "not permitted (EPERM)",
  ESRCH: "the process has ended (ESRCH)",
  ESTALE: "stale network file system handle (ESTALE)",
]
