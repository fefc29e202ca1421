import Glibc
import Synchronization

/// Connections that are opened one after the other, many a second, while a test does something
/// else: in the same network namespace, on a thread of its own.
///
/// Each has a client port of its own toward its destination as long as no port in TIME_WAIT is
/// taken again: set tcp_tw_reuse to 0.
public final class ConnectionStorm: Sendable {
  private struct Progress {
    var started = 0
    var completed = 0
    var isStopped = false
    var hasEnded = false
    var failure: SystemCallError?
  }

  private let progress = Mutex(Progress())

  /// Connections that were begun; those that came to be are at most as many.
  public var started: Int { progress.withLock { $0.started } }
  /// Connections that both ends have had.
  public var completed: Int { progress.withLock { $0.completed } }

  /// What ended it; nil while it blows.
  public var failure: SystemCallError? { progress.withLock { $0.failure } }

  /// - Parameters:
  ///   - destinations: Taken in turn; the storm listens on them.
  ///   - open: So many stay open; of older ones the client closes first.
  init(perSecond rate: Int, toward destinations: [Endpoint], open: Int) throws(SystemCallError) {
    try OwnThread.start { [self] in
      do throws(SystemCallError) {
        try blow(rate, destinations, open)
      } catch {
        progress.withLock { $0.failure = error }
      }
      progress.withLock { $0.hasEnded = true }
    }
  }

  /// Ends it and all its connections; throws what went wrong on the way.
  public func stop() throws(SystemCallError) {
    progress.withLock { $0.isStopped = true }
    while !progress.withLock({ $0.hasEnded }) { usleep(1000) }
    if let failure = progress.withLock({ $0.failure }) { throw failure }
  }

  private func blow(
    _ rate: Int, _ destinations: [Endpoint], _ open: Int
  ) throws(SystemCallError) {
    var listeners: [LabSocket] = []
    for destination in destinations {
      let listener = try LabSocket(.tcp, ipv6: destination.isIPv6, options: .server)
      try listener.bind(destination)
      try listener.listen()
      listeners.append(listener)
    }
    var connections: [Connection] = []
    let begin = monotonicSeconds()
    var made = 0
    while !progress.withLock({ $0.isStopped }) {
      if Double(made) >= (monotonicSeconds() - begin) * Double(rate) {
        usleep(200)
        continue
      }
      let destination = destinations[made % destinations.count]
      let client = try LabSocket(.tcp, ipv6: destination.isIPv6, options: .init())
      progress.withLock { $0.started += 1 }
      try client.connect(destination)
      let server = try listeners[made % listeners.count].accept()
      progress.withLock { $0.completed += 1 }
      let connection = Connection(client: client, server: server)
      if connections.count < open {
        connections.append(connection)
      } else {
        try connections[made % open].close(first: .client)
        connections[made % open] = connection
      }
      made += 1
    }
  }
}
