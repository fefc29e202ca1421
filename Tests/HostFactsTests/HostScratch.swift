import Glibc

/// A directory of its own below the temporary directory, removed at the end.
final class ScratchDirectory {
  let path: String

  init() {
    var template = Array("/tmp/sockwise-test.XXXXXX".utf8CString)
    path = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, let made = unsafe mkdtemp(start) else {
        return "/nonexistent"
      }
      return unsafe String(cString: made)
    }
  }

  deinit { runShell("rm -rf '\(path)'") }

  /// Writes a file and the directories above it.
  func write(_ name: String, _ content: String) { write(name, Array(content.utf8)) }

  func write(_ name: String, _ content: [UInt8]) {
    let file = "\(path)/\(name)"
    let directory = file.split(separator: "/").dropLast().joined(separator: "/")
    runShell("mkdir -p '/\(directory)'")
    guard let stream = unsafe fopen(file, "w") else { return }
    unsafe fwrite(content, 1, content.count, stream)
    unsafe fclose(stream)
  }

  func link(_ name: String, to target: String) {
    unsafe symlink(target, "\(path)/\(name)")
  }
}

func runShell(_ command: String) { unsafe system(command) }

/// A process that has said that it is ready; ended and waited for at the end.
@safe final class Child {
  let pid: Int32
  /// The words of its first line after its process id.
  let words: [String]
  private let output: UnsafeMutablePointer<FILE>?

  /// Runs a command that replaces the shell and prints one line that begins with its process id.
  init(_ command: String) {
    unsafe output = popen("exec \(command)", "r")
    var line = [CChar](repeating: 0, count: 512)
    let size = Int32(line.count)
    if let stream = unsafe output { unsafe fgets(&line, size, stream) }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let all = text.split(whereSeparator: \.isWhitespace).map(String.init)
    pid = all.first.flatMap { Int32($0) } ?? -1
    words = Array(all.dropFirst())
  }

  /// Runs a Python program that has `ready(words…)`.
  convenience init(python program: String, prefix: String = "") {
    let preamble = """
      import os, socket, sys, time
      def ready(*words):
          print(os.getpid(), *words, flush=True)
          time.sleep(60)

      """
    let quoted = (preamble + program).split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''")
    self.init("\(prefix) python3 -c '\(quoted)'")
  }

  deinit {
    if pid > 0 { kill(pid, SIGKILL) }
    if let stream = unsafe output { unsafe pclose(stream) }
  }
}
