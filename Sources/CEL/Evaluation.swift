/// What evaluating an expression gave.
public struct Evaluation: Sendable {
  /// May be an error or an unknown.
  public var value: Value
  /// The facts that decided, in the order of reading, each once. Empty unless asked for.
  public var evidence: [ObservedFact]

  public init(value: Value, evidence: [ObservedFact] = []) {
    self.value = value
    self.evidence = evidence
  }
}

/// A fact as an expression saw it.
public struct ObservedFact: Sendable {
  /// Its path as a rule names it, such as `sysctl.net.ipv4.tcp_tw_reuse`; elements of lists by
  /// their place, such as `sockets.listeners[3].port`.
  public var path: String
  public var value: Value
  /// Its own origin, or that of the nearest structure around it that has one.
  public var origin: Origin?

  public init(path: String, value: Value, origin: Origin? = nil) {
    self.path = path
    self.value = value
    self.origin = origin
  }
}

/// A field that may be absent and is read without a `has()` that says it is there.
public struct UnguardedField: Hashable, Sendable {
  /// The path that wants a guard, such as `sysctl.net.ipv4.tcp_tw_reuse`.
  public var path: String
  /// Where it is read, in Unicode scalars.
  public var range: Range<Int>

  public init(path: String, range: Range<Int>) {
    self.path = path
    self.range = range
  }
}
