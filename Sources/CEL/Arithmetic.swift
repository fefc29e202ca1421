/// Arithmetic that reports overflow; a nil result says that the types do not fit.
enum Arithmetic {
  static func add(_ left: Value, _ right: Value, work: inout Work) -> Value? {
    switch (left, right) {
    case (.int(let left), .int(let right)): int(left.addingReportingOverflow(right))
    case (.uint(let left), .uint(let right)): uint(left.addingReportingOverflow(right))
    case (.double(let left), .double(let right)): .double(left + right)
    case (.string(let left), .string(let right)):
      spend(left.utf8.count + right.utf8.count, on: &work) { .string(left + right) }
    case (.bytes(let left), .bytes(let right)):
      spend(left.count + right.count, on: &work) { .bytes(left + right) }
    case (.list(let left), .list(let right)): concatenate(left, right, work: &work)
    case (.duration(let left), .duration(let right)): Durations.sum(left, right)
    default: nil
    }
  }

  static func subtract(_ left: Value, _ right: Value, work: inout Work) -> Value? {
    switch (left, right) {
    case (.int(let left), .int(let right)): int(left.subtractingReportingOverflow(right))
    case (.uint(let left), .uint(let right)): uint(left.subtractingReportingOverflow(right))
    case (.double(let left), .double(let right)): .double(left - right)
    case (.duration(let left), .duration(let right)): Durations.difference(left, right)
    default: nil
    }
  }

  static func multiply(_ left: Value, _ right: Value, work: inout Work) -> Value? {
    switch (left, right) {
    case (.int(let left), .int(let right)): int(left.multipliedReportingOverflow(by: right))
    case (.uint(let left), .uint(let right)): uint(left.multipliedReportingOverflow(by: right))
    case (.double(let left), .double(let right)): .double(left * right)
    default: nil
    }
  }

  static func divide(_ left: Value, _ right: Value, work: inout Work) -> Value? {
    switch (left, right) {
    case (.int, .int(0)), (.uint, .uint(0)): .failure("division by zero")
    case (.int(let left), .int(let right)): int(left.dividedReportingOverflow(by: right))
    case (.uint(let left), .uint(let right)): uint(left.dividedReportingOverflow(by: right))
    case (.double(let left), .double(let right)): .double(left / right)
    default: nil
    }
  }

  static func remainder(_ left: Value, _ right: Value, work: inout Work) -> Value? {
    switch (left, right) {
    case (.int, .int(0)), (.uint, .uint(0)): .failure("remainder of a division by zero")
    case (.int(let left), .int(let right)):
      int(left.remainderReportingOverflow(dividingBy: right))
    case (.uint(let left), .uint(let right)):
      uint(left.remainderReportingOverflow(dividingBy: right))
    default: nil
    }
  }

  static func negate(_ value: Value, work: inout Work) -> Value? {
    switch value {
    case .int(let value): int(Int64(0).subtractingReportingOverflow(value))
    case .double(let value): .double(-value)
    default: nil
    }
  }

  /// A partly read list stays partly read; what followed its gap has no place any more.
  private static func concatenate(
    _ left: [Value], _ right: [Value], work: inout Work
  ) -> Value {
    guard left.missingRest.isEmpty else { return .list(left) }
    work.spend(left.count + right.count)
    return work.isExhausted ? .list([]) : .list(left + right)
  }

  /// Makes a value of so many bytes, unless that is more than may be made.
  private static func spend(_ bytes: Int, on work: inout Work, _ make: () -> Value) -> Value {
    work.spend(bytes / 8)
    return work.isExhausted ? .null : make()
  }

  private static func int(_ result: (partialValue: Int64, overflow: Bool)) -> Value {
    result.overflow ? .failure("the result does not fit an int") : .int(result.partialValue)
  }

  private static func uint(_ result: (partialValue: UInt64, overflow: Bool)) -> Value {
    result.overflow ? .failure("the result does not fit a uint") : .uint(result.partialValue)
  }
}

extension Value {
  static func failure(_ message: String) -> Value { .error(EvaluationError(message)) }
}
