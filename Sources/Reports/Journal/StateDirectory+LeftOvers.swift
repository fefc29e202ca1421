internal import Glibc

extension StateDirectory {
  /// Seconds after which no run still writes.
  private static let age = 3600
  /// Names that are looked at: others may fill the directory.
  private static let most = 10_000

  /// Removes the temporary files of runs that were killed as they wrote: old regular files of our own
  /// with their names. What cannot be removed is nobody's loss.
  func removeLeftOvers(in directory: CInt) {
    for name in Self.names(in: directory)
    where Self.isTemporary(name) {
      var status = stat()
      guard unsafe fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
        status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
        status.st_mtim.tv_sec < time(nil) - Self.age
      else { continue }
      _ = unsafe unlinkat(directory, name, 0)
    }
  }

  /// Whether it is a name that `write` or `OutputFile` makes.
  private static func isTemporary(_ name: String) -> Bool {
    guard name.hasSuffix(".tmp") else { return false }
    return name.hasPrefix(".sockwise-") || name.hasPrefix(".audit-") && name.contains(".json.")
  }

  private static func names(in directory: CInt) -> [String] {
    // closedir(3) closes its descriptor, which has its own place in the directory.
    let number = unsafe openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { return [] }
    guard let stream = unsafe fdopendir(number) else {
      close(number)
      return []
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while names.count < most, let entry = unsafe readdir(stream) {
      names.append(
        unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        })
    }
    return names
  }
}
