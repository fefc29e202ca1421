internal import Glibc

/// An open descriptor that closes itself.
struct FileDescriptor: ~Copyable, Sendable {
  let number: Int32

  /// Takes over a descriptor; nil where a system call gave -1.
  init?(owning number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }

  // close(2) releases the descriptor whatever it returns on Linux, so its errno says nothing.
  deinit { close(number) }
}

/// The symbolic name of an error number with the C library's words: "Input/output error (EIO)".
func describe(errno number: Int32) -> String {
  let names: [Int32: String] = [
    EACCES: "EACCES", EAGAIN: "EAGAIN", EBADF: "EBADF", EINVAL: "EINVAL", EIO: "EIO",
    ELOOP: "ELOOP", EMFILE: "EMFILE", ENAMETOOLONG: "ENAMETOOLONG", ENFILE: "ENFILE",
    ENODEV: "ENODEV", ENOENT: "ENOENT", ENOMEM: "ENOMEM", ENOSYS: "ENOSYS", ENOTDIR: "ENOTDIR",
    ENXIO: "ENXIO", EPERM: "EPERM", ESRCH: "ESRCH", EISDIR: "EISDIR", EOVERFLOW: "EOVERFLOW",
    EUSERS: "EUSERS", EOPNOTSUPP: "EOPNOTSUPP", ENOPROTOOPT: "ENOPROTOOPT",
  ]
  var buffer = [CChar](repeating: 0, count: 128)
  // The GNU strerror_r returns the text, which may or may not be in the buffer.
  let text = unsafe strerror_r(number, &buffer, buffer.count)
  let words = unsafe text.map { unsafe String(cString: $0) } ?? "error"
  return "\(words) (\(names[number] ?? "errno \(number)"))"
}
