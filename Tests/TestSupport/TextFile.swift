import Glibc

/// Whole files, read and written with errors that name the file.
public enum TextFile {
  /// Everything in a file; `/proc` files have no size, so it reads until the end.
  public static func read(_ path: String) throws(SystemCallError) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw SystemCallError("open '\(path)'") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemCallError("read '\(path)'")
      }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }

  /// Replaces a file, making the directories above it.
  public static func write(
    _ text: String, to path: String, mode: UInt32 = 0o644
  ) throws(SystemCallError) {
    try write(Array(text.utf8), to: path, mode: mode)
  }

  /// Replaces a file, making the directories above it.
  public static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
  ) throws(SystemCallError) {
    var parent = ""
    for part in path.split(separator: "/").dropLast() {
      parent += "/\(part)"
      // EEXIST: it is there, which is what is wanted; a real obstacle shows in open().
      unsafe mkdir(parent, 0o755)
    }
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    if descriptor < 0 { throw SystemCallError("open '\(path)'") }
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor, named: path)
  }

  static func writeAll(
    _ bytes: [UInt8], to descriptor: CInt, named name: String
  ) throws(SystemCallError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemCallError("write '\(name)'")
      }
      rest = rest.dropFirst(count)
    }
  }
}
