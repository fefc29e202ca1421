public import CEL

/// The settings of a service that rules judge, defaults filled in. systemd.service(5).
public struct ServiceUnit: Sendable {
  public var type: Reading<String>
  public var restart: Reading<String>
  /// Absent where it is infinite.
  public var restartDelay: Reading<Duration>
  public var restartSteps: Reading<Int>
  /// Absent where it is infinite.
  public var restartMaxDelay: Reading<Duration>
  /// Absent where it is infinite.
  public var startLimitInterval: Reading<Duration>
  public var startLimitBurst: Reading<Int>
  public var killMode: Reading<String>
  /// Absent where the manager's default applies.
  public var openFiles: Reading<ResourceLimit>
  public var privateNetwork: Reading<Bool>
  public var networkNamespacePath: Reading<String>
  /// `ExecStart=` lines as written.
  public var execStart: [String]
  /// Sockets that `Sockets=` names, and the socket of the service's own name where there is one.
  public var sockets: [String]
}

/// A soft and a hard limit, such as `LimitNOFILE=`.
public struct ResourceLimit: Hashable, Sendable {
  /// Nil is infinite.
  public var soft: UInt64?
  public var hard: UInt64?
}
