public import Glibc

/// A system call that failed: what was tried, and the errno by its name.
public struct SystemCallError: Error, Hashable, CustomStringConvertible {
  public let call: String
  public let code: CInt

  /// Takes `errno` unless told a code, so it comes first after the call.
  public init(_ call: String, code: CInt = errno) {
    self.call = call
    self.code = code
  }

  /// `EADDRINUSE` for 98; the number where the table below has no name.
  public var name: String { Self.names[code] ?? "errno \(code)" }

  public var description: String { "\(call): \(name)" }

  /// The codes that sockets, namespaces and `/proc` give.
  private static let names: [CInt: String] = [
    EPERM: "EPERM", ENOENT: "ENOENT", ESRCH: "ESRCH", EINTR: "EINTR", EIO: "EIO",
    EBADF: "EBADF", EAGAIN: "EAGAIN", ENOMEM: "ENOMEM", EACCES: "EACCES", EEXIST: "EEXIST",
    ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EINVAL: "EINVAL", ENFILE: "ENFILE", EMFILE: "EMFILE",
    ENOSPC: "ENOSPC", EROFS: "EROFS", EPIPE: "EPIPE", ENOSYS: "ENOSYS", EUSERS: "EUSERS",
    ENOPROTOOPT: "ENOPROTOOPT", EPROTONOSUPPORT: "EPROTONOSUPPORT", EOPNOTSUPP: "EOPNOTSUPP",
    EAFNOSUPPORT: "EAFNOSUPPORT", EADDRINUSE: "EADDRINUSE", EADDRNOTAVAIL: "EADDRNOTAVAIL",
    ENETUNREACH: "ENETUNREACH", ECONNABORTED: "ECONNABORTED", ECONNRESET: "ECONNRESET",
    ENOBUFS: "ENOBUFS", EISCONN: "EISCONN", ENOTCONN: "ENOTCONN", ETIMEDOUT: "ETIMEDOUT",
    ECONNREFUSED: "ECONNREFUSED", EHOSTUNREACH: "EHOSTUNREACH", EINPROGRESS: "EINPROGRESS",
  ]
}
