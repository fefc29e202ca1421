public import Glibc

/// A program that runs beside a test, in the namespaces of the thread that started it.
public final class BackgroundProcess {
  public let pid: pid_t
  private var hasEnded = false

  /// - Parameter sockets: it has them too, as descriptors 3 and up. Where the test closes its own,
  ///   the program is the only holder.
  init(
    _ program: String, _ arguments: [String], holding sockets: [LabSocket]
  ) throws(SystemCallError) {
    var command = Subprocess(program: program, arguments: arguments)
    command.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    if null < 0 { throw SystemCallError("open '/dev/null'") }
    defer { close(null) }
    pid = try command.spawn(descriptors: [null, null, null] + sockets.map(\.descriptor))
  }

  /// SIGSTOP, and waits until it has stopped.
  public func stop() throws(SystemCallError) {
    kill(pid, SIGSTOP)
    var status: CInt = 0
    if unsafe waitpid(pid, &status, WUNTRACED) != pid { throw SystemCallError("waitpid") }
  }

  /// SIGKILL, and waits for its end. Doing it twice is harmless.
  public func end() {
    if hasEnded { return }
    hasEnded = true
    // The whole group: a shell may have children.
    kill(-pid, SIGKILL)
    var status: CInt = 0
    while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
  }

  deinit { end() }
}
