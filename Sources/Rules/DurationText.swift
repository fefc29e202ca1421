/// Spans of time as they are written: `1.5s`, `1h30m`, `200ms`.
enum DurationText {
  /// Longest first, so that `ms` is not read as `m`.
  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ms", 1e6), ("us", 1e3), ("ns", 1), ("h", 3600e9), ("m", 60e9), ("s", 1e9),
  ]

  /// Nil where the text is not a span of time, or one beyond 250 years.
  static func parse(_ text: String) -> Duration? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative { rest = rest.dropFirst() }
    guard !rest.isEmpty else { return nil }
    var nanoseconds = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
      guard digits.first != ".", let number = Double(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      guard let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return nil }
      rest = rest.dropFirst(unit.name.count)
      nanoseconds += number * unit.nanoseconds
    }
    guard nanoseconds.magnitude < 250 * 366 * 86400e9 else { return nil }
    let whole = Int64(nanoseconds.rounded())
    return .nanoseconds(isNegative ? -whole : whole)
  }
}
