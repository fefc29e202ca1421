internal import CLinuxShims
internal import Glibc
internal import JSON

/// A process that tries a claim, and what it has written.
final class Child {
  private let process: pid_t
  /// The reading end of a pipe that is its standard output.
  private let output: CInt
  private var written: [UInt8] = []
  /// Whether it has closed its output, which it does by ending.
  private(set) var hasEnded = false

  private init(process: pid_t, output: CInt) {
    self.process = process
    self.output = output
  }

  deinit { close(output) }

  /// Starts a program. Not with fork(): what a library's other thread holds would be held for ever.
  static func start(_ command: [String]) -> Result<Child, CallFailure> {
    var ends: [CInt] = [-1, -1]
    if unsafe pipe(&ends) != 0 { return .failure(CallFailure("pipe()")) }
    defer { close(ends[1]) }
    // Otherwise the children started later would hold the ends of those before them.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    // No environment: what is observed depends on the kernel alone.
    var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
    // It ends itself by SIGALRM, which this process may have blocked or ignored.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var (none, alarms) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe sigemptyset(&alarms)
    unsafe sigaddset(&alarms, SIGALRM)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &alarms)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    // Where it is ignored nobody is left to wait for, and a pid may be another's by then.
    _ = signal(SIGCHLD, SIG_DFL)
    let code = unsafe posix_spawn(
      &process, command[0], &actions, &attributes, &arguments, &environment)
    if code != 0 {
      close(ends[0])
      if code == ENOENT {
        return .failure(CallFailure(because: "there is no '\(command[0])'; mount /proc"))
      }
      return .failure(CallFailure("starting '\(command[0])'", code: code))
    }
    return .success(Child(process: process, output: ends[0]))
  }

  /// In the started program: it ends when the one that started it does, and by itself in the end. The
  /// kernel forgets the first with each change of the effective user (prctl(2), PR_SET_PDEATHSIG).
  static func endWithParent() {
    sockwise_die_with_parent()
    alarm(CUnsignedInt(Prover.timeLimit) + 10)
  }

  /// Reads what children write, until one has ended or some time has passed.
  static func wait(for children: [Child], seconds: Double) {
    let end = monotonicSeconds() + seconds
    while !children.contains(where: \.hasEnded) {
      let left = end - monotonicSeconds()
      if left <= 0 { return }
      var entries = children.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
      // EINTR, as any other failure, leaves all `revents` 0.
      unsafe poll(&entries, nfds_t(entries.count), CInt(left * 1000) + 1)
      for (child, entry) in zip(children, entries) where entry.revents != 0 { child.readSome() }
    }
  }

  private func readSome() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe read(output, &buffer, buffer.count)
    if count > 0 { written += buffer[..<count] }
    // The result is a few hundred bytes: what writes more is not what was started.
    if count == 0 || count < 0 && errno != EINTR || written.count > 1 << 16 { hasEnded = true }
  }

  /// Ends it if it runs, reaps it, and gives its result.
  ///
  /// - Parameter limit: why it is ended, where it has not come to a result.
  func collect(_ claim: Claim, _ limit: String?, _ seconds: Double) -> Proof {
    kill(process, SIGKILL)
    var status: CInt = 0
    while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
    if let limit { return Proof(claim, cannotTry: limit, seconds: seconds) }
    if let json = try? JSON.parse(written), let proof = try? Proof(json), proof.id == claim.id {
      return proof
    }
    return Proof(claim, cannotTry: "its process ended without a result", seconds: seconds)
  }
}
