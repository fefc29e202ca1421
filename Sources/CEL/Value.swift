/// A value of the expression language. Errors and unknowns are values, never thrown.
public enum Value: Sendable {
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case null
  case duration(Duration)
  case intSet(IntegerSet)
  /// A list that could be read only in part ends in one `unknown` element.
  case list([Value])
  case map(MapValue)
  case object(ObjectValue)
  case type(Type)
  case error(EvaluationError)
  case unknown(Unknown)
}

/// Why an expression has no value.
public struct EvaluationError: Error, Hashable, Sendable {
  public var message: String

  public init(_ message: String) { self.message = message }
}

/// The facts that could not be read and on which an expression's value depends.
public struct Unknown: Hashable, Sendable {
  public var missing: [Missing]

  public init(_ missing: [Missing]) { self.missing = missing }
}

/// A fact that exists and could not be read.
public struct Missing: Hashable, Sendable {
  /// Path of the fact, such as `listener.reuse_address`; empty until an expression named it.
  public var fact: String
  /// Why, as a clause: "permission denied".
  public var reason: String
  /// What to grant so that it can be read, such as "CAP_SYS_PTRACE".
  public var grant: String?

  public init(fact: String = "", reason: String, grant: String? = nil) {
    self.fact = fact
    self.reason = reason
    self.grant = grant
  }
}

/// What a field or variable holds: a value, nothing (and why), or something unreadable.
public enum Field: Sendable {
  case value(Value, Origin?)
  /// There is none: `has()` is false and reading it is an error.
  case absent(String)
  /// There may be one that could not be read: `has()` and reading it are unknown.
  case unavailable(Missing)
}

/// An instance of a structure that the schema declares.
public struct ObjectValue: Sendable {
  public var typeName: String
  public var fields: [String: Field]

  public init(typeName: String, fields: [String: Field]) {
    self.typeName = typeName
    self.fields = fields
  }
}

/// The values of variables during one evaluation.
public struct Activation: Sendable {
  public var variables: [String: Field]

  public init(_ variables: [String: Field] = [:]) { self.variables = variables }
}

/// A set of integers as sorted, disjoint, non-adjacent closed ranges.
public struct IntegerSet: Hashable, Sendable {
  public private(set) var ranges: [ClosedRange<Int64>]

  /// Ranges in any order; overlapping and adjacent ones are joined.
  public init(_ ranges: some Sequence<ClosedRange<Int64>> = []) {
    var joined: [ClosedRange<Int64>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1
      {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    self.ranges = joined
  }

  /// How many integers are in the set; `Int64.max` where there are more.
  public var count: Int64 {
    var total: Int64 = 0
    for range in ranges {
      let (width, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
      let (sum, overflow2) = total.addingReportingOverflow(width)
      let (next, overflow3) = sum.addingReportingOverflow(1)
      if overflow || overflow2 || overflow3 { return .max }
      total = next
    }
    return total
  }

  public func contains(_ value: Int64) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(value)
  }
}
