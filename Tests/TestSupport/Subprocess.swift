public import Glibc
import Synchronization

/// A program run to its end, within bounds of time, memory and output.
///
/// It is started from the calling thread and so lives in that thread's network namespace.
public struct Subprocess {
  public enum Ending: Hashable, Sendable, CustomStringConvertible {
    case exited(Int)
    case signalled(Int)
    /// Killed because it ran longer than allowed.
    case timedOut
    /// Killed because it printed more than allowed.
    case printedTooMuch

    public var description: String {
      switch self {
      case .exited(let status): "exit status \(status)"
      case .signalled(let signal): "signal \(signal)"
      case .timedOut: "ran too long"
      case .printedTooMuch: "printed too much"
      }
    }
  }

  /// What to do with standard output.
  public enum Output: Sendable {
    case captured
    /// A pipe that nobody reads any more, as in `sockwise audit | true`.
    case closedPipe
  }

  /// What running it gave.
  public struct Result: Sendable {
    public var ending: Ending
    public var output: String
    public var errors: String
    public var seconds: Double

    /// The exit status; nil where it did not exit by itself.
    public var status: Int? { if case .exited(let status) = ending { status } else { nil } }
  }

  public var program: String
  public var arguments: [String] = []
  /// `NAME=value` lines; nothing of the tests' own environment is passed on but what
  /// `make sanitize` tells sanitizers.
  public var environment: [String] = []
  public var input: String?
  public var output = Output.captured
  /// Seconds: what hangs, not what waits for a processor that all tests share.
  public var timeLimit = 120.0
  public var outputLimit = 64 << 20

  public init(program: String, arguments: [String] = []) {
    self.program = program
    self.arguments = arguments
  }

  /// - Parameter whileRunning: Called with its process id once it has started. Nobody reads its
  ///   output meanwhile.
  public func run(
    _ whileRunning: (pid_t) -> Void = { _ in }
  ) throws(SystemCallError) -> Result {
    let started = monotonicSeconds()
    // Swift sees neither pipe2 nor mkostemp: a program started between pipe() and FD_CLOEXEC would
    // inherit the pipe and keep it open.
    var (child, pipes) = try starting.withLock { (_) throws(SystemCallError) in try start() }
    defer { for index in pipes.indices { pipes[index].closeBoth() } }
    // Otherwise the pipes never end.
    for index in pipes.indices { pipes[index].closeWriter() }
    whileRunning(child)

    var captured = [[UInt8](), [UInt8]()]
    let early = collect(
      from: pipes.map(\.reader), into: &captured,
      deadline: started + timeLimit)
    if early != nil { kill(-child, SIGKILL) }
    let status = waitForEnd(of: child, deadline: started + timeLimit)
    return Result(
      ending: early ?? status, output: String(decoding: captured[0], as: UTF8.self),
      errors: String(decoding: captured[1], as: UTF8.self), seconds: monotonicSeconds() - started)
  }

  private func start() throws(SystemCallError) -> (pid_t, [Pipe]) {
    let input = try openInput()
    defer { close(input) }
    var pipes: [Pipe] = []
    do {
      pipes.append(try Pipe())
      pipes.append(try Pipe())
      if case .closedPipe = output { pipes[0].closeReader() }
      return (try spawn(descriptors: [input] + pipes.map(\.writer)), pipes)
    } catch {
      for index in pipes.indices { pipes[index].closeBoth() }
      throw error
    }
  }

  /// An unlinked file: unlike a pipe it needs nobody to feed it.
  private func openInput() throws(SystemCallError) -> CInt {
    guard let input else {
      let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
      if null < 0 { throw SystemCallError("open '/dev/null'") }
      return null
    }
    var template = Array("/tmp/sockwise-input-XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    if descriptor < 0 { throw SystemCallError("mkstemp") }
    setCloseOnExec(descriptor)
    unsafe unlink(template)
    do {
      try TextFile.writeAll(Array(input.utf8), to: descriptor, named: "standard input")
    } catch {
      close(descriptor)
      throw error
    }
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }

  /// Starts it with these descriptors as 0, 1, 2 and so on; the caller waits for it.
  func spawn(descriptors: [CInt]) throws(SystemCallError) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (target, descriptor) in descriptors.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, CInt(target))
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // A shell starts programs with SIGPIPE at its default and nothing blocked; the test runner may
    // ignore it, and the threads of its pool block most signals.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&signals, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

    var argumentPointers = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    var environmentPointers =
      unsafe (environment + Self.sanitizerOptions).map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe argumentPointers.indices { unsafe free(argumentPointers[index]) }
      for index in unsafe environmentPointers.indices { unsafe free(environmentPointers[index]) }
    }
    var child: pid_t = 0
    let code = startingPrograms.withLock { _ in
      unsafe posix_spawn(
        &child, program, &actions, &attributes, &argumentPointers, &environmentPointers)
    }
    if code != 0 { throw SystemCallError("posix_spawn '\(program)'", code: code) }
    return child
  }

  private static let sanitizerOptions = ["ASAN_OPTIONS", "TSAN_OPTIONS"].compactMap {
    (name: String) in unsafe getenv(name).map { "\(name)=\(unsafe String(cString: $0))" }
  }

  /// Reads both pipes as they fill; nil when both have ended.
  private func collect(
    from readers: [CInt], into captured: inout [[UInt8]], deadline: Double
  ) -> Ending? {
    var polls = readers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    while polls.contains(where: { $0.fd >= 0 }) {
      let left = deadline - monotonicSeconds()
      if left <= 0 { return .timedOut }
      unsafe poll(&polls, nfds_t(polls.count), CInt(left * 1000) + 1)
      for index in polls.indices where polls[index].fd >= 0 && polls[index].revents != 0 {
        let count = unsafe read(polls[index].fd, &buffer, buffer.count)
        if count > 0 {
          captured[index] += buffer[..<count]
          if captured[index].count > outputLimit { return .printedTooMuch }
        } else if count == 0 || errno != EINTR {
          polls[index].fd = -1
        }
      }
    }
    return nil
  }

  /// A program may close its output and run on, so this has the deadline too.
  private func waitForEnd(of child: pid_t, deadline: Double) -> Ending {
    var status: CInt = 0
    var timedOut = false
    while true {
      let result = unsafe waitpid(child, &status, timedOut ? 0 : WNOHANG)
      if result == child { break }
      if result < 0 && errno != EINTR { return .signalled(0) }
      if !timedOut && monotonicSeconds() > deadline {
        timedOut = true
        kill(-child, SIGKILL)
      } else if result == 0 {
        usleep(2000)
      }
    }
    if timedOut { return .timedOut }
    // WIFEXITED and its like are macros that Swift does not see.
    return status & 0x7f == 0
      ? .exited(Int(status >> 8 & 0xff)) : .signalled(Int(status & 0x7f))
  }
}

/// Held while descriptors without FD_CLOEXEC exist, and while a program is started here.
private let starting = Mutex(())

private func setCloseOnExec(_ descriptor: CInt) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }

/// The two ends of a pipe; -1 where one is closed. Descriptors are not closed by themselves.
private struct Pipe: Sendable {
  private(set) var reader: CInt
  private(set) var writer: CInt

  init() throws(SystemCallError) {
    var ends: [CInt] = [-1, -1]
    if unsafe pipe(&ends) != 0 { throw SystemCallError("pipe") }
    reader = ends[0]
    writer = ends[1]
    setCloseOnExec(reader)
    setCloseOnExec(writer)
  }

  mutating func closeReader() {
    if reader >= 0 { close(reader) }
    reader = -1
  }

  mutating func closeWriter() {
    if writer >= 0 { close(writer) }
    writer = -1
  }

  mutating func closeBoth() {
    closeReader()
    closeWriter()
  }
}

/// CLOCK_MONOTONIC in seconds.
public func monotonicSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Held while a program is being started, which is until its exec(2): so long it has a copy of every
/// descriptor of this process, and a socket that is closed here stays open.
let startingPrograms = Mutex(())
