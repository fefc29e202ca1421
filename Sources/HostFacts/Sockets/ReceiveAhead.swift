internal import Synchronization

/// Receives datagrams on a thread of its own, some of them ahead of who reads them.
///
/// The kernel makes the rows of a dump in recvmsg(2), which is most of a dump's time. On a second
/// processor they are read meanwhile. The threads meet once for many datagrams, as waking one takes as
/// long as reading one.
struct ReceiveAhead: ~Copyable {
  typealias Receive = @Sendable (inout [UInt8]) -> NetlinkSocket.Received

  private let exchange: Exchange
  private var turn = 0
  private var current: Batch?

  /// Nil where the system refuses a thread.
  /// - Parameter receive: gives the next datagram without waiting; what it gives instead of one ends
  ///   the last batch. It is called until this value is gone, and never afterwards.
  init?(_ receive: @escaping Receive) {
    let exchange = Exchange()
    guard startDetachedThread({ exchange.fill(receive) }) == 0 else { return nil }
    // From here on there is a thread that `deinit` waits for.
    self.exchange = exchange
  }

  deinit { exchange.stop() }

  /// The next datagrams, which are gone when this is called again; nil after the last ones.
  mutating func next() -> Batch? {
    if let current {
      if current.isLast { return nil }
      exchange.free.signal()
    }
    exchange.filled.wait()
    current = exchange.batches[turn & 1]
    turn += 1
    return current
  }

  /// Datagrams as they came.
  final class Batch: @unchecked Sendable {
    // Unchecked: one thread at a time has it, as the semaphores of `Exchange` say.
    /// What came into each of the ``buffers``.
    private(set) var received: [NetlinkSocket.Received] = []
    private(set) var buffers = [[UInt8]](
      repeating: [UInt8](repeating: 0, count: NetlinkSocket.mostBytes), count: 16)

    /// Something else than a datagram has come, and nothing will after it.
    var isLast: Bool {
      guard let last = received.last else { return false }
      return if case .datagram = last { false } else { true }
    }

    fileprivate func fill(_ receive: Receive, unless isStopped: () -> Bool) {
      received.removeAll(keepingCapacity: true)
      for index in buffers.indices where !isLast && !isStopped() {
        received.append(receive(&buffers[index]))
      }
    }
  }

  /// Two batches go to and fro between two threads.
  private final class Exchange: Sendable {
    let batches = [Batch(), Batch()]
    let free = Semaphore(2)
    let filled = Semaphore(0)
    private let ended = Semaphore(0)
    private let isStopped = Atomic(false)

    func fill(_ receive: Receive) {
      defer { ended.signal() }
      var turn = 0
      while true {
        free.wait()
        let batch = batches[turn & 1]
        turn += 1
        batch.fill(receive) { isStopped.load(ordering: .relaxed) }
        let isLast = batch.isLast || isStopped.load(ordering: .relaxed)
        filled.signal()
        if isLast { return }
      }
    }

    /// Waits until nothing more is received.
    func stop() {
      isStopped.store(true, ordering: .relaxed)
      free.signal()
      ended.wait()
    }
  }
}
