/// Orders by a small number first and then by texts, numbers in them by their value, so that port
/// 80 comes before port 443. Never by locale.
struct OrderKey: Comparable {
  var `class`: Int
  var texts: [String]

  static func < (left: OrderKey, right: OrderKey) -> Bool {
    if left.class != right.class { return left.class < right.class }
    for (one, other) in zip(left.texts, right.texts) {
      if isBefore(one, other) { return true }
      if isBefore(other, one) { return false }
    }
    return left.texts.count < right.texts.count
  }

  /// Whether a text precedes another; texts that differ only in leading zeros go by their scalars.
  static func isBefore(_ one: String, _ other: String) -> Bool {
    var left = one.utf8[...]
    var right = other.utf8[...]
    while let a = left.first, let b = right.first {
      if isDigit(a) && isDigit(b) {
        let x = takeNumber(&left)
        let y = takeNumber(&right)
        if x.count != y.count { return x.count < y.count }
        if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) }
      } else {
        if a != b { return a < b }
        left = left.dropFirst()
        right = right.dropFirst()
      }
    }
    if left.isEmpty && right.isEmpty { return one.utf8.lexicographicallyPrecedes(other.utf8) }
    return left.isEmpty
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Takes the digits at the front and gives them without leading zeros.
  private static func takeNumber(_ text: inout Substring.UTF8View) -> Substring.UTF8View {
    let digits = text.prefix(while: isDigit)
    text = text[digits.endIndex...]
    return digits.drop { $0 == 0x30 }
  }
}
