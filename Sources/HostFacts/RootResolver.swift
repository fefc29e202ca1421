internal import CLinuxShims
internal import Glibc

let pathOnly = Int32(SOCKWISE_O_PATH)

/// Opens paths below a directory as if it were "/": absolute links and ".." stay inside.
struct RootResolver: Sendable {
  private let root: String
  private let usingOpenat2: Bool

  init(_ root: String, usingOpenat2: Bool) {
    self.root = root
    self.usingOpenat2 = usingOpenat2
  }

  func open(_ path: String, flags: Int32) throws(ReadFailure) -> FileDescriptor {
    let number = unsafe Glibc.open(root, pathOnly | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw .system(errno) }
    let base = FileDescriptor(owning: number)
    guard usingOpenat2 else { return try walk(path, from: base, flags: flags) }
    let opened = unsafe sockwise_open_in_root(base.number, path, flags)
    if opened >= 0 { return FileDescriptor(owning: opened) }
    switch errno {
    // ENOSYS: before Linux 5.6. EPERM: a sandbox that does not know the call. EAGAIN: the
    // kernel could not rule out that ".." raced with a rename.
    case ENOSYS, EPERM, EAGAIN: return try walk(path, from: base, flags: flags)
    case let number: throw .system(number)
    }
  }

  /// One component at a time, following no link but reading it.
  private func walk(_ path: String, from base: borrowing FileDescriptor, flags: Int32)
    throws(ReadFailure) -> FileDescriptor
  {
    var trail = Trail(base: base.number)
    var rest = components(path)
    var links = 0
    while let name = rest.popLast() {
      if name == "." { continue }
      if name == ".." {
        trail.up()
        continue
      }
      let opened = unsafe openat(trail.top, name, pathOnly | O_NOFOLLOW | O_CLOEXEC)
      guard opened >= 0 else { throw .system(errno) }
      let step = FileDescriptor(owning: opened)
      let isLink = try HostRoot.status(of: step).kind == .link
      if isLink, rest.isEmpty, flags == pathOnly | O_NOFOLLOW | O_CLOEXEC { return step }
      if !isLink {
        guard rest.isEmpty else {
          try trail.down(step)
          continue
        }
        // The name may be replaced between the two calls; by a link, then this fails.
        let file = unsafe openat(trail.top, name, flags | O_NOFOLLOW)
        guard file >= 0 else { throw .system(errno) }
        return FileDescriptor(owning: file)
      }
      links += 1
      // The kernel's own bound, MAXSYMLINKS.
      guard links <= 40 else { throw .system(ELOOP) }
      let target = try readLink(step.number, "")
      if target.hasPrefix("/") { trail.reset() }
      rest += components(target)
    }
    // The path ended in a directory that is already open: "/", "a/..".
    let file = unsafe openat(trail.top, ".", flags)
    guard file >= 0 else { throw .system(errno) }
    return FileDescriptor(owning: file)
  }

  /// The components of a path, last first.
  private func components(_ path: String) -> [String] {
    path.split(separator: "/").reversed().map(String.init)
  }
}

/// The directories from the root to where a walk stands.
private struct Trail: ~Copyable {
  private let base: Int32
  private var numbers: [Int32] = []

  init(base: Int32) { self.base = base }

  var top: Int32 { numbers.last ?? base }

  mutating func down(_ step: borrowing FileDescriptor) throws(ReadFailure) {
    // A duplicate, so that the step may close itself.
    let number = fcntl(step.number, F_DUPFD_CLOEXEC, 0)
    guard number >= 0 else { throw .system(errno) }
    numbers.append(number)
  }

  mutating func up() {
    if let number = numbers.popLast() { close(number) }
  }

  mutating func reset() {
    while !numbers.isEmpty { up() }
  }

  deinit { for number in numbers { close(number) } }
}

/// The target of a link, named in an open directory; "" for a link that is itself open.
func readLink(_ directory: Int32, _ name: String) throws(ReadFailure) -> String {
  var failure: Int32 = 0
  let target = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) {
    target -> String? in
    guard let buffer = target.baseAddress else { return nil }
    let count = unsafe readlinkat(directory, name, buffer, target.count)
    failure = errno
    guard count >= 0 else { return nil }
    return unsafe String(decoding: UnsafeRawBufferPointer(target).prefix(count), as: UTF8.self)
  }
  guard let target else { throw .system(failure) }
  return target
}
