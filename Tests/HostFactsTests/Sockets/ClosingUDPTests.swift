import Glibc
import Testing

@testable import HostFacts
@testable import TestSupport

/// `/proc/net/udp` while sockets close: what the kernel passes over is read again.
@Suite(.enabled(if: ScratchNamespace.isAvailable, ScratchNamespace.requirement))
struct ClosingUDPTests {
  /// Reads the table after half of the sockets in it closed behind the first read(2): those that stay,
  /// and what was read of them.
  private static func read(
    _ body: @escaping @Sendable (ProcNet.Reader) -> Set<UInt64>
  ) async throws -> (staying: Set<UInt64>, read: Set<UInt64>) {
    try await ScratchNamespace.run { namespace in
      var staying: Set<UInt64> = []
      var closing: [LabSocket] = []
      for index in 0..<400 {
        let socket = try namespace.bindUDP(.loopback(20000 + index))
        if index.isMultiple(of: 2) {
          closing.append(socket)
        } else {
          staying.insert(inode(of: socket.descriptor))
        }
      }
      let found = body { name, consume in
        procNet(name) { piece in
          let wantsMore = consume(piece)
          for socket in closing { socket.close() }
          closing = []
          return wantsMore
        }
      }
      return (staying, found)
    }
  }

  @Test func `one pass leaves out sockets that stay`() async throws {
    let (staying, found) = try await Self.read { read in
      var list = RowList()
      var parser = ProcNetTable(.udp, isIPv6: false, live: true)
      _ = read("udp") { parser.consume($0, into: &list) }
      return Set(list.rows.map(\.inode))
    }
    #expect(!found.isDisjoint(with: staying))
    #expect(!staying.isSubset(of: found))
  }

  @Test func `the table has them all`() async throws {
    let (staying, found) = try await Self.read { read in
      var table = SocketTable(source: .proc)
      ProcNet.read(into: &table, live: true, deadline: .never, [.udp], from: read)
      guard case .complete = table.coverage(.udp) else { return [] }
      return Set(table.udp.groups.flatMap(\.inodes))
    }
    #expect(staying.isSubset(of: found))
  }
}
