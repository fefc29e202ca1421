public import CEL

/// What reading a fact gave. Missing is never a default and never false.
public enum Reading<Value: Sendable>: Sendable {
  case value(Value, Origin)
  /// There is none, and why: "the kernel has no such key".
  case absent(String)
  /// There may be one, but it could not be read.
  case unavailable(Unreadable)

  public typealias Unreadable = HostFacts.Unreadable

  public var value: Value? {
    if case .value(let value, _) = self { value } else { nil }
  }

  public var origin: Origin? {
    if case .value(_, let origin) = self { origin } else { nil }
  }

  /// Why it could not be read; nil for a value and for what is not there.
  var unreadable: Unreadable? {
    if case .unavailable(let why) = self { why } else { nil }
  }

  /// A reading computed from this one; absence and unavailability pass on.
  public func map<Result: Sendable>(_ transform: (Value) -> Result) -> Reading<Result> {
    switch self {
    case .value(let value, let origin): .value(transform(value), .derived([origin]))
    case .absent(let why): .absent(why)
    case .unavailable(let why): .unavailable(why)
    }
  }

  /// A reading that depends on this one's value; absence and unavailability pass on.
  public func flatMap<Result: Sendable>(
    _ transform: (Value, Origin) -> Reading<Result>
  ) -> Reading<Result> {
    switch self {
    case .value(let value, let origin): transform(value, origin)
    case .absent(let why): .absent(why)
    case .unavailable(let why): .unavailable(why)
    }
  }
}

extension Reading: Equatable where Value: Equatable {}

/// Why a fact could not be read, and what to grant so that it can.
public struct Unreadable: Error, Hashable, Sendable {
  public var reason: String
  public var grant: String?

  public init(_ reason: String, grant: String? = nil) {
    self.reason = reason
    self.grant = grant
  }
}
