public import Glibc
import Synchronization

/// The `sockwise` that was built beside the test runner.
public enum BuiltBinary {
  /// Who runs it.
  public enum User: Sendable {
    case caller
    /// uid and gid 65534, no groups, no capabilities. Only root can become it.
    case nobody
    /// The same with another uid and gid: limits on a user's processes count those of all tests.
    case stranger(UInt32)

    fileprivate var uid: UInt32? {
      switch self {
      case .caller: nil
      case .nobody: 65534
      case .stranger(let uid): uid
      }
    }
  }

  public static let path: String = directoryOfRunner + "/sockwise"

  /// Runs it from the calling thread, in that thread's network namespace.
  ///
  /// - Parameters:
  ///   - environment: Only `PATH` and `LC_ALL` are set besides.
  ///   - script: Text for sh(1) that starts it with `exec "$@"`, after what it likes to do first;
  ///     as the caller, whoever `user` is.
  ///   - ownMounts: Whether the script has mounts of its own.
  ///   - memoryLimit: Bytes of address space; nil for none.
  public static func run(
    _ arguments: [String], environment: [String] = [], input: String? = nil,
    output: Subprocess.Output = .captured, as user: User = .caller,
    memoryLimit: Int? = defaultMemoryLimit, through script: String? = nil, ownMounts: Bool = false,
    _ whileRunning: (pid_t) -> Void = { _ in }
  ) throws(SystemCallError) -> Subprocess.Result {
    var command: [String] = []
    if let script {
      if ownMounts { command += ["/usr/bin/unshare", "--mount"] }
      command += ["/bin/sh", "-euc", script, "sh"]
    }
    if let uid = user.uid {
      command += [
        "/usr/bin/setpriv", "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups",
        "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs",
      ]
      command.append(try readableCopy.get())
    } else {
      command.append(path)
    }
    if let memoryLimit {
      command = ["/usr/bin/prlimit", "--as=\(memoryLimit)"] + command
    }
    var subprocess = Subprocess(
      program: command[0], arguments: Array(command.dropFirst()) + arguments)
    subprocess.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
    subprocess.environment += environment
    subprocess.input = input
    subprocess.output = output
    return try subprocess.run(whileRunning)
  }

  /// Whether it was built with AddressSanitizer or ThreadSanitizer, as the runner was.
  public static let isSanitized =
    unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

  /// 2 GiB; none under a sanitizer, which reserves terabytes of address space for its shadow.
  public static let defaultMemoryLimit: Int? = isSanitized ? nil : 2 << 30

  /// SwiftPM puts the runner and the executables into one directory.
  private static let directoryOfRunner: String = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let runner = String(
      decoding: buffer.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return runner.split(separator: "/").dropLast().map { "/\($0)" }.joined()
  }()

  /// A copy that every user can run: the checkout may lie below a private directory. Made once
  /// for a run of the tests and removed at its end.
  private static let readableCopy: Result<String, SystemCallError> = {
    var template = Array("/tmp/sockwise-tests-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { return .failure(SystemCallError("mkdtemp")) }
    let directory = String(
      decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let copy = directory + "/sockwise"
    removedAtExit.withLock { $0 = copy }
    atexit {
      let copy = removedAtExit.withLock { $0 }
      unsafe unlink(copy)
      unsafe rmdir(String(copy.dropLast("/sockwise".count)))
    }
    do {
      let copying = Subprocess(program: "/bin/cp", arguments: [path, copy])
      let result = try copying.run()
      if result.status != 0 { throw SystemCallError("cp '\(path)': \(result.errors)", code: EIO) }
      if unsafe chmod(copy, 0o755) != 0 { throw SystemCallError("chmod '\(copy)'") }
      if unsafe chmod(directory, 0o755) != 0 { throw SystemCallError("chmod '\(directory)'") }
      return .success(copy)
    } catch let error as SystemCallError {
      return .failure(error)
    } catch {
      return .failure(SystemCallError("\(error)", code: EIO))
    }
  }()
}

private let removedAtExit = Mutex("")
