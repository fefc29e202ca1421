internal import Glibc

/// An open directory, read entry by entry.
@safe struct Directory: ~Copyable {
  struct Entry {
    var name: String
    /// As the directory tells it; a mount point's own inode, not that of what is mounted on it.
    var inode: UInt64
    /// Nil where the file system does not tell.
    var kind: HostRoot.Status.Kind?

    var isDirectory: Bool { kind == .directory }
  }

  private let stream: OpaquePointer
  /// The errno that cut the directory short; 0 where it was read to its end or is being read.
  private(set) var failure: Int32 = 0

  init(_ file: consuming FileDescriptor) throws(ReadFailure) {
    // fdopendir takes the descriptor over, so it gets a duplicate.
    let number = fcntl(file.number, F_DUPFD_CLOEXEC, 0)
    guard number >= 0 else { throw .system(errno) }
    guard let stream = unsafe fdopendir(number) else {
      let failure = errno
      close(number)
      throw .system(failure)
    }
    unsafe self.stream = stream
  }

  deinit { unsafe closedir(stream) }

  /// The next entry but "." and ".."; nil at the end and at a `failure`.
  mutating func next() -> Entry? {
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name == "." || name == ".." { continue }
      return unsafe Entry(
        name: name, inode: UInt64(entry.pointee.d_ino), kind: Self.kind(entry.pointee.d_type))
    }
    failure = errno
    return nil
  }

  /// For openat(2).
  var descriptor: Int32 { unsafe dirfd(stream) }

  private static func kind(_ type: UInt8) -> HostRoot.Status.Kind? {
    switch Int(type) {
    case Int(DT_UNKNOWN): nil
    case Int(DT_REG): .regular
    case Int(DT_DIR): .directory
    case Int(DT_LNK): .link
    case Int(DT_FIFO): .fifo
    case Int(DT_SOCK): .socket
    default: .device
    }
  }

  /// The target of a link in it, cut to `capacity` bytes.
  func link(_ name: String, capacity: Int = Int(PATH_MAX)) throws(ReadFailure) -> String {
    try readLink(descriptor, name, capacity: capacity)
  }
}
