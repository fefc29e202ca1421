internal import Glibc

/// An open descriptor that closes itself.
struct FileDescriptor: ~Copyable, Sendable {
  let number: Int32

  /// Takes over a descriptor that a system call has just given.
  init(owning number: Int32) { self.number = number }

  // close(2) releases the descriptor on Linux whatever it returns, so its errno says nothing.
  deinit { close(number) }
}
