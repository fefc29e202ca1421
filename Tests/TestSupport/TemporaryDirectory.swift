import Glibc

/// A directory of its own that every user can enter, removed with all in it when it is no longer
/// used.
public final class TemporaryDirectory: Sendable {
  public let path: String

  public init() throws(SystemCallError) {
    var template = Array("/tmp/sockwise-tests-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    if unsafe chmod(path, 0o755) != 0 { throw SystemCallError("chmod '\(path)'") }
  }

  /// With copies of what another directory has.
  public convenience init(copying other: String) throws(SystemCallError) {
    try self.init()
    _ = try Subprocess(program: "/bin/cp", arguments: ["-R", "--", "\(other)/.", path]).run()
  }

  // What cannot be removed stays: that is no reason to fail a test.
  deinit {
    _ = try? Subprocess(program: "/bin/rm", arguments: ["-rf", "--", path]).run()
  }

  /// The path of something in it.
  public func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Names in it, sorted.
  public func names() throws(SystemCallError) -> [String] {
    let listing = try Subprocess(program: "/bin/ls", arguments: ["-A", path]).run()
    return listing.output.split(separator: "\n").map(String.init)
  }
}
