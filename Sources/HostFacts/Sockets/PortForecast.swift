internal import CEL

/// How many local ports the connections toward one destination will hold if they go on ending as
/// they did, and when connect() becomes slow and fails.
///
/// A connection that this side closed first holds its port for the length of TIME_WAIT, 60 s, or
/// where connect() may take it again for `tcp_tw_reuse_delay`. The rows that are in TIME_WAIT now
/// go when their timers say so; each new one takes a port for as long.
struct PortForecast: Sendable {
  /// Connections that end, per second: the least of the last three windows of 5 s.
  var rate: Double
  /// How long one holds its port afterwards, in seconds.
  var hold: Double
  /// Ports that will be held when as many are set free as are taken.
  var level: Int
  /// How many may end per second for ever.
  var sustainableRate: Double
  /// Ports held from which connect() is slow.
  var knee: Int
  var secondsUntilKnee: Reading<Double>
  var secondsUntilFailure: Reading<Double>
  /// Local addresses, or ports of the peer's, among which the connections need to be divided.
  var addressesNeeded: Int
  /// Requests that one connection must carry so that few enough end, where one carries one now.
  var requestsPerConnection: Int
  /// The level with tcp_tw_reuse = 1.
  var levelWithReuse: Reading<Int>

  /// Of the preferred half of the ports, how much makes the search of connect() long: at 97 % it
  /// looks at some thirty before it finds one.
  private static let kneeShare = 0.97

  /// What the ports of one destination are now.
  struct Ports {
    var available: Int
    /// Held, and in TIME_WAIT for longer than connect() needs to take them again.
    var held: Int
    var reusable: Int
    var preferredTotal: Int
    var preferredHeld: Int
  }

  /// - Parameters:
  ///   - remaining: of the rows in TIME_WAIT, the milliseconds that each stays in it, to 1/100 s as
  ///     ``ConnectionRow/remaining`` tells them.
  ///   - reuseApplies: whether connect() may take their ports again.
  init(
    _ ports: Ports, rate: Double, remaining: [Int], _ reuse: TimeWaitReuse, reuseApplies: Bool,
    from origin: Origin
  ) {
    self.rate = rate
    hold = Double(max(1, reuseApplies ? reuse.delay : reuse.length)) / 1000
    let waiting = remaining.count - ports.reusable
    let open = max(0, ports.held - waiting)
    let available = Double(ports.available)
    level = open + Self.whole(rate * hold)
    sustainableRate = max(0, available - Double(open)) / hold
    knee = Self.whole(Double(ports.preferredTotal) * Self.kneeShare)
    let least = max(1, ports.available - open)
    addressesNeeded = max(1, Self.divided(level, by: max(1, ports.available)))
    requestsPerConnection = max(1, Self.divided(Self.whole(rate * hold), by: least))
    if reuseApplies {
      secondsUntilKnee = .absent(
        "connect() takes ports in TIME_WAIT again, so the rate is a lower bound")
      secondsUntilFailure = secondsUntilKnee
      levelWithReuse = .absent("connect() takes ports in TIME_WAIT again already")
      return
    }
    let curve = Curve(open: open, remaining: remaining, rate: rate, hold: hold)
    // connect() takes the preferred half first, so that all that is held is in it.
    secondsUntilKnee =
      ports.preferredHeld >= knee
      ? .value(0, origin)
      : curve.seconds(until: max(0, knee - ports.preferredHeld) + ports.held, origin)
    secondsUntilFailure = curve.seconds(until: ports.available, origin)
    levelWithReuse =
      reuse.hasTimestamps
      ? .value(open + Self.whole(rate * Double(reuse.delay) / 1000), origin)
      : .absent("tcp_tw_reuse does nothing without tcp_timestamps")
  }

  private static func whole(_ value: Double) -> Int {
    value < Double(Int32.max) ? Int(value) : Int(Int32.max)
  }

  private static func divided(_ count: Int, by ports: Int) -> Int { (count + ports - 1) / ports }
}

extension PortForecast: FactObject {
  static let typeName = "PortForecast"
  static let documentation = """
    How many local ports the connections toward one destination will hold if they go on ending as \
    they did, and when connect() becomes slow and fails.
    """

  static let fields: FactFields<PortForecast> = [
    .init(
      "rate", \.rate,
      "Connections that end, per second: the least of the last three windows of 5 s."),
    .init(
      "hold", \.hold,
      "Seconds that each holds its port afterwards: TIME_WAIT's length, or tcp_tw_reuse_delay where"
        + " connect() may take the port again."),
    .init("level", \.level, "Ports that will be held in the end."),
    .init(
      "sustainable_rate", \.sustainableRate,
      "Connections that may end per second for ever, with those that are open now."),
    .init("knee", \.knee, "Ports of the preferred half that are held when connect() becomes slow."),
    .init(
      "seconds_until_knee", \.secondsUntilKnee,
      "Until that is so; 0 where it is. Absent where it is not reached, and where connect() takes"
        + " ports in TIME_WAIT again, so that the rate is a lower bound.", optional: true),
    .init(
      "seconds_until_failure", \.secondsUntilFailure,
      "Until no port is left and connect() fails with EADDRNOTAVAIL; absent as above.",
      optional: true),
    .init(
      "addresses_needed", \.addressesNeeded,
      "Local addresses, or ports of the peer, that have room for the level together."),
    .init(
      "requests_per_connection", \.requestsPerConnection,
      "Requests that one connection must carry for the ports to be enough, where one carries one"
        + " now."),
    .init(
      "level_with_reuse", \.levelWithReuse, "The level with tcp_tw_reuse = 1; absent without use.",
      optional: true),
  ]
}

/// How many ports are held as time goes on.
private struct Curve {
  let open: Int
  /// When those in TIME_WAIT go, in seconds from now, the next first.
  let ends: [Double]
  let rate: Double
  let hold: Double

  init(open: Int, remaining: [Int], rate: Double, hold: Double) {
    self.open = open
    ends = Self.ascending(remaining).map { Double($0) / 1000 }
    self.rate = rate
    self.hold = hold
  }

  /// Where many rows share few times, to count them takes a tenth of sorting them.
  private static func ascending(_ times: [Int]) -> [Int] {
    guard times.count >= 256, let last = times.max() else { return times.sorted() }
    var rows = [Int](repeating: 0, count: last / 10 + 1)
    for time in times { rows[time / 10] += 1 }
    var ascending: [Int] = []
    ascending.reserveCapacity(times.count)
    for index in rows.indices {
      for _ in 0..<rows[index] { ascending.append(index * 10) }
    }
    return ascending
  }

  /// Between two ends the number grows with the rate, until those that are new now go as well.
  func seconds(until count: Int, _ origin: Origin) -> Reading<Double> {
    var from = 0.0
    var left = ends.count
    for end in ends + [hold] where end <= hold {
      let wanted = Double(count - open - left)
      if wanted <= rate * from { return .value(from, origin) }
      if rate > 0, wanted / rate <= end { return .value(wanted / rate, origin) }
      from = end
      left -= 1
    }
    return .absent("not at this rate")
  }
}
