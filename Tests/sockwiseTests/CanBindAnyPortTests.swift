import Glibc
import TestSupport
import Testing

/// `sockwise can-bind ADDRESS:0`: the kernel picks the port.
extension CanBindTests {
  /// Sockets that are only bound hold ports as well.
  @Test func theKernelFindsNoPortWhereAllAreTaken() async throws {
    let noPort = """
      cannot be bound: Address already in use (EADDRINUSE): none of the 11
        ports that the kernel may pick is free for this address
        (net.ipv4.ip_local_port_range without ip_local_reserved_ports)

      What would help
        - Widen net.ipv4.ip_local_port_range, or bind a port outside it by its number.

      Notices
        - the kernel picks a port out of net.ipv4.ip_local_port_range

      """
    let (failures, calls) = try await ScratchNamespace.run(
      sysctls: [
        "net.ipv4.ip_local_port_range": "40000 40011",
        "net.ipv4.ip_local_reserved_ports": "40005",
      ]
    ) { net in
      for port in 40000...40011 where port != 40005 {
        try net.socket().bind(.loopback(port))
      }
      let failures = try Self.failures([
        Case(arguments: ["127.0.0.1:0"], status: 1, output: "127.0.0.1:0 " + noPort),
        Case(
          arguments: ["127.0.0.2:0", "--no-listen"], status: 0,
          output: """
            127.0.0.2:0 can be bound

            Notices
              - the kernel picks a port out of net.ipv4.ip_local_port_range

            """),
      ])
      let calls = ["127.0.0.1", "127.0.0.2"].map { address -> CInt in
        do throws(SystemCallError) {
          try net.socket().bind(Endpoint(address, 0))
          return 0
        } catch {
          return error.code
        }
      }
      return (failures, calls)
    }
    #expect(failures == [])
    #expect(calls == [EADDRINUSE, 0])
  }

  /// Of a range of odd size bind() to port 0 leaves one end out, which depends on chance.
  @Test func aPortThatTheKernelMayMissIsNotPromised() async throws {
    let (result, found) = try await ScratchNamespace.run(
      sysctls: ["net.ipv4.ip_local_port_range": "40000 40010"]
    ) { net in
      for port in 40000...40009 { try net.socket().bind(.loopback(port)) }
      let result = try BuiltBinary.run(["can-bind", "127.0.0.1:0"])
      let found = (1...200).count { _ in
        guard let socket = try? net.socket() else { return false }
        defer { socket.close() }
        return (try? socket.bind(.loopback(0))) != nil
      }
      return (result, found)
    }
    #expect(result.status == 3)
    #expect(result.output.contains("one port is free, at an end of net.ipv4.ip_local_port_range"))
    #expect(found > 0 && found < 200)
  }
}
