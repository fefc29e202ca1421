/// A span of time as systemd.time(7) writes it: `5min 20s`, `1h30`, `infinity`.
enum TimeSpan: Hashable, Sendable {
  case microseconds(UInt64)
  case infinite

  /// parse_time(); a number without a unit counts `unit` microseconds.
  init?(_ text: some StringProtocol, unit: UInt64 = 1_000_000) {
    var rest = Array(text.utf8)[...]
    Self.skipBlanks(&rest)
    if rest.starts(with: "infinity".utf8) {
      rest = rest.dropFirst("infinity".utf8.count)
      Self.skipBlanks(&rest)
      guard rest.isEmpty else { return nil }
      self = .infinite
      return
    }
    guard !rest.isEmpty else { return nil }
    var total: UInt64 = 0
    while !rest.isEmpty {
      guard let span = Self.one(&rest, unit) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(span)
      guard !overflow, sum < .max else { return nil }
      total = sum
      Self.skipBlanks(&rest)
    }
    self = .microseconds(total)
  }

  /// Nil where it is infinite.
  var duration: Duration? {
    switch self {
    case .microseconds(let count): .microseconds(Int64(clamping: count))
    case .infinite: nil
    }
  }

  /// A number with its unit.
  private static func one(_ rest: inout ArraySlice<UInt8>, _ defaultUnit: UInt64) -> UInt64? {
    // What strtoll(3) takes: blanks that only it knows, and a sign; the minus is refused before.
    if rest.first == UInt8(ascii: "-") { return nil }
    var digitsFrom = rest
    while let first = digitsFrom.first, isBlank(first) { digitsFrom.removeFirst() }
    if let sign = digitsFrom.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      let isNegative = sign == UInt8(ascii: "-")
      digitsFrom.removeFirst()
      if isNegative, digitsFrom.prefix(while: isDigit).contains(where: { $0 != 48 }) { return nil }
    }
    let digits = digitsFrom.prefix(while: isDigit)
    var whole: UInt64 = 0
    if digits.isEmpty {
      // `.5s`: strtoll(3) took nothing.
      guard rest.first == UInt8(ascii: ".") else { return nil }
    } else {
      guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
      whole = UInt64(number)
      rest = digitsFrom[digits.endIndex...]
    }
    var fraction = rest.prefix(0)
    let hasPoint = rest.first == UInt8(ascii: ".")
    if hasPoint {
      fraction = rest.dropFirst().prefix(while: isDigit)
      rest = rest[fraction.endIndex...]
    }
    var unit = defaultUnit
    var after = rest
    skipBlanks(&after)
    if let (suffix, size) = units.first(where: { after.starts(with: $0.0.utf8) }) {
      unit = size
      rest = after.dropFirst(suffix.utf8.count)
    } else {
      guard after.startIndex > rest.startIndex || after.isEmpty else { return nil }
      rest = after
    }
    guard whole < UInt64.max / unit else { return nil }
    var result = whole * unit
    guard hasPoint else { return result }
    if fraction.isEmpty { return nil }
    var weight = unit / 10
    for digit in fraction {
      let (sum, overflow) = result.addingReportingOverflow(UInt64(digit - 48) * weight)
      if overflow || sum == .max { return nil }
      result = sum
      weight /= 10
    }
    return result
  }

  private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
    while let first = rest.first, isUnitBlank(first) { rest.removeFirst() }
  }

  private static let second: UInt64 = 1_000_000
  private static let day = 86400 * second
  private static let year: UInt64 = 31_557_600 * second

  /// The first that fits counts: longer names before their beginnings.
  private static let units: [(String, UInt64)] = [
    ("seconds", second), ("second", second), ("sec", second), ("s", second),
    ("minutes", 60 * second), ("minute", 60 * second), ("min", 60 * second),
    ("months", 2_629_800 * second), ("month", 2_629_800 * second), ("M", 2_629_800 * second),
    ("msec", 1000), ("ms", 1000), ("m", 60 * second),
    ("hours", 3600 * second), ("hour", 3600 * second), ("hr", 3600 * second), ("h", 3600 * second),
    ("days", day), ("day", day), ("d", day), ("weeks", 7 * day), ("week", 7 * day), ("w", 7 * day),
    ("years", year), ("year", year), ("y", year), ("usec", 1), ("us", 1), ("\u{3bc}s", 1),
    ("\u{b5}s", 1),
  ]
}
