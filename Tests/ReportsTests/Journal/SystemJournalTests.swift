import Glibc
import TestSupport
import Testing

@testable import Reports

@Suite struct SystemJournalTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// A socket like journald's; the descriptor.
  private func listen(at path: String) throws -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let number = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
    return number
  }

  private func failure(_ socket: String, _ library: String = "libsystemd.so.0") -> String? {
    do throws(OutputError) {
      _ = try SystemJournal(socket: socket, library: library)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func saysWhereNobodyListens() throws {
    let path = scratch.path("socket")
    #expect(
      failure(path) == "not logged: there is no '\(path)'; journald is not running")
    close(try listen(at: path))
    #expect(failure(path) == "not logged: nobody listens at '\(path)'; journald is not running")
    try TextFile.write("", to: scratch.path("file"))
    #expect(failure(scratch.path("file"))?.hasPrefix("not logged: nobody listens") == true)
    let long = scratch.path(String(repeating: "x", count: 200))
    #expect(failure(long) == "not logged: '\(long)' is too long")
  }

  @Test func saysWhatTheLibraryLacks() throws {
    let path = scratch.path("socket")
    let journald = try listen(at: path)
    defer { close(journald) }
    let missing = failure(path, "libno-such-library.so.0") ?? ""
    #expect(missing.hasPrefix("not logged: libno-such-library.so.0: cannot open"), "\(missing)")
    let other = failure(path, "libm.so.6") ?? ""
    #expect(other.contains("sd_journal_sendv"), "\(other)")
  }
}
