internal import CEL

/// The settings of a service that rules judge, defaults filled in. systemd.service(5).
struct ServiceUnit: Sendable {
  var type: Reading<String>
  var restart: Reading<String>
  /// Absent where it is infinite.
  var restartDelay: Reading<Duration>
  var restartSteps: Reading<Int>
  /// Absent where it is infinite.
  var restartMaxDelay: Reading<Duration>
  /// Absent where it is infinite.
  var startLimitInterval: Reading<Duration>
  var startLimitBurst: Reading<Int>
  var killMode: Reading<String>
  /// Absent where the manager's default applies.
  var openFiles: Reading<ResourceLimit>
  var privateNetwork: Reading<Bool>
  var networkNamespacePath: Reading<String>
  /// `ExecStart=` lines as written.
  var execStart: [String]
  /// Sockets that `Sockets=` names, and the socket of the service's own name where there is one.
  var sockets: [String]
}

extension ServiceUnit: FactObject {
  static let typeName = "ServiceUnit"
  static let documentation = """
    The settings of a service that rules judge, systemd's defaults filled in; systemd.service(5).
    """

  static let fields: FactFields<ServiceUnit> = [
    .init("type", \.type, "`Type=`: `simple`, `exec`, `forking`, `oneshot`, `dbus`, `notify` …"),
    .init("restart", \.restart, "`Restart=`: `no`, `always`, `on-failure` …"),
    .init(
      "restart_sec", \.restartDelay, "`RestartSec=`; absent where it is infinite.",
      optional: true),
    .init(
      "restart_steps", \.restartSteps,
      "`RestartSteps=`, systemd 254 and later: in how many steps the delay grows; 0 is off."),
    .init(
      "restart_max_delay_sec", \.restartMaxDelay,
      "`RestartMaxDelaySec=`, systemd 254 and later; absent where it is infinite, which is off.",
      optional: true),
    .init(
      "start_limit_interval", \.startLimitInterval,
      "`StartLimitIntervalSec=` of `[Unit]`, or the old `StartLimitInterval=` of `[Service]`;"
        + " absent where it is infinite.", optional: true),
    .init(
      "start_limit_burst", \.startLimitBurst,
      "`StartLimitBurst=`: starts within the interval before systemd gives up."),
    .init("kill_mode", \.killMode, "`KillMode=`: `control-group`, `mixed`, `process` or `none`."),
    .init(
      "limit_nofile", \.openFiles,
      "`LimitNOFILE=`; absent where the manager's default applies.", optional: true),
    .init("private_network", \.privateNetwork, "`PrivateNetwork=`."),
    .init(
      "network_namespace_path", \.networkNamespacePath, "`NetworkNamespacePath=`.",
      optional: true),
    .init("exec_start", \.execStart, "`ExecStart=` lines as written."),
    .init(
      "sockets", \.sockets,
      "Socket units that start it or are passed to it: `Sockets=`, and those whose `Service=` or"
        + " name says so."),
  ]
}

/// A soft and a hard limit, such as `LimitNOFILE=`; `UInt64.max` is infinite.
struct ResourceLimit: Hashable, Sendable {
  var soft: UInt64
  var hard: UInt64
}

extension ResourceLimit: FactObject {
  static let typeName = "ResourceLimit"
  static let documentation = "A soft and a hard limit of setrlimit(2)."

  private static func reading(_ value: UInt64) -> Reading<Int> {
    value == .max
      ? .absent("infinite") : .value(Int(clamping: value), .derived([]))
  }

  var softReading: Reading<Int> { Self.reading(soft) }
  var hardReading: Reading<Int> { Self.reading(hard) }

  static let fields: FactFields<ResourceLimit> = [
    .init("soft", \.softReading, "What applies; absent where it is infinite.", optional: true),
    .init(
      "hard", \.hardReading, "How far a process may raise it; absent where it is infinite.",
      optional: true),
  ]
}
