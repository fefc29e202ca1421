internal import Glibc
internal import Synchronization

/// Reads a file piece by piece; where asked for, on a thread of its own while the last piece is looked
/// at. That pays for tables of many megabytes: copying one takes half as long as taking it apart.
final class ReadAhead: Sendable {
  private struct State {
    /// Of one read(2) each; empty at the end.
    var pieces: [Result<[UInt8], ReadFailure>] = []
    /// Whose bytes have been looked at.
    var buffers: [[UInt8]] = []
    var isAhead = false
    var isStopped = false
  }

  private let file: FileDescriptor
  private let chunk: Int
  private let state = Mutex(State())
  private let piecesThatWait = Semaphore(0)
  /// One piece waits while one is looked at and one is read.
  private let room = Semaphore(2)

  /// - Parameter chunk: bytes that are asked for at once.
  init(_ file: consuming FileDescriptor, chunk: Int) {
    self.file = file
    self.chunk = chunk
  }

  /// From now on a thread reads. Where the system refuses one, nothing changes.
  func begin() {
    guard startDetachedThread({ [self] in run() }) == 0 else { return }
    state.withLock { $0.isAhead = true }
  }

  /// The thread ends as soon as the kernel lets its read(2) go.
  func stop() {
    state.withLock { $0.isStopped = true }
    room.signal()
  }

  /// Puts what the next read(2) gives in the place of the last piece; empty at the end.
  func next(_ piece: inout [UInt8]) throws(ReadFailure) {
    guard state.withLock(\.isAhead) else { return try read(&piece) }
    state.withLock { state in
      state.buffers.append(piece)
      piece = []
    }
    piecesThatWait.wait()
    let next = state.withLock { $0.pieces.removeFirst() }
    room.signal()
    piece = try next.get()
  }

  private func run() {
    while true {
      room.wait()
      var buffer: [UInt8] = []
      let isStopped = state.withLock { state in
        buffer = state.buffers.popLast() ?? []
        return state.isStopped
      }
      if isStopped { return }
      let piece = Result { () throws(ReadFailure) in
        try read(&buffer)
        return buffer
      }
      buffer = []
      state.withLock { $0.pieces.append(piece) }
      piecesThatWait.signal()
      guard case .success(let bytes) = piece, !bytes.isEmpty else { return }
    }
  }

  private func read(_ buffer: inout [UInt8]) throws(ReadFailure) {
    buffer.removeAll(keepingCapacity: true)
    _ = try HostRoot.append(from: file, atMost: chunk, to: &buffer)
  }
}

/// A counter that threads wait at; sem_overview(7).
@safe private final class Semaphore: Sendable {
  // Safe: its memory is this object's, and its functions may be called from any thread.
  private nonisolated(unsafe) let pointer: UnsafeMutablePointer<sem_t>

  init(_ count: UInt32) {
    unsafe pointer = .allocate(capacity: 1)
    unsafe sem_init(pointer, 0, count)
  }

  deinit {
    unsafe sem_destroy(pointer)
    unsafe pointer.deallocate()
  }

  func signal() { unsafe sem_post(pointer) }

  func wait() {
    while unsafe sem_wait(pointer) != 0 && errno == EINTR {}
  }
}
