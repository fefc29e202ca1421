import Glibc
import Testing

@testable import HostFacts

@Suite struct RecordingDirectoryTests {
  let scratch = ScratchDirectory()

  private func mode(_ name: String) -> UInt32 {
    var status = stat()
    unsafe stat("\(scratch.path)/\(name)", &status)
    return status.st_mode & 0o7777
  }

  private func refusal(_ name: String) -> String? {
    do throws(RecordingFailure) {
      _ = try RecordingDirectory("\(scratch.path)/\(name)")
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `everything in it is the owner's alone`() throws {
    let old = umask(0)
    defer { umask(old) }
    let directory = try RecordingDirectory("\(scratch.path)/new/")
    try directory.write([65, 66], to: try directory.create("/a/b/c"))
    _ = try directory.create("/a/b/d")
    #expect(mode("new") == 0o700)
    #expect(mode("new/a/b") == 0o700)
    #expect(mode("new/a/b/c") == 0o600)
    #expect(HostRoot("\(scratch.path)/new").text("/a/b/c").value == "AB")
  }

  @Test func `an empty directory will do and is closed to others`() throws {
    unsafe mkdir("\(scratch.path)/empty", 0o755)
    #expect(refusal("empty") == nil)
    #expect(mode("empty") == 0o700)
  }

  @Test func `what is there is not touched`() {
    scratch.write("full/x", "")
    scratch.write("file", "")
    unsafe mkdir("\(scratch.path)/target", 0o755)
    scratch.link("link", to: "target")
    let path = scratch.path
    #expect(
      refusal("full") == "'\(path)/full' is not empty; name a directory that is not there yet")
    #expect(refusal("file") == "'\(path)/file' is not a directory")
    #expect(refusal("link") == "'\(path)/link' is not a directory")
    #expect(refusal("link/") == "'\(path)/link' is not a directory")
    #expect(refusal("none/new") == "'\(path)/none/new' cannot be made: not found (ENOENT)")
    #expect(throws: RecordingFailure.self) { try RecordingDirectory("") }
    #expect(mode("target") == 0o755)
  }

  @Test func `links that appear meanwhile are not followed`() throws {
    let directory = try RecordingDirectory("\(scratch.path)/new")
    scratch.write("outside/x", "kept")
    scratch.link("new/a", to: "../outside")
    scratch.link("new/b", to: "../outside/x")
    for path in ["/a/y", "/b", "/../y", "/./y"] {
      #expect(throws: RecordingFailure.self, "\(path)") { _ = try directory.create(path) }
    }
    #expect(HostRoot(scratch.path).text("/outside/x").value == "kept")
  }
}
