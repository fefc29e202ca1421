import CLinuxShims
import Glibc
public import Testing

/// A network namespace of its own, with real sockets in it: facts about the kernel are tested
/// against the kernel.
///
/// A closure runs on a thread that has left for a new network namespace; nothing outside is
/// touched and nothing stays. Only `lo` is there. `BuiltBinary.run` in the closure audits this
/// namespace.
public final class ScratchNamespace {
  /// Whether this process may make namespaces: tests that need them are
  /// `.enabled(if: ScratchNamespace.isAvailable, ScratchNamespace.requirement)`.
  public static let isAvailable: Bool = {
    let attempt = Subprocess(program: "/usr/bin/unshare", arguments: ["--net", "/bin/true"])
    return (try? attempt.run().status) == 0
  }()

  public static let requirement: Comment =
    "needs root (CAP_SYS_ADMIN) to make a network namespace"

  /// Runs a closure in a new namespace and gives what it returns; then all its sockets close.
  ///
  /// Expectations belong outside: an issue that is recorded on another thread is not attributed
  /// to the test. Return what was seen instead.
  ///
  /// - Parameters:
  ///   - addresses: Added to `lo`, besides 127.0.0.1 and ::1.
  ///   - sysctls: Set before the closure runs, in order.
  ///   - timeLimit: Seconds; the steps that take long throw ETIMEDOUT after it.
  public static func run<Result: Sendable>(
    addresses: [String] = [], sysctls: KeyValuePairs<String, String> = [:],
    timeLimit: Double = 300,
    _ body: @escaping @Sendable (ScratchNamespace) throws -> Result
  ) async throws -> Result {
    let sysctls = sysctls.map { ($0.key, $0.value) }
    // The tests' own threads are few: they do not wait here.
    return try await OwnThread.run {
      try inNewNamespace(addresses: addresses, sysctls: sysctls, timeLimit: timeLimit, body)
    }
  }

  private static func inNewNamespace<Result>(
    addresses: [String], sysctls: [(String, String)], timeLimit: Double,
    _ body: (ScratchNamespace) throws -> Result
  ) throws -> Result {
    if sockwise_unshare(CInt(SOCKWISE_CLONE_NEWNET)) != 0 {
      throw SystemCallError("unshare(CLONE_NEWNET)")
    }
    try LoopbackInterface.bringUp()
    for address in addresses { try LoopbackInterface.add(address) }
    let namespace = ScratchNamespace(deadline: monotonicSeconds() + timeLimit)
    defer { namespace.closeAll() }
    // On a busy machine a FIN may be sent twice; what answers the second is a reset, and that ends
    // TIME_WAIT early (RFC 1337). Situations must hold.
    try namespace.setSysctl("net.ipv4.tcp_rfc1337", "1")
    for (key, value) in sysctls { try namespace.setSysctl(key, value) }
    return try body(namespace)
  }

  private let deadline: Double
  /// Holds what was opened: ARC would close a socket after its last use in the closure.
  private var sockets: [LabSocket] = []
  private var processes: [BackgroundProcess] = []
  private var storms: [ConnectionStorm] = []

  private var clientPorts = 10_000..<32_768

  private init(deadline: Double) { self.deadline = deadline }

  /// Throws ETIMEDOUT once the time is up; long loops call it.
  public func checkTime() throws(SystemCallError) {
    if monotonicSeconds() > deadline { throw SystemCallError("time limit", code: ETIMEDOUT) }
  }

  /// A port below the default range that no client of this namespace has had.
  func nextClientPort() throws(SystemCallError) -> Int {
    guard let port = clientPorts.popFirst() else {
      throw SystemCallError("client ports", code: EADDRNOTAVAIL)
    }
    return port
  }

  // MARK: Sysctls

  /// Sets `net.…` of this namespace: `/proc/sys/net` is the reading thread's own.
  public func setSysctl(_ key: String, _ value: String) throws(SystemCallError) {
    let path = Self.sysctlPath(key)
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    if descriptor < 0 { throw SystemCallError("open '\(path)'") }
    defer { close(descriptor) }
    try TextFile.writeAll(Array(value.utf8), to: descriptor, named: path)
  }

  /// The value without its line feed.
  public func sysctl(_ key: String) throws(SystemCallError) -> String {
    String(try TextFile.read(Self.sysctlPath(key)).prefix { $0 != "\n" })
  }

  private static func sysctlPath(_ key: String) -> String {
    "/proc/sys/" + key.split(separator: ".").joined(separator: "/")
  }

  // MARK: Sockets

  /// A socket that lives until the closure ends or it is closed.
  public func socket(
    _ kind: LabSocket.Kind = .tcp, ipv6: Bool = false, _ options: LabSocket.Options = .init()
  ) throws(SystemCallError) -> LabSocket {
    keep(try LabSocket(kind, ipv6: ipv6, options: options))
  }

  /// A listener, with SO_REUSEADDR unless told otherwise.
  public func listen(
    _ endpoint: Endpoint, _ options: LabSocket.Options = .server, backlog: Int = 4096
  ) throws(SystemCallError) -> LabSocket {
    let listener = try socket(ipv6: endpoint.isIPv6, options)
    try listener.bind(endpoint)
    try listener.listen(backlog: backlog)
    return listener
  }

  /// A bound UDP socket.
  public func bindUDP(
    _ endpoint: Endpoint, _ options: LabSocket.Options = .init()
  ) throws(SystemCallError) -> LabSocket {
    let bound = try socket(.udp, ipv6: endpoint.isIPv6, options)
    try bound.bind(endpoint)
    return bound
  }

  /// Keeps a socket open until the closure ends.
  @discardableResult
  func keep(_ socket: LabSocket) -> LabSocket {
    sockets.append(socket)
    return socket
  }

  /// A program that runs until the closure ends.
  public func start(
    _ program: String, _ arguments: [String] = [], holding sockets: [LabSocket] = []
  ) throws(SystemCallError) -> BackgroundProcess {
    let process = try BackgroundProcess(program, arguments, holding: sockets)
    processes.append(process)
    return process
  }

  /// Connections that are opened meanwhile, until the storm is stopped or the closure ends.
  public func storm(
    perSecond rate: Int, toward destinations: [Endpoint], open: Int = 1000
  ) throws(SystemCallError) -> ConnectionStorm {
    try raiseDescriptorLimit()
    let storm = try ConnectionStorm(perSecond: rate, toward: destinations, open: open)
    storms.append(storm)
    return storm
  }

  private func closeAll() {
    // What went wrong matters to who stops it himself.
    for storm in storms { try? storm.stop() }
    storms.removeAll()
    for process in processes { process.end() }
    processes.removeAll()
    for socket in sockets { socket.close() }
    sockets.removeAll()
  }
}

/// Lets this process hold as many sockets as its hard limit allows; it stays so. Beyond that
/// socket() fails with EMFILE: going above the hard limit takes CAP_SYS_RESOURCE, which root in a
/// container may lack.
public func raiseDescriptorLimit() throws(SystemCallError) {
  var limit = rlimit()
  let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  if unsafe getrlimit(resource, &limit) != 0 { throw SystemCallError("getrlimit") }
  limit.rlim_cur = limit.rlim_max
  if unsafe setrlimit(resource, &limit) != 0 { throw SystemCallError("setrlimit(RLIMIT_NOFILE)") }
}
