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

  /// The target of a link in it.
  func link(_ name: String) throws(ReadFailure) -> String {
    try readLink(descriptor, name)
  }

  /// The inode of the socket that a link of this name in `/proc/PID/fd` stands for; nil for what
  /// is none.
  func socket(_ name: String) throws(ReadFailure) -> UInt64? {
    var count = 0
    var failure: Int32 = 0
    // What is longer is no socket.
    let inode = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) {
      target -> UInt64? in
      guard let buffer = target.baseAddress else { return nil }
      count = unsafe readlinkat(descriptor, name, buffer, target.count)
      failure = errno
      guard count > 0 else { return nil }
      return unsafe Self.socketInode(UnsafeRawBufferPointer(target).prefix(count))
    }
    guard count >= 0 else { throw .system(failure) }
    return inode
  }

  /// The inode in `socket:[12345]`; nil for any other target. By bytes: a proxy has 100,000 of them.
  static func socketInode(_ target: some Collection<UInt8>) -> UInt64? {
    var inode: UInt64 = 0
    var rest = target.dropFirst(8)
    guard target.starts(with: "socket:[".utf8), rest.first != UInt8(ascii: "]") else { return nil }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "]") { return rest.isEmpty ? inode : nil }
      let (product, isTooLarge) = inode.multipliedReportingOverflow(by: 10)
      let digit = byte &- UInt8(ascii: "0")
      let (sum, overflows) = product.addingReportingOverflow(UInt64(digit))
      if digit > 9 || isTooLarge || overflows { return nil }
      inode = sum
    }
    return nil
  }
}
