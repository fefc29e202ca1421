import Glibc
import TestSupport
import Testing

/// `sockwise prove` through the built binary, on the real kernel.
struct ProveTests {
  /// Those that wait for FIN_WAIT2 or TIME_WAIT to end take 20 and 62 s: one test has them.
  private static let long = ["time-wait-lasts-60-seconds", "fin-timeout-70-is-20-seconds"]

  private static func ids() throws -> [String] {
    try BuiltBinary.run(["prove", "--list"]).output.split(separator: "\n")
      .compactMap { $0.split(separator: " ").first.map(String.init) }
  }

  private static func short() throws -> [String] { try ids().filter { !long.contains($0) } }

  private func outcomes(_ result: Subprocess.Result) throws -> [String: ParsedJSON] {
    let document = try ParsedJSON(Array(result.output.utf8))
    let text = try TextFile.read("\(Checkout.root)/schemas/sockwise.proofs-1.schema.json")
    let schema = JSONSchema(root: try ParsedJSON(Array(text.utf8)))
    #expect(schema.violations(of: document) == [])
    var outcomes: [String: ParsedJSON] = [:]
    for claim in document["claims"]?.elements ?? [] {
      outcomes[try #require(claim["id"]?.string)] = claim
    }
    return outcomes
  }

  private func ids(_ outcomes: [String: ParsedJSON], _ outcome: String) -> [String] {
    outcomes.filter { $0.value["outcome"]?.string == outcome }.keys.sorted()
  }

  @Test(.needsNamespaces) func `as root all hold, and nothing of the host changes`() throws {
    let before = hostSysctls()
    let result = try BuiltBinary.run(["prove", "--format", "json"])
    #expect(result.status == 0)
    #expect(result.errors.isEmpty, "progress is for terminals")
    let outcomes = try outcomes(result)
    #expect(ids(outcomes, "holds") == (try Self.ids()).sorted())
    for (id, claim) in outcomes { #expect(claim["observed"]?.string?.isEmpty == false, "\(id)") }
    #expect(hostSysctls() == before)
  }

  /// A network namespace that no process is in and no file names is gone.
  @Test(
    .needsMounts,
    arguments: [
      #""$@" > /dev/null"#, #""$@" & sleep 1; kill -KILL $!; wait $! || true"#,
    ]) func `no process and no mount stays, not even when it is killed`(_ run: String) throws
  {
    let script = """
      exec unshare --pid --fork --mount-proc sh -euc '
        \(run); sleep 0.5
        cat /proc/[0-9]*/comm; grep nsfs /proc/self/mountinfo || true' sh "$@"
      """
    let claims = run.contains("KILL") ? Self.long : try Self.short()
    let result = try BuiltBinary.run(["prove"] + claims, through: script)
    #expect(result.status == 0)
    #expect(result.output.split(separator: "\n").sorted() == ["sh"])
  }

  @Test(.enabled(if: geteuid() == 0, "becomes another user"))
  func `as an ordinary user none fails, and what cannot be tried says why`() throws {
    let result = try BuiltBinary.run(
      ["prove", "--format", "json"] + Self.short(), as: .stranger(65_533))
    #expect(result.status == 0)
    let outcomes = try outcomes(result)
    #expect(ids(outcomes, "does_not_hold") == [])
    #expect(outcomes.count == (try Self.short()).count)
    for (id, claim) in outcomes where claim["outcome"]?.string == "cannot_try" {
      #expect(claim["reason"]?.string?.contains("run it as root") == true, "\(id)")
    }
  }

  @Test(.enabled(if: geteuid() == 0, "needs a user namespace of its own"))
  func `where no namespace can be made the limit is named`() throws {
    let script = """
      exec unshare --user --map-root-user sh -euc \\
        'echo 0 > /proc/sys/user/max_user_namespaces; echo 0 > /proc/sys/user/max_net_namespaces; exec "$@"' sh "$@"
      """
    let result = try BuiltBinary.run(["prove", "tcp-udp-share-port"], through: script)
    #expect(result.status == 0)
    #expect(result.output.contains("\nCannot be tried here\n"))
    #expect(result.output.contains("user.max_user_namespaces is 0; raise it"))
    #expect(result.output.hasSuffix("\n0 claims hold, 1 cannot be tried here\n"))
  }

  @Test(.needsMounts) func `without a writable /proc_sys what needs none is tried all the same`()
    throws
  {
    let script = """
      mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; exec "$@"
      """
    let result = try BuiltBinary.run(
      ["prove", "--format", "json", "tcp-udp-share-port", "self-connect"], through: script,
      ownMounts: true)
    let outcomes = try outcomes(result)
    #expect(ids(outcomes, "holds") == ["tcp-udp-share-port"])
    #expect(
      outcomes["self-connect"]?["reason"]?.string
        == "/proc/sys is mounted read-only; mount it writable")
  }

  @Test(.needsNamespaces)
  func `on a kernel where SO_REUSEADDR does nothing a claim does not hold`() async throws {
    let result = try await ScratchNamespace.run { namespace in
      try namespace.ignoreReuseAddress()
      return try BuiltBinary.run(["prove", "restart-over-time-wait", "tcp-udp-share-port"])
    }
    #expect(result.status == 1)
    #expect(result.output.contains("\nDoes not hold\n  restart-over-time-wait  "))
    #expect(
      result.output.contains(
        "with it on the old and the new listener: EADDRINUSE (claimed: succeeds)"))
    #expect(result.output.hasSuffix("\n1 claim holds, 1 not\n"))
  }

  @Test func `an unknown claim is refused, with what was probably meant`() throws {
    let result = try BuiltBinary.run(["prove", "tw-reuse-conect"])
    #expect(result.status == 2)
    #expect(
      result.errors.hasPrefix(
        "sockwise: no claim is called 'tw-reuse-conect'; did you mean 'tw-reuse-connect'?\n"))
    #expect(result.output.isEmpty)
  }
}

/// What experiments set, of the network namespace that the tests are in.
private func hostSysctls() -> [String?] {
  [
    "net/ipv4/ip_local_port_range", "net/ipv4/ip_local_reserved_ports", "net/ipv4/tcp_tw_reuse",
    "net/ipv4/tcp_timestamps", "net/ipv4/tcp_fin_timeout", "net/ipv4/tcp_max_tw_buckets",
    "net/ipv4/tcp_rfc1337", "net/ipv4/tcp_migrate_req", "net/core/somaxconn",
  ].map { try? TextFile.read("/proc/sys/\($0)") }
}
