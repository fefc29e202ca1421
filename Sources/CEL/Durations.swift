/// Spans of time, as far as the language goes: 10 000 years to either side, in nanoseconds.
///
/// Source: `google.protobuf.Duration` in the CEL language definition.
enum Durations {
  private static let limit = Duration.seconds(315_576_000_000)

  static func sum(_ left: Duration, _ right: Duration) -> Value {
    guard isInRange(left), isInRange(right) else { return outOfRange }
    return checked(left + right)
  }

  static func difference(_ left: Duration, _ right: Duration) -> Value {
    guard isInRange(left), isInRange(right) else { return outOfRange }
    return checked(left - right)
  }

  private static let outOfRange = Value.failure("the duration exceeds 10000 years")

  private static func isInRange(_ duration: Duration) -> Bool {
    .zero - limit <= duration && duration <= limit
  }

  /// A host's duration may exceed the limit, and even the seconds of an int64; then it is cut.
  private static func components(_ duration: Duration) -> (seconds: Int64, attoseconds: Int64) {
    max(.zero - limit, min(limit, duration)).components
  }

  private static func checked(_ duration: Duration) -> Value {
    isInRange(duration) ? .duration(duration) : outOfRange
  }

  /// Units and their nanoseconds.
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("h", 3_600_000_000_000), ("ms", 1_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
    ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ns", 1),
  ]

  /// Reads `1h30m`, `-1.5s`, `250ms`.
  static func parse(_ text: String) -> Value {
    var rest = Substring(text).unicodeScalars
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    if rest.elementsEqual("0".unicodeScalars) { return .duration(.zero) }
    var total = Duration.zero
    let problem = Value.failure(
      "'\(text)' is not a duration; it is written like '90s', '1h30m' or '1.5s'")
    guard !rest.isEmpty else { return problem }
    while !rest.isEmpty {
      let whole = rest.prefix(while: \.isDigit)
      rest = rest.dropFirst(whole.count)
      var fraction = rest.prefix(0)
      if rest.first == "." {
        fraction = rest.dropFirst().prefix(while: \.isDigit)
        rest = rest.dropFirst(1 + fraction.count)
      }
      guard !whole.isEmpty || !fraction.isEmpty,
        let unit = units.first(where: { rest.starts(with: $0.name.unicodeScalars) })
      else { return problem }
      rest = rest.dropFirst(unit.name.unicodeScalars.count)
      guard let span = span(whole, fraction, of: unit.nanoseconds) else { return outOfRange }
      total += span  // both within limits
      guard isInRange(total) else { return outOfRange }
    }
    return .duration(isNegative ? .zero - total : total)
  }

  private static func span(
    _ whole: Substring.UnicodeScalarView, _ fraction: Substring.UnicodeScalarView,
    of unit: Int64
  ) -> Duration? {
    var count = Int64(0)
    for digit in whole {
      let (product, overflow) = count.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = product.addingReportingOverflow(Int64(digit.value - 48))
      if overflow || overflow2 { return nil }
      count = sum
    }
    guard unit < 1_000_000_000 || count <= limit.components.seconds else { return nil }
    var nanoseconds = Int64(0)
    var place = unit
    for digit in fraction where place >= 10 {
      place /= 10
      nanoseconds += Int64(digit.value - 48) * place
    }
    let result = Duration.nanoseconds(unit) * count + .nanoseconds(nanoseconds)
    return isInRange(result) ? result : nil
  }

  /// The duration in seconds as the language writes it, such as `1.5s`.
  static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = components(duration)
    let isNegative = seconds < 0 || attoseconds < 0
    var fraction = String(attoseconds.magnitude)
    fraction = String(repeating: "0", count: max(0, 18 - fraction.count)) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return (isNegative ? "-" : "") + String(seconds.magnitude)
      + (fraction.isEmpty ? "" : "." + fraction) + "s"
  }

  static func hours(_ duration: Duration) -> Int64 { components(duration).seconds / 3600 }
  static func minutes(_ duration: Duration) -> Int64 { components(duration).seconds / 60 }
  static func seconds(_ duration: Duration) -> Int64 { components(duration).seconds }
  /// The milliseconds beyond the whole seconds, as the language definition has it.
  static func milliseconds(_ duration: Duration) -> Int64 {
    components(duration).attoseconds / 1_000_000_000_000_000
  }
}
