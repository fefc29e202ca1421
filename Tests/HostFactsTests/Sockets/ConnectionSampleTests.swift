import CEL
import Glibc
import TestSupport
import Testing

@testable import HostFacts

@Suite struct ConnectionSampleTests {
  /// Connections in the queues of ports 80 and 81, as many as told.
  private static func table(
    _ first: Int, _ second: Int = 0, source: SocketSource = .sockDiag
  ) -> SocketTable {
    let rows = [(80, first), (81, second)].flatMap { port, count in
      (0..<count).map { number in
        var row = SocketRow.connection(
          .here, port, .there, 10_000 + number, number % 2 == 0 ? .established : .closeWait)
        row.inode = 0
        row.cookie = UInt64(port * 100_000 + number)
        return row
      }
    }
    return .complete([.listener(.here, 80), .listener(.here, 81)] + rows, source: source)
  }

  private static func queues(_ table: SocketTable) -> [PartialList<Double>] {
    table.sockets(settings: .test()).listeners.elements.map(\.unacceptedIdle)
  }

  @Test func eachIsAskedAndTheLongestComesFirst() throws {
    var table = Self.table(3, 1)
    table.askConnections { row, number in
      var answer = row
      answer.sinceReceived = UInt32(number * 1500)
      return answer
    }
    let queues = Self.queues(table)
    #expect(queues.map(\.elements) == [[3, 1.5, 0], [4.5]])
    #expect(queues.allSatisfy { $0.rest == nil })
  }

  @Test func whatChangedMeanwhileIsLeftOut() throws {
    var table = Self.table(4)
    table.askConnections { row, number in
      var answer = row
      answer.sinceReceived = 1000
      switch number {
      case 0: return .some(nil)
      case 1: answer.inode = 7
      case 2: answer.state = .lastAck
      default: break
      }
      return answer
    }
    let queue = try #require(Self.queues(table).first)
    #expect(queue.elements == [1])
    #expect(queue.rest == nil)
  }

  @Test func whatWasNotAnsweredIsMissing() throws {
    var silent = Self.table(3)
    silent.askConnections { row, number in
      var answer = row
      answer.sinceReceived = 1000
      return number == 0 ? .some(answer) : .none
    }
    let queue = try #require(Self.queues(silent).first)
    #expect(queue.elements == [1])
    #expect(queue.rest?.reason.contains("was not asked for") == true)
    let ofProc = try #require(Self.queues(Self.table(1, source: .proc)).first)
    #expect(ofProc.elements.isEmpty)
    #expect(ofProc.rest?.grant == "AF_NETLINK sockets")
    // An empty queue has no times, wherever it was read.
    #expect(try #require(Self.queues(Self.table(1, source: .proc)).last).rest == nil)
  }

  @Test func oneListenerDoesNotTakeThePlaceOfOthers() throws {
    var table = Self.table(1000, 1)
    table.askConnections { row, _ in
      var answer = row
      answer.sinceReceived = 1000
      return answer
    }
    let queues = Self.queues(table)
    #expect(queues.map(\.elements.count) == [256, 1])
    #expect(
      queues[0].rest?.reason == "only 256 of 1000 connections in the queue were looked at")
    #expect(queues[1].rest == nil)
  }

  /// The kernel's own filter, with as many ports as a program takes.
  @Test(.needsNamespaces, arguments: [1, 2, 64]) func socketsOnSomePorts(count: Int) async throws {
    let found = try await ScratchNamespace.run { net in
      for port in [5000, 5063, 5064] {
        let listener = try net.listen(.loopback(port))
        _ = try net.connect(to: listener, at: .loopback(port), from: .loopback(6000 + port))
      }
      let six = try net.listen(Endpoint("::1", 5000))
      _ = try net.connect(to: six, at: Endpoint("::1", 5000), from: Endpoint("::1", 6000))
      var rows = Rows()
      let ports = (5000..<5000 + UInt16(count)).map { $0 }
      let dump = SockDiag.connections(on: ports, into: &rows, deadline: .never)
      guard case .complete = dump.coverage else { return ["\(dump.coverage)"] }
      return rows.rows.map { "\($0.localAddress) \($0.localPort)" }.sorted()
    }
    #expect(
      found == ["127.0.0.1 5000"] + (count == 64 ? ["127.0.0.1 5063"] : []) + ["::1 5000"])
  }

  private struct Rows: SocketRowSink {
    var rows: [SocketRow] = []

    mutating func add(_ row: SocketRow) { rows.append(row) }
  }
}
