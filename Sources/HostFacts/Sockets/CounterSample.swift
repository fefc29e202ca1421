internal import CEL
internal import Glibc

/// The counters of a network namespace at one moment, for a later run that asks what has grown.
public struct CounterSample: Hashable, Sendable {
  /// See ``Host/bootID``.
  public var bootID: String
  /// Number of the namespace.
  public var namespace: Int
  /// When, in seconds of CLOCK_MONOTONIC: since the host began, without the time it slept.
  public var seconds: Double
  /// By line and name, such as `TcpExt` and `ListenOverflows`.
  public var counters: [String: [String: Int]]
  /// What UDP sockets had dropped; nil where that was not known of all.
  public var udpDrops: UDPDropSample?

  public init(
    bootID: String, namespace: Int, seconds: Double, counters: [String: [String: Int]],
    udpDrops: UDPDropSample? = nil
  ) {
    self.bootID = bootID
    self.namespace = namespace
    self.seconds = seconds
    self.counters = counters
    self.udpDrops = udpDrops
  }
}

extension CounterSample {
  /// Between runs of a week, one that was late among them. What grew in a longer time says little of
  /// now.
  private static let oldest = 8.0 * 86_400
  /// What did not grow in a shorter time, as after a look by hand, may grow all the same. Hourly runs are
  /// not an hour apart to the second.
  private static let youngest = 3300.0

  /// Nil where the reading does not tell of which namespace it is, or has no counters.
  init?(
    _ reading: NetstatReading, seconds: Double, of host: HostIdentity, _ inode: Reading<Int>,
    _ udpDrops: UDPDropSample?
  ) {
    guard let bootID = host.bootID.value, let namespace = inode.value else { return nil }
    var counters: [String: [String: Int]] = [:]
    for leaf in NetstatCounter.tree.leaves {
      guard let value = reading[leaf.path[0], leaf.path[1]].value else { continue }
      counters[leaf.path[0], default: [:]][leaf.path[1]] = value
    }
    if counters.isEmpty { return nil }
    self.init(
      bootID: bootID, namespace: namespace, seconds: seconds, counters: counters,
      udpDrops: udpDrops)
  }

  /// Why what has grown since this sample is not judged, as a clause; nil where it is.
  func refusal(before later: CounterSample) -> String? {
    mismatch(with: later) ?? (isYoung(at: later) ? "that was less than an hour ago" : nil)
  }

  /// Whether this is an earlier sample of the same namespace, and not too old.
  public func precedes(_ later: CounterSample) -> Bool { mismatch(with: later) == nil }

  /// Whether too little time has passed to judge what has grown.
  public func isYoung(at later: CounterSample) -> Bool { later.seconds - seconds < Self.youngest }

  private func mismatch(with later: CounterSample) -> String? {
    guard bootID == later.bootID else { return "the host has been booted since" }
    guard namespace == later.namespace else { return "they are of another network namespace" }
    let age = later.seconds - seconds
    // NaN is no age either.
    guard age >= 0 else { return "they are from the future" }
    guard age <= Self.oldest else { return "that was more than 8 days ago" }
    // The number of a namespace that is gone is given to another: its counters begin at 0.
    for (line, names) in counters {
      for (name, earlier) in names where NetstatCounter.onlyGrows(line, name) {
        if let value = later.counters[line]?[name], value < earlier {
          return "\(line).\(name) went back from \(earlier) to \(value)"
        }
      }
    }
    return nil
  }

  /// What has grown until a later reading.
  func growth(until later: NetstatReading, seconds moment: Double) -> NetstatDelta {
    let origin = Origin.dump("the last run")
    let lines = counters.mapValues { $0.mapValues { Int64?.some(Int64($0)) } }
    let file = Reading.value(Netstat(counters: lines, origin: origin), origin)
    func optional(_ line: String, _ why: String) -> Reading<Netstat> {
      counters[line] == nil ? .absent(why) : file
    }
    let earlier = NetstatReading(
      netstat: file, snmp: file,
      snmp6: optional(NetstatCounter.udp6, "IPv6 was not counted then"),
      conntrack: optional(NetstatCounter.conntrack, "connection tracking was not loaded then"))
    return NetstatDelta(
      from: earlier, to: later, seconds: moment - seconds, isSinceLastRun: true)
  }
}

extension NetstatCounter {
  /// CurrEstab tells how many there are now.
  static func onlyGrows(_ line: String, _ name: String) -> Bool {
    !(line == "Tcp" && name == "CurrEstab")
  }
}
