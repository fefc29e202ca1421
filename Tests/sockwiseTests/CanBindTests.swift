import Glibc
import TestSupport
import Testing

/// `sockwise can-bind` on real sockets: answer, exit status, what is in the way, what would help.
@Suite(.needsNamespaces) struct CanBindTests {
  struct Case: Sendable {
    var arguments: [String]
    var status: Int
    var output: String
  }

  /// Runs the cases; what differs, with process ids as PID and seconds as N.
  static func failures(_ cases: [Case], as user: BuiltBinary.User = .caller) throws
    -> [String]
  {
    try cases.compactMap { expected in
      let result = try BuiltBinary.run(["can-bind"] + expected.arguments, as: user)
      let output = result.output.replacing(/pid \d+/, with: "pid PID")
        .replacing(/\d+ s left/, with: "N s left")
        .replacing(/Wait about \d+ s/, with: "Wait about N s")
        .replacing(/> 127\.0\.0\.1:\d+/, with: "> 127.0.0.1:PORT")
      if result.status == expected.status, output == expected.output, result.errors == "" {
        return nil
      }
      return "\(expected.arguments): \(result.ending)\n\(output)\(result.errors)"
    }
  }

  static let inUse = "cannot be bound: Address already in use (EADDRINUSE)\n"

  @Test func aListenerIsInTheWay() async throws {
    let failures = try await ScratchNamespace.run { net in
      let listener = try net.listen(.loopback(8080))
      _ = try net.start("/bin/sleep", ["300"], holding: [listener])
      listener.close()
      _ = try net.bindUDP(.loopback(53))
      return try Self.failures([
        Case(
          arguments: ["0.0.0.0:8080", "--reuse-address"], status: 1,
          output: """
            0.0.0.0:8080 \(Self.inUse)
            In the way
              LISTEN  127.0.0.1:8080  sleep (pid PID)

            What would free it
              - End sleep (pid PID), or take another port or address.

            Notices
              - SO_REUSEADDR does not help here: on Linux it never lets two sockets listen

            """),
        Case(
          arguments: ["8080"], status: 1,
          output: """
            [::]:8080 (IPv6 and IPv4) \(Self.inUse)
            In the way
              LISTEN  127.0.0.1:8080  sleep (pid PID)

            What would free it
              - Set IPV6_V6ONLY before bind(), and serve IPv4 by a socket of its own: only
                IPv4 sockets are in the way.
              - End sleep (pid PID), or take another port or address.

            """),
        Case(
          arguments: ["[::]:8080", "--v6only"], status: 0,
          output: "[::]:8080 (IPv6 only) can be bound and listened on\n"),
        Case(
          arguments: ["127.0.0.2:8080", "--no-listen"], status: 0,
          output: "127.0.0.2:8080 can be bound\n"),
        // A port of UDP is another one.
        Case(
          arguments: ["127.0.0.1:8080", "--udp"], status: 0,
          output: "127.0.0.1:8080 (UDP) can be bound\n"),
      ])
    }
    #expect(failures == [])
  }

  @Test func whatAServerLeavesBehindIsInTheWay() async throws {
    let failures = try await ScratchNamespace.run { net in
      for port in [8081, 8082] {
        let listener = try net.listen(.loopback(port))
        if port == 8081 {
          try net.leaveTimeWait(on: .server, count: 1, to: listener, at: .loopback(port))
        } else {
          _ = try net.connect(to: listener, at: .loopback(port))
        }
        listener.close()
      }
      let waiting =
        "Wait about N s: nobody holds what is in the way, and the kernel forgets it."
      return try Self.failures([
        Case(
          arguments: ["127.0.0.1:8081"], status: 1,
          output: """
            127.0.0.1:8081 \(Self.inUse)
            In the way
              TIME_WAIT  127.0.0.1:8081 > 127.0.0.1:PORT  N s left

            What would free it
              - Set SO_REUSEADDR before bind(). It helps where the old connections had it
                too, which cannot be seen; the first restart with it still waits where they
                had not.
              - \(waiting)

            """),
        Case(
          arguments: ["127.0.0.1:8081", "--reuse-address"], status: 3,
          output: """
            It is not known whether 127.0.0.1:8081 can be bound and listened on

            May be in the way
              TIME_WAIT  127.0.0.1:8081 > 127.0.0.1:PORT  N s left

            Could not check
              - the kernel does not show the options of a connection that no process holds
                (SO_REUSEADDR, SO_REUSEPORT, IPV6_V6ONLY)

            What would help
              - \(waiting)

            """),
        // The options of a connection that is held can be read.
        Case(
          arguments: ["127.0.0.1:8082", "--reuse-address"], status: 0,
          output: """
            127.0.0.1:8082 can be bound and listened on

            Would share the port
              ESTABLISHED  127.0.0.1:8082 > 127.0.0.1:PORT  sockwisePackage (pid PID)

            """),
      ])
    }
    #expect(failures == [])
  }

  @Test func theAddressAndTheUserCount() async throws {
    let failures = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_unprivileged_port_start": "90"]
    ) { net in
      try Self.failures([
        Case(
          arguments: ["10.9.8.7:8080"], status: 1,
          output: """
            10.9.8.7:8080 cannot be bound: Cannot assign requested address (EADDRNOTAVAIL):
              no interface of this network namespace has it

            What would help
              - Give the address to an interface, and start after it is there; or set
                IP_FREEBIND (FreeBind=yes in a socket unit) or net.ipv4.ip_nonlocal_bind =
                1; or bind the wildcard.

            """),
        Case(
          arguments: ["127.0.0.1:80", "--user", "33"], status: 1,
          output: """
            127.0.0.1:80 cannot be bound: Permission denied (EACCES): ports below 90 need
              CAP_NET_BIND_SERVICE, which user 33 lacks

            What would help
              - Give the service AmbientCapabilities=CAP_NET_BIND_SERVICE, or let a socket
                unit of systemd bind the port.
              - Or set net.ipv4.ip_unprivileged_port_start = 80, which lets every user bind
                ports from there on.

            """),
        Case(
          arguments: ["127.0.0.1:90", "--user", "33"], status: 0,
          output: "127.0.0.1:90 can be bound and listened on\n"),
        Case(
          arguments: ["127.0.0.1:80"], status: 0,
          output: "127.0.0.1:80 can be bound and listened on\n"),
        Case(
          arguments: ["127.0.0.1:0", "--user", "33"], status: 0,
          output: """
            127.0.0.1:0 can be bound and listened on

            Notices
              - the kernel picks a port out of net.ipv4.ip_local_port_range

            """),
      ])
    }
    #expect(failures == [])
  }

  /// Whom it cannot look into holds the port all the same.
  @Test(.enabled(if: geteuid() == 0, "becomes another user"))
  func withoutPrivilegesTheProcessIsHidden() async throws {
    let failures = try await ScratchNamespace.run { net in
      _ = try net.listen(.loopback(8080))
      return try Self.failures(
        [
          Case(
            arguments: ["127.0.0.1:8080"], status: 1,
            output: """
              127.0.0.1:8080 \(Self.inUse)
              In the way
                LISTEN  127.0.0.1:8080

              What would free it
                - Free it where it is held: by a process that could not be seen, or by the
                  kernel itself (VXLAN, WireGuard, NFS). Or take another port or address.

              """),
          Case(
            arguments: ["127.0.0.1:8081"], status: 0,
            output: "127.0.0.1:8081 can be bound and listened on\n"),
        ], as: .nobody)
    }
    #expect(failures == [])
  }

  /// The root of a user namespace that was made in a network namespace is not root there.
  @Test func capabilitiesMustBeOfTheNetworkNamespace() async throws {
    let results = try await ScratchNamespace.run { _ in
      try ["--user --map-root-user", "--user --map-root-user --net"].map { options in
        try BuiltBinary.run(
          ["can-bind", "0.0.0.0:80"], through: "exec unshare \(options) \"$@\"")
      }
    }
    #expect(results.map(\.status) == [1, 0])
    #expect(
      results[0].output.hasPrefix("0.0.0.0:80 cannot be bound: Permission denied (EACCES): "))
  }

  /// SO_BINDTODEVICE takes another name for the device that has it.
  @Test func anotherNameOfADeviceIsThatDevice() async throws {
    let (result, call) = try await ScratchNamespace.run { net in
      try net.addAlternativeName("uplink0", to: "lo")
      var options = LabSocket.Options()
      options.device = "lo"
      _ = try net.listen(.loopback(8080), options)
      options.device = "uplink0"
      let socket = try net.socket(ipv6: false, options)
      let result = try BuiltBinary.run(["can-bind", "127.0.0.1%uplink0:8080"])
      do throws(SystemCallError) {
        try socket.bind(.loopback(8080))
        return (result, CInt(0))
      } catch {
        return (result, error.code)
      }
    }
    #expect(result.status == 1)
    #expect(result.output.hasPrefix("127.0.0.1%lo:8080 \(Self.inUse)"))
    #expect(call == EADDRINUSE)
  }

  @Test func whatBindv6onlySaysCanBeCleared() async throws {
    let failures = try await ScratchNamespace.run(sysctls: ["net.ipv6.bindv6only": "1"]) { net in
      _ = try net.listen(.loopback(8080))
      let only = "[::]:8080 (IPv6 only) can be bound and listened on\n"
      var failures = try Self.failures([
        Case(arguments: ["8080"], status: 0, output: only),
        Case(arguments: ["8080", "--v6only"], status: 0, output: only),
      ])
      let result = try BuiltBinary.run(["can-bind", "8080", "--no-v6only"])
      if result.status != 1 || !result.output.hasPrefix("[::]:8080 (IPv6 and IPv4) \(Self.inUse)") {
        failures.append(result.output)
      }
      return failures
    }
    #expect(failures == [])
  }

  /// Nobody can end the process of a socket that has none. Where not all processes can be looked into
  /// it is not known whether there is one.
  @Test func socketsOfTheKernelHaveNoProcessToEnd() async throws {
    let result = try await ScratchNamespace.run { net in
      try net.addVXLAN("vxlan7", port: 4789)
      return try BuiltBinary.run(["can-bind", "0.0.0.0:4789", "--udp"])
    }
    #expect(result.status == 1)
    #expect(!result.output.contains("End "))
    #expect(
      result.output.contains("- No process holds it: it is the kernel's own")
        || result.output.contains("by the\n    kernel itself (VXLAN"))
  }

  /// A port below the start that cannot be read may be privileged, whatever its number.
  @Test(.needsMounts, .enabled(if: geteuid() == 0, "mounts over a file"))
  func aStartThatCannotBeReadIsNotGuessed() async throws {
    let result = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_unprivileged_port_start": "2000"]
    ) { _ in
      try BuiltBinary.run(
        ["can-bind", "127.0.0.1:1500", "--user", "33"],
        through: """
          mount --bind /proc/version /proc/sys/net/ipv4/ip_unprivileged_port_start; exec "$@"
          """, ownMounts: true)
    }
    #expect(result.status == 3)
    #expect(result.output.contains("is not a number"))
  }

  /// In a user namespace that knows one user, all others are shown as one.
  @Test(.enabled(if: geteuid() == 0, "binds as other users"))
  func usersThatLookTheSameAreNotTakenForOne() async throws {
    let result = try await ScratchNamespace.run { net in
      var options = LabSocket.Options()
      options.reusePort = true
      let socket = try asFileUser(1234) { try net.socket(ipv6: false, options) }
      try socket.bind(.loopback(8080))
      try socket.listen()
      return try BuiltBinary.run(
        ["can-bind", "127.0.0.1:8080", "--reuse-port", "--user", "65534"],
        through: "exec unshare --user --map-root-user \"$@\"")
    }
    #expect(result.status == 3)
    #expect(result.output.contains("user namespace"))
  }

  @Test func anotherNamespaceAndARecordingGiveTheSame() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("host")
    let (inside, outside, recorded) = try await ScratchNamespace.run { net in
      let listener = try net.listen(.loopback(8080))
      _ = try net.connect(to: listener, at: .loopback(8080))
      let process = try net.start("/bin/sleep", ["300"])
      let inside = try BuiltBinary.run(["can-bind", "8080", "--record", path])
      return (
        inside,
        try BuiltBinary.run(
          ["can-bind", "8080", "--netns", "\(process.pid)"], through: "exec \"$@\""),
        try BuiltBinary.run(["can-bind", "8080", "--root", path])
      )
    }
    #expect(inside.status == 1)
    #expect(outside.status == 1)
    #expect(outside.output == inside.output)
    #expect(recorded.status == 1)
    #expect(recorded.output.contains("\n  LISTEN       127.0.0.1:8080"))
    #expect(recorded.output.contains("the host was recorded at"))
  }

  @Test func anImageHasNoSockets() throws {
    let directory = try TemporaryDirectory()
    try TextFile.write("ID=debian\n", to: directory.path("etc/os-release"))
    let result = try BuiltBinary.run(["can-bind", "8080", "--root", directory.path])
    #expect(result.status == 2)
    #expect(
      result.errors == "sockwise: '\(directory.path)' has files of a host, and not its sockets; "
        + "--root DIR needs a recorded host or a report with socket tables\n")
  }
}
