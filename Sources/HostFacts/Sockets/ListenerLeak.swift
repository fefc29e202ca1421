internal import CEL

/// A listener that processes hold which neither made nor serve it: it was inherited by a program
/// that its server started, as descriptors without O_CLOEXEC are.
struct ListenerLeak: Sendable {
  /// Those processes that are seen; at least one.
  var holders: [SocketOwner]
  /// The unit that the listener belongs to; absent where that is gone.
  var unit: Reading<String>
  /// Whether no process is left in that unit's control group; absent where that is not told.
  var isOrphan: Reading<Bool>
  /// Seconds since the first of the holders began.
  var age: Reading<Double>
}

extension ListenerLeak: FactObject {
  static let typeName = "ListenerLeak"
  static let documentation = """
    Who holds a listener of another unit, by another program than that unit's holders, without
    waiting for connections on it.
    """

  static let fields: FactFields<ListenerLeak> = [
    .init(
      "holders", \.holders,
      "Those processes that are seen. No epoll set of theirs has the listener, they hold no connection"
        + " of it, and every thread waits for something else: time, a child, a signal, other sockets of"
        + " an epoll set. What is in another system call is unknown. Needs CAP_SYS_PTRACE."),
    .init(
      "unit", \.unit,
      "The unit in whose control group it was made (sock_diag, Linux 5.9), else that of the holder"
        + " that began first; absent where that group is gone or is no unit's.", optional: true),
    .init("age", \.age, "Seconds since the first of them began.", optional: true),
    .init(
      "orphan", \.isOrphan,
      "Whether no process is left where it was made; absent where that is not told.", optional: true
    ),
  ]
}
