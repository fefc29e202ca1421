/// Single values as systemd reads them.
enum UnitValue {
  /// parse_boolean()
  static func boolean(_ text: some StringProtocol) -> Bool? {
    switch text.lowercased() {
    case "1", "yes", "y", "true", "t", "on": true
    case "0", "no", "n", "false", "f", "off": false
    default: nil
    }
  }

  /// safe_atou64(): blanks before it, a sign, and the base as strtoul(3) guesses it, with `0b` and `0o`
  /// besides.
  static func unsigned(
    _ text: some StringProtocol, blanks: Bool = true, upTo limit: UInt64 = .max
  ) -> UInt64? {
    var bytes = Array(text.utf8)[...]
    if !blanks, let first = bytes.first, isUnitBlank(first) { return nil }
    while let first = bytes.first, isUnitBlank(first) { bytes.removeFirst() }
    var radix: UInt64 = 0
    func drop(_ prefixes: [String]) -> Bool {
      guard let prefix = prefixes.first(where: { bytes.starts(with: $0.utf8) }) else {
        return false
      }
      bytes.removeFirst(prefix.utf8.count)
      return true
    }
    if drop(["0b", "0B"]) {
      radix = 2
    } else if drop(["0o", "0O"]) {
      radix = 8
    }
    // strtoul(3) skips blanks of its own, vertical tabs among them, and takes a sign.
    while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
    if radix == 0 {
      radix = 10
      if bytes.first == UInt8(ascii: "0") {
        radix = 8
        let third = bytes.dropFirst(2).first
        let isHex = third.flatMap { digit($0) }.map { $0 < 16 } == true
        if isHex, drop(["0x", "0X"]) { radix = 16 }
      }
    }
    guard !bytes.isEmpty else { return nil }
    var result: UInt64 = 0
    for byte in bytes {
      guard let value = digit(byte), value < radix else { return nil }
      let (product, overflow) = result.multipliedReportingOverflow(by: radix)
      let (sum, overflow2) = product.addingReportingOverflow(value)
      if overflow || overflow2 { return nil }
      result = sum
    }
    // "-0" is 0.
    if isNegative && result != 0 { return nil }
    return result <= limit ? result : nil
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  /// A limit of setrlimit(2) that counts something: `N`, `soft:hard`, `infinity`.
  static func limit(_ text: String) -> ResourceLimit? {
    // The first word up to a colon, backslashes taken away; an empty one is no number.
    let parts = text.utf8.split(
      separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false
    ).map { String(Substring($0)) }
    guard let first = parts.first, let soft = oneLimit(first) else { return nil }
    guard parts.count == 2 else { return ResourceLimit(soft: soft, hard: soft) }
    guard let hard = oneLimit(parts[1]), soft <= hard else { return nil }
    return ResourceLimit(soft: soft, hard: hard)
  }

  private static func oneLimit(_ text: String) -> UInt64? {
    text == "infinity" ? .max : unsigned(text, upTo: .max - 1)
  }

  /// parse_size() with the base 1024: bytes.
  static func size(_ text: some StringProtocol) -> UInt64? {
    var bytes = Array(text.utf8)[...]
    var total: UInt64 = 0
    var units: [(UInt8, Int)] = zip("EPTGMK".utf8, [60, 50, 40, 30, 20, 10]).map { ($0, $1) }
    units.append((UInt8(ascii: "B"), 0))
    var from = 0
    repeat {
      while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
      if bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
      guard let whole = decimal(&bytes) else { return nil }
      var fraction = 0.0
      if bytes.first == UInt8(ascii: ".") {
        bytes.removeFirst()
        if let first = bytes.first, isDigit(first) {
          let before = bytes.count
          guard let digits = decimal(&bytes) else { return nil }
          fraction = Double(digits)
          for _ in 0..<(before - bytes.count) { fraction /= 10 }
        }
      }
      while let first = bytes.first, isUnitBlank(first) { bytes.removeFirst() }
      let index = units.indices.first { $0 >= from && bytes.first == units[$0].0 }
      // Without a suffix, which may be once, and last.
      guard index != nil || from <= units.count else { return nil }
      let shift = index.map { units[$0].1 } ?? 0
      let (limit, _) = UInt64.max.quotientAndRemainder(dividingBy: 1 << UInt64(shift))
      // parse_size() lets this sum wrap around.
      guard whole &+ (fraction > 0 ? 1 : 0) <= limit, whole <= limit else { return nil }
      let part = fraction * Double(UInt64(1) << UInt64(shift))
      let (sum, overflow) = total.addingReportingOverflow(whole << UInt64(shift))
      let (next, overflow2) = sum.addingReportingOverflow(UInt64(part))
      if overflow || overflow2 { return nil }
      total = next
      if let index {
        bytes.removeFirst()
        from = index + 1
      } else {
        from = units.count + 1
      }
    } while !bytes.isEmpty
    return total
  }

  /// Takes decimal digits; nil where there are none or too many.
  private static func decimal(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    let digits = bytes.prefix(while: isDigit)
    bytes = bytes[digits.endIndex...]
    return UInt64(String(decoding: digits, as: UTF8.self))
  }
}
