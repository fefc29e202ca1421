internal import Glibc

/// A system call that failed in an experiment, or what else kept it from going on.
struct CallFailure: Error, CustomStringConvertible {
  let description: String
  /// errno; 0 where it was no system call.
  let code: CInt

  /// Takes the errno of the call that has just failed.
  init(_ call: String, code: CInt = errno) {
    self.code = code
    description = "\(call) fails with \(errnoName(code))"
  }

  /// Whether it is an answer of the kernel to what a claim asks. What this process is short of or may
  /// not do, and what has only taken too long, tells nothing of a claim.
  var isAnswer: Bool {
    ![
      0, EMFILE, ENFILE, ENOMEM, ENOBUFS, EINTR, EPERM, EACCES, EINPROGRESS, ETIMEDOUT, ENOSYS,
    ].contains(code)
  }

  /// A sentence of its own.
  init(because reason: String) {
    code = 0
    description = reason
  }
}

/// Its name, as manuals have it.
func errnoName(_ code: CInt) -> String { errnoNames[code] ?? "errno \(code)" }

/// Those that the calls of experiments give.
private let errnoNames: [CInt: String] = [
  EACCES: "EACCES", EADDRINUSE: "EADDRINUSE", EADDRNOTAVAIL: "EADDRNOTAVAIL",
  EAFNOSUPPORT: "EAFNOSUPPORT", EAGAIN: "EAGAIN", ECONNREFUSED: "ECONNREFUSED",
  ECONNRESET: "ECONNRESET", EINPROGRESS: "EINPROGRESS", EINVAL: "EINVAL", EMFILE: "EMFILE",
  ENFILE: "ENFILE", ENOBUFS: "ENOBUFS", ENOENT: "ENOENT", ENOMEM: "ENOMEM",
  ENOPROTOOPT: "ENOPROTOOPT", ENOSPC: "ENOSPC", ENOSYS: "ENOSYS", EPERM: "EPERM",
  EROFS: "EROFS", ETIMEDOUT: "ETIMEDOUT", EUSERS: "EUSERS",
]
