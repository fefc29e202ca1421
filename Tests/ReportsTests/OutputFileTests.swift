import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Reports

@Suite struct OutputFileTests {
  /// A directory for one test, removed with what is in it.
  private func withDirectory(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/sockwise-output-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    try #require(made)
    let path = unsafe template.withUnsafeBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe String(cString: $0) }
    }
    let directory = try #require(path)
    defer {
      for name in names(in: directory) { unsafe remove("\(directory)/\(name)") }
      unsafe rmdir(directory)
    }
    try body(directory)
  }

  private func names(in directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private func mode(of path: String) -> mode_t {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  private func message(_ body: () throws(OutputError) -> Void) -> String? {
    do throws(OutputError) {
      try body()
      return nil
    } catch {
      return error.description
    }
  }

  @Test func writesAndReplacesAndLeavesNothingElse() throws {
    try withDirectory { directory in
      let path = directory + "/report.json"
      try OutputRequest.Destination.file(path).write(Array("first, longer".utf8))
      try OutputRequest.Destination.file(path).write(Array("second".utf8))
      #expect(try TextFile.read(path) == "second")
      #expect(names(in: directory) == ["report.json"])
    }
  }

  @Test func keepsTheModeOfTheFileThatWasThere() throws {
    try withDirectory { directory in
      let path = directory + "/report.json"
      try TextFile.write("old", to: path, mode: 0o600)
      try OutputFile(path).replace(with: Array("new".utf8))
      #expect(mode(of: path) == 0o600)
    }
  }

  /// node_exporter is another user.
  @Test func metricsCanBeReadByEverybody() throws {
    try withDirectory { directory in
      let path = directory + "/sockwise.prom"
      for _ in 1...2 {
        try OutputRequest(parsing: "prometheus=\(path)").deliver(SampleReport.full, .init())
        #expect(mode(of: path) == 0o644)
        try #require(unsafe chmod(path, 0o600) == 0)
      }
    }
  }

  @Test func refusesWhatIsNotARegularFile() throws {
    try withDirectory { directory in
      try TextFile.write("kept", to: directory + "/target")
      unsafe symlink("target", directory + "/link")
      unsafe mkfifo(directory + "/fifo", 0o600)
      #expect(
        message { () throws(OutputError) in try OutputFile(directory + "/link").replace(with: [1]) }
          == "cannot write '\(directory)/link': it is a symbolic link; name the file itself")
      #expect(
        message { () throws(OutputError) in try OutputFile(directory + "/fifo").replace(with: [1]) }
          == "cannot write '\(directory)/fifo': it is not a regular file; "
          + "write to - and redirect standard output")
      #expect(
        message { () throws(OutputError) in try OutputFile(directory).replace(with: [1]) }
          == "cannot write '\(directory)': it is a directory")
      #expect(try TextFile.read(directory + "/target") == "kept")
      #expect(names(in: directory) == ["fifo", "link", "target"])
    }
  }

  @Test func saysWhyAFileCannotBeMade() throws {
    try withDirectory { directory in
      #expect(
        message { () throws(OutputError) in
          try OutputFile(directory + "/none/a").replace(with: [])
        } == "cannot write '\(directory)/none/a': No such file or directory")
      #expect(
        message { () throws(OutputError) in try OutputFile("/proc/sockwise").replace(with: []) }
          == "cannot write '/proc/sockwise': No such file or directory")
      let long = directory + "/" + String(repeating: "n", count: 300)
      #expect(
        message { () throws(OutputError) in try OutputFile(long).replace(with: []) }
          == "cannot write '\(long)': File name too long")
      #expect(names(in: directory) == [])
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func aDirectoryThatCannotBeWritten() throws {
    try withDirectory { directory in
      chmodOrFail(directory, 0o500)
      #expect(
        message { () throws(OutputError) in try OutputFile(directory + "/a").replace(with: []) }
          == "cannot write '\(directory)/a': Permission denied")
      chmodOrFail(directory, 0o700)
    }
  }

  private func chmodOrFail(_ path: String, _ mode: mode_t) {
    #expect(unsafe chmod(path, mode) == 0)
  }

  @Test func aFullDeviceIsAnError() throws {
    let full = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    defer { close(full) }
    let output = OutputDescriptor(full, name: "standard output")
    #expect(
      message { () throws(OutputError) in try output.writeAll(Array("text".utf8)) }
        == "cannot write standard output: No space left on device")
    #expect(message { () throws(OutputError) in try output.writeAll([]) } == nil)
  }

  @Test func aClosedDescriptorIsAnError() {
    #expect(
      message { () throws(OutputError) in
        try OutputDescriptor(-1, name: "standard output").writeAll([1])
      } == "cannot write standard output: Bad file descriptor")
  }

  @Test func aReaderThatHasGoneIsNoError() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let output = OutputDescriptor(ends[1], name: "standard output")
    #expect(message { () throws(OutputError) in try output.writeAll([1, 2, 3]) } == nil)
    #expect(
      message { () throws(OutputError) in
        try output.writeAll([1], ignoringClosedPipe: false)
      } == "cannot write standard output: Broken pipe")
  }

  @Test func aSlowReaderOfANonBlockingPipeGetsEverything() throws {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let reader = try SlowReader(reading)
    let problem = message { () throws(OutputError) in
      try OutputDescriptor(writing, name: "standard output").writeAll(sent)
    }
    close(writing)
    #expect(problem == nil)
    #expect(reader.everything() == sent)
    close(reading)
  }

  @Test(arguments: [
    ("json=out.json", "json", OutputRequest.Destination.file("out.json")),
    ("text=-", "text", .standardOutput),
    ("json=a=b", "json", .file("a=b")),
  ])
  func readsRequests(argument: String, format: String, destination: OutputRequest.Destination)
    throws
  {
    let request = try OutputRequest(parsing: argument)
    #expect(request.format.name == format)
    #expect(request.destination == destination)
  }

  private static let there =
    "there are text, json, sarif, junit, github, markdown, html, prometheus, baseline"

  @Test(arguments: [
    ("json", "'json' has no file; write FORMAT=FILE"),
    ("jsn=a", "format 'jsn' does not exist; \(there)"),
    ("json=", "'json=' names no file; write json=FILE, or - for standard output"),
    ("\u{1b}=a", "format '\\u{1b}' does not exist; \(there)"),
    (
      "prometheus=a.txt",
      "'prometheus=a.txt' would not be read: node_exporter takes files whose names end in .prom; "
        + "for other uses redirect --format prometheus"
    ),
  ])
  func saysWhatIsWrongWithARequest(argument: String, expected: String) {
    #expect(
      message { () throws(OutputError) in _ = try OutputRequest(parsing: argument) } == expected)
  }
}

/// Reads a descriptor to its end on a thread of its own, after the writer had to wait.
private final class SlowReader: Sendable {
  private let thread: pthread_t
  private let job: Job

  init(_ descriptor: Int32) throws {
    var thread = pthread_t()
    let job = Job(descriptor)
    self.job = job
    let argument = unsafe Unmanaged.passRetained(job).toOpaque()
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        // Not nil: it is the pointer passed below.
        unsafe Unmanaged<Job>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, argument)
    try #require(code == 0)
    self.thread = thread
  }

  func everything() -> [UInt8] {
    pthread_join(thread, nil)
    return job.received.withLock { $0 }
  }

  private final class Job: Sendable {
    let descriptor: Int32
    let received = Mutex<[UInt8]>([])

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    func run() {
      usleep(50_000)
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = unsafe read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        received.withLock { $0 += buffer[..<count] }
      }
    }
  }
}
