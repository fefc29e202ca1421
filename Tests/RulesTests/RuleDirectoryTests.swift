import Glibc
import TestSupport
import Testing

@testable import Rules

/// Directories as administrators, and others, leave them.
@Suite struct RuleDirectoryTests {
  /// A directory that goes when it is no longer used.
  private final class Scratch {
    let path: String

    init() throws {
      var template = Array("/tmp/sockwise-rules-XXXXXX".utf8CString)
      let made = unsafe mkdtemp(&template) != nil
      try #require(made)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove(path, depth: 0) }

    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
      try TextFile.write(text, to: "\(path)/\(name)")
      try #require(unsafe chmod("\(path)/\(name)", mode) == 0)
    }

    private func remove(_ path: String, depth: Int) {
      if unsafe unlink(path) == 0 || depth > 20 { return }
      if let stream = unsafe opendir(path) {
        while let entry = unsafe readdir(stream) {
          let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
            unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
              unsafe String(cString: $0)
            }
          }
          if name != "." && name != ".." { remove("\(path)/\(name)", depth: depth + 1) }
        }
        unsafe closedir(stream)
      }
      unsafe rmdir(path)
    }
  }

  private func summary(_ source: RuleSource) -> [String] {
    source.files.map { file in
      switch file.content {
      case .success(let bytes): "\(file.name) \(bytes.count)"
      case .failure(let diagnostic): "\(file.name) \(diagnostic.message)"
      }
    }
      + source.diagnostics.map { diagnostic in
        let name = diagnostic.path.split(separator: "/").last ?? ""
        return "\(name): \(diagnostic.severity.rawValue): \(diagnostic.message)"
      }
  }

  @Test func readsYAMLFilesInTheOrderOfTheirNames() throws {
    let scratch = try Scratch()
    try scratch.write("b.yaml", "b")
    try scratch.write("a.yaml", "aa")
    try scratch.write(".hidden.yaml", "x")
    try scratch.write("README.md", "x")
    try scratch.write("old.yml", "x")
    try #require(unsafe mkdir("\(scratch.path)/tcp", 0o755) == 0)
    try scratch.write("tcp/c.yaml", "ccc")
    #expect(
      summary(.directory(scratch.path)) == [
        "a.yaml 2", "b.yaml 1", "c.yaml 3",
        "old.yml: warning: file is not read: the names of rule files end in .yaml",
      ])
  }

  @Test func neverBlocksOnWhatIsNoFile() throws {
    let scratch = try Scratch()
    try #require(unsafe mkfifo("\(scratch.path)/fifo.yaml", 0o644) == 0)
    try #require(unsafe mkdir("\(scratch.path)/directory.yaml", 0o755) == 0)
    try #require(unsafe symlink("/dev/zero", "\(scratch.path)/zero.yaml") == 0)
    try #require(unsafe symlink("/dev/null", "\(scratch.path)/null.yaml") == 0)
    try #require(unsafe symlink("nowhere", "\(scratch.path)/dangling.yaml") == 0)
    try #require(unsafe symlink(".", "\(scratch.path)/circle") == 0)
    #expect(
      summary(.directory(scratch.path)) == [
        "dangling.yaml file cannot be read: no such file or directory",
        "directory.yaml not a regular file", "fifo.yaml not a regular file", "null.yaml 0",
        "zero.yaml not a regular file",
      ])
  }

  @Test func refusesLargeFiles() throws {
    let scratch = try Scratch()
    try scratch.write("large.yaml", "")
    try #require(unsafe truncate("\(scratch.path)/large.yaml", 100 << 20) == 0)
    #expect(
      summary(.directory(scratch.path)) == [
        "large.yaml file is larger than 1 MiB, which no rule needs"
      ])
  }

  @Test func onlyASystemDirectoryMayBeMissing() {
    #expect(summary(.directory("/nowhere/rules.d", isSystem: true)).isEmpty)
    #expect(
      summary(.directory("/nowhere/rules.d")) == [
        "rules.d: error: directory cannot be read: no such file or directory"
      ])
  }

  @Test(.enabled(if: geteuid() == 0, "only root distrusts the files of others"))
  func rootRefusesWhatOthersCanWrite() throws {
    let scratch = try Scratch()
    try scratch.write("own.yaml", "x")
    try scratch.write("world.yaml", "x", mode: 0o646)
    try scratch.write("group.yaml", "x", mode: 0o664)
    try scratch.write("other.yaml", "x")
    try #require(unsafe chown("\(scratch.path)/group.yaml", 0, 65534) == 0)
    try #require(unsafe chown("\(scratch.path)/other.yaml", 65534, 0) == 0)
    let refused = "file can be written by others than root and is not used"
    #expect(
      summary(.directory(scratch.path, isSystem: true)) == [
        "group.yaml \(refused)", "other.yaml \(refused)", "own.yaml 1", "world.yaml \(refused)",
      ])
    #expect(
      summary(.directory(scratch.path)) == [
        "group.yaml 1", "other.yaml 1", "own.yaml 1", "world.yaml 1",
      ])
    try #require(unsafe chmod(scratch.path, 0o777) == 0)
    let name = scratch.path.split(separator: "/").last ?? ""
    #expect(
      summary(.directory(scratch.path, isSystem: true)) == [
        "\(name): error: directory can be written by others than root and is not used"
      ])
  }

  @Test(.enabled(if: geteuid() != 0, "root can read everything"))
  func saysWhatItMayNotRead() throws {
    let scratch = try Scratch()
    try scratch.write("secret.yaml", "x", mode: 0)
    #expect(
      summary(.directory(scratch.path)) == ["secret.yaml file cannot be read: permission denied"])
  }
}
