internal import CEL
internal import Glibc

/// Whether a service would come back if it were restarted now, and when: from what keeps the ports of
/// its listeners, and from what systemd does after a start that fails. systemd.service(5),
/// systemd.unit(5).
struct RestartForecast: Sendable {
  enum Outcome: String, Sendable {
    /// Nothing keeps its ports.
    case atOnce = "at_once"
    /// It fails for a while, and systemd tries until it succeeds.
    case delayed
    /// It fails until systemd refuses to start it again.
    case startLimit = "start_limit"
    /// It fails, and nothing starts it again.
    case staysDown = "stays_down"
    /// That depends on how long the program runs before bind() fails, or on how soon its peers close.
    case uncertain
  }

  var outcome: Outcome
  /// Its ports that connections keep.
  var ports: [Int]
  /// Whether some of these are open now: their TIME_WAIT begins when their peers have closed too.
  var areOpen: Bool
  /// How long the ports are kept, in seconds.
  var hold: ClosedRange<Double>
  /// How often it fails before systemd gives up; absent where that does not come.
  var attempts: Reading<Int>
  /// Until it is up again, at most, or until systemd gives up, at least.
  var seconds: Reading<Double>

  /// TIME_WAIT ends when its timer says, or later: one of 60 s is rounded up to 512 jiffies, or 4,096
  /// where there are 1,000 a second (kernel/time/timer.c). That is 2.1 s with HZ=250, 5.2 s with 100.
  private static let slack = 5.2
  /// Where peers close at once there are 60 s of TIME_WAIT; as a rule they may take 60 s more, the
  /// end of FIN_WAIT2 with the usual tcp_fin_timeout.
  private static let holdOfOpen = 60.0...120 + 2 * slack
  /// How long a program may run until bind() fails, in seconds.
  private static let runs = [0, 0.05]

  /// Nil where the service has no listener of TCP.
  static func of(_ service: ServiceUnit, _ listeners: [Listener], from origin: Origin)
    -> Reading<RestartForecast>?
  {
    guard !listeners.isEmpty else { return nil }
    var kept: [Listener] = []
    for listener in listeners {
      switch listener.isKept {
      case .value(true, _): kept.append(listener)
      case .value, .absent: continue
      case .unavailable(let why): return .unavailable(why)
      }
    }
    guard case .value(let restart, _) = service.restart else {
      return .unavailable(service.restart.problem ?? .init("Restart= is not known"))
    }
    let origins =
      kept.flatMap { [$0.inbound.origin, $0.reuseAddress.origin, $0.reusePort.origin] }
      + [
        service.restart.origin, service.restartDelay.origin, service.startLimitInterval.origin,
        service.startLimitBurst.origin,
      ]
    let whole = kept.isEmpty ? origin : .derived(origins.compactMap { $0 })
    return .value(
      RestartForecast(kept, restart: restart, StartAttempts(service), from: whole), whole)
  }

  private init(
    _ kept: [Listener], restart: String, _ attempts: StartAttempts, from origin: Origin
  ) {
    ports = Set(kept.map(\.port)).sorted()
    let inbound = kept.compactMap(\.inbound.value)
    areOpen = inbound.contains { $0.blocksRestart > $0.timeWait }
    let longest = inbound.compactMap(\.secondsLeft.value).max() ?? 0
    let hold = areOpen ? Self.holdOfOpen : longest...longest + Self.slack
    self.hold = hold
    self.attempts = .absent("systemd does not give up")
    seconds = .absent("it is not down")
    guard !kept.isEmpty else {
      outcome = .atOnce
      self.hold = 0...0
      return
    }
    guard ["always", "on-failure"].contains(restart), attempts.delay.isFinite else {
      outcome = .staysDown
      seconds = .absent("nothing starts it again")
      return
    }
    let ends = Self.runs.flatMap { run in
      [hold.lowerBound, hold.upperBound].map { attempts.end(hold: $0, run: run) }
    }
    if ends.allSatisfy(\.isUp) {
      outcome = .delayed
      seconds = .value(ends.map(\.seconds).max() ?? 0, origin)
    } else if !ends.contains(where: \.isUp) {
      outcome = .startLimit
      self.attempts = .value(ends.map(\.attempts).min() ?? 0, origin)
      seconds = .value(ends.map(\.seconds).min() ?? 0, origin)
    } else {
      outcome = .uncertain
      seconds = .absent("it may come back, or systemd may give up before")
    }
  }
}

/// When systemd starts a service that fails, and when it gives up.
struct StartAttempts {
  /// `RestartSec=`, `RestartSteps=` and `RestartMaxDelaySec=`, in seconds.
  let delay: Double
  let steps: Int
  let longestDelay: Double
  /// `StartLimitIntervalSec=` in seconds, infinite for never forgetting, and `StartLimitBurst=`.
  let interval: Double
  let burst: Int

  struct End {
    /// Whether it was started at last, rather than given up.
    var isUp: Bool
    var seconds: Double
    /// Starts that failed.
    var attempts: Int
  }

  /// Nobody allows as many starts: systemd does not give up.
  private static let most = 100_000

  /// - Parameters:
  ///   - hold: seconds for which a start fails.
  ///   - run: seconds until it has failed.
  func end(hold: Double, run: Double) -> End {
    var now = 0.0
    var window = (begin: 0.0, starts: 0)
    for attempt in 0..<Self.most {
      // ratelimit_below() of systemd's src/basic/ratelimit.c: a window begins with the first start
      // after the last one.
      if now - window.begin > interval { window = (now, 0) }
      if burst > 0, interval > 0 {
        if window.starts >= burst { return End(isUp: false, seconds: now, attempts: attempt) }
        window.starts += 1
      }
      if now >= hold { return End(isUp: true, seconds: now, attempts: attempt) }
      now += run + delay(before: attempt + 1)
    }
    return End(
      isUp: true, seconds: max(now, hold) + run + delay(before: Self.most), attempts: Self.most)
  }

  /// The delay before a restart, counted from 1: with steps r₁ (rₙ / r₁)^((i − 1) / n), so that the one
  /// after the last step has the longest (service_restart_usec_next of src/core/service.c, systemd 254
  /// and later).
  func delay(before restart: Int) -> Double {
    guard restart > 1, steps > 0, delay > 0, longestDelay.isFinite, longestDelay > delay else {
      return delay
    }
    if restart > steps { return longestDelay }
    return delay * pow(longestDelay / delay, Double(restart - 1) / Double(steps))
  }
}

extension StartAttempts {
  init(_ service: ServiceUnit) {
    delay = service.restartDelay.value?.inSeconds ?? .infinity
    steps = service.restartSteps.value ?? 0
    longestDelay = service.restartMaxDelay.value?.inSeconds ?? .infinity
    interval = service.startLimitInterval.value?.inSeconds ?? .infinity
    burst = service.startLimitBurst.value ?? 0
  }
}

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

extension Listener {
  /// Whether bind() to its address would fail if its process were started again now: connections
  /// without SO_REUSEADDR are left of it. What systemd holds stays open, and a port that the kernel
  /// chose may be another next time.
  fileprivate var isKept: Reading<Bool> {
    guard case .value(let inbound, _) = inbound else { return self.inbound.map { _ in false } }
    guard inbound.blocksRestart > 0, ownership.socketActivated.value != true,
      fixed.value == true || inEphemeralRange.value == false
    else {
      return .value(false, origin)
    }
    return reuseAddress.flatMap { reusesAddress, _ in
      reusesAddress ? .value(false, origin) : reusePort.map { !$0 }
    }
  }
}

extension RestartForecast: FactObject {
  static let typeName = "RestartForecast"
  static let documentation = """
    Whether a service would come back if it were restarted now, from what keeps the ports of its \
    listeners and what systemd does after a start that fails.
    """

  var outcomeText: String { outcome.rawValue }
  var least: Double { hold.lowerBound }
  var most: Double { hold.upperBound }

  static let fields: FactFields<RestartForecast> = [
    .init(
      "outcome", \.outcomeText,
      "`at_once`; `delayed`: it fails for a while; `start_limit`: it fails until systemd gives up;"
        + " `stays_down`: it fails, and nothing starts it again; `uncertain`."),
    .init("ports", \.ports, "TCP ports that connections keep."),
    .init(
      "open", \.areOpen,
      "Some of these are open now: their TIME_WAIT begins when their peers have closed too."),
    .init("least_seconds", \.least, "How long the ports are kept, at least."),
    .init("most_seconds", \.most, "The same, at most."),
    .init(
      "attempts", \.attempts, "Starts that fail before systemd gives up.", optional: true),
    .init(
      "seconds", \.seconds,
      "`delayed`: until it is up, at most; `start_limit`: until systemd gives up, at least. Of a"
        + " program that runs for no more than 50 ms until bind() fails.",
      optional: true),
  ]
}
