internal import Glibc

/// Files of `/proc`: read and written in the network namespace that the process is in.
enum SmallFile {
  /// Its text; the socket tables of an experiment are the longest.
  static func read(_ path: String) throws(CallFailure) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw CallFailure("opening '\(path)'") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while bytes.count < 1 << 20 {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 { throw CallFailure("reading '\(path)'") }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a value with one write(2), as `/proc` wants it.
  static func write(_ text: String, to path: String) throws(CallFailure) {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    if descriptor < 0 { throw CallFailure("opening '\(path)' to write") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    if unsafe Glibc.write(descriptor, bytes, bytes.count) != bytes.count {
      throw CallFailure("writing \(text) to '\(path)'")
    }
  }

  /// A value without its line feed, its words parted by one space; nil where there is none.
  static func value(_ path: String) -> String? {
    (try? read(path)).map(words)
  }

  static func words(_ text: String) -> String {
    text.split { $0 == "\n" || $0 == "\t" || $0 == " " }.joined(separator: " ")
  }
}
