import Glibc
internal import YAML

/// Reads the rule files of a directory. Whatever stands there, it never blocks and never follows
/// more than a few levels.
struct RuleDirectory {
  private static let depthLimit = 8
  private static let fileLimit = 10_000

  /// Whether files that others than root can write are refused.
  let mustBelongToRoot: Bool
  private(set) var files: [RuleSource.File] = []
  private(set) var diagnostics: [RuleDiagnostic] = []

  init(mustBelongToRoot: Bool) { self.mustBelongToRoot = mustBelongToRoot }

  mutating func read(_ path: String, mayBeMissing: Bool, depth: Int = 0) {
    guard depth < Self.depthLimit else {
      report(path, "directories are nested deeper than \(Self.depthLimit) levels")
      return
    }
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      // The directories of the system are there only where somebody has rules of his own.
      if errno == ENOENT && mayBeMissing { return }
      report(path, "directory cannot be read: \(Self.reason(errno))")
      return
    }
    var status = stat()
    if mustBelongToRoot, unsafe fstat(descriptor, &status) == 0, Self.isForeign(status) {
      close(descriptor)
      report(path, "directory can be written by others than root and is not used")
      return
    }
    for name in names(descriptor, path) {
      let file = path.hasSuffix("/") ? path + name : path + "/" + name
      if name.hasSuffix(".yaml") {
        guard files.count < Self.fileLimit else {
          report(
            path,
            "directory has more than \(Self.fileLimit) rule files; those after them are not read")
          return
        }
        let owner: uid_t? = mustBelongToRoot ? 0 : nil
        files.append(.init(path: file, content: Self.content(ofFile: file, owner: owner)))
      } else if name.hasSuffix(".yml") {
        report(file, "file is not read: the names of rule files end in .yaml", .warning)
      } else if Self.isDirectory(file) {
        read(file, mayBeMissing: false, depth: depth + 1)
      }
    }
  }

  /// The names in a directory, sorted, without hidden ones; closes the descriptor.
  private mutating func names(_ descriptor: CInt, _ path: String) -> [String] {
    guard let stream = unsafe fdopendir(descriptor) else {
      report(path, "directory cannot be read: \(Self.reason(errno))")
      close(descriptor)
      return []
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private mutating func report(
    _ path: String, _ message: String, _ severity: RuleDiagnostic.Severity = .error
  ) {
    diagnostics.append(RuleDiagnostic(path: path, severity: severity, message: message))
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    // Links to directories are not followed: they may lead in circles.
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func isForeign(_ status: stat) -> Bool {
    status.st_uid != 0 || (status.st_mode & S_IWOTH != 0)
      || (status.st_mode & S_IWGRP != 0 && status.st_gid != 0)
  }

  // MARK: Files

  /// The bytes of a file; a link to `/dev/null` is an empty file, as in sysctl.d(5).
  ///
  /// - Parameter owner: 0 refuses what others than root can write.
  static func content(ofFile path: String, owner: uid_t?) -> Result<[UInt8], RuleDiagnostic> {
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      return .failure(RuleDiagnostic(path: path, message: unreadable(errno)))
    }
    return content(of: descriptor, path: path, owner: owner)
  }

  /// What is said of a file that cannot be opened.
  static func unreadable(_ number: CInt) -> String { "file cannot be read: \(reason(number))" }

  /// The bytes of an open file, which is closed.
  ///
  /// - Parameter path: as messages show it.
  static func content(of descriptor: CInt, path: String, owner: uid_t?)
    -> Result<[UInt8], RuleDiagnostic>
  {
    func failure(_ message: String) -> Result<[UInt8], RuleDiagnostic> {
      .failure(RuleDiagnostic(path: path, message: message))
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      return failure(unreadable(errno))
    }
    if status.st_mode & S_IFMT == S_IFCHR, status.st_rdev == nullDevice { return .success([]) }
    guard status.st_mode & S_IFMT == S_IFREG else { return failure("not a regular file") }
    if owner == 0, isForeign(status) {
      return failure("file can be written by others than root and is not used")
    }
    guard status.st_size <= SourceText.sizeLimit else {
      return failure("file is larger than 1 MiB, which no rule needs")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while bytes.count <= SourceText.sizeLimit {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return failure(unreadable(errno)) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return .success(bytes)
  }

  /// Device 1:3 (Documentation/admin-guide/devices.txt), as makedev(3) puts it together.
  private static let nullDevice: dev_t = 0x103

  private static func reason(_ number: CInt) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text).lowercased()
  }
}
