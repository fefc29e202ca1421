internal import CEL

/// The `delta` variable: what changed between two samples, of this run or of two.
struct NetstatDelta: Sendable {
  /// Time between the samples.
  var seconds: Reading<Double>
  /// Whether the first of them is that of an earlier run. Of single sockets that tells only what UDP
  /// sockets had dropped.
  var isSinceLastRun: Reading<Bool>
  var netstat: Counters

  /// The value of `delta.netstat`.
  struct Counters: FactValue {
    var growth: @Sendable (_ line: String, _ name: String) -> Reading<Int>

    static var factType: Type { NetstatCounter.treeOfDelta.type }

    var factValue: CEL.Value {
      NetstatCounter.treeOfDelta.value { leaf, _ in growth(leaf.path[0], leaf.path[1]).field }
    }
  }

  /// From two readings.
  init(
    from earlier: NetstatReading, to later: NetstatReading, seconds: Double,
    isSinceLastRun: Bool = false
  ) {
    self.seconds = .value(seconds, .derived([]))
    self.isSinceLastRun = .value(isSinceLastRun, .derived([]))
    netstat = Counters { line, name in
      NetstatReading.growth(from: earlier[line, name], to: later[line, name], name)
    }
  }

  /// Nobody asked for a second sample, so there is nothing to tell, and nothing is unknown.
  static let notSampled = NetstatDelta(all: .absent("no second sample: use --sample"))

  static func unavailable(_ why: Unreadable) -> NetstatDelta {
    NetstatDelta(all: .unavailable(why))
  }

  private init(all reading: Reading<Int>) {
    seconds = reading.map { Double($0) }
    isSinceLastRun = reading.map { _ in false }
    netstat = Counters { _, _ in reading }
  }
}

extension NetstatDelta: FactObject {
  static let typeName = "Delta"
  static let documentation =
    "What changed between two samples: of this run (`--sample`), or of the last one that kept its "
    + "counters and this one (`--state`)."
  static let fields: FactFields<NetstatDelta> = [
    .init("seconds", \.seconds, "Seconds between the two samples.", optional: true),
    .init(
      "since_last_run", \.isSinceLastRun,
      "Whether the first sample is that of an earlier run. Of single sockets that tells only what UDP"
        + " sockets had dropped.",
      optional: true),
    .init("netstat", \.netstat, "How much each counter of `netstat` grew."),
  ]
}

extension NetstatReading {
  static func growth(from earlier: Reading<Int>, to later: Reading<Int>, _ name: String)
    -> Reading<Int>
  {
    earlier.flatMap { first, origin in
      later.flatMap { second, origin2 in
        let (growth, overflow) = second.subtractingReportingOverflow(first)
        // Counters only grow; a smaller one was reset, or wrapped (32 bits in some kernels).
        return overflow || growth < 0
          ? .unavailable(.init("\(name) went back from \(first) to \(second)"))
          : .value(growth, .derived(origin == origin2 ? [origin] : [origin, origin2]))
      }
    }
  }
}
