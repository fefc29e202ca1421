/// A number as the kernel reads it from what is written to `/proc/sys` (proc_get_long() of
/// kernel/sysctl.c): an optional minus, and a number in the notation of C, where 010 is 8.
struct KernelNumber: Hashable, Sendable {
  /// What it is, or that no integer of the kernel can hold it.
  enum Value: Hashable, Sendable {
    case integer(Int)
    /// Above `Int.max` and at most 2⁶⁴ − 1, which only unsigned long parameters take.
    case large(UInt)
  }

  var value: Value
  /// Where the number ends.
  var end: Int

  /// The number of a whole value; what follows it after a blank is not looked at, as in the kernel.
  init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// Nil where the kernel finds no number that ends at a blank, a line feed or the end.
  init?(_ bytes: ArraySlice<UInt8>) {
    var index = bytes.startIndex
    while index < bytes.endIndex, isBlank(bytes[index]) { index += 1 }
    // The kernel looks at 21 bytes of a number only, and does not trust one that goes on (TMPBUFLEN).
    let word = bytes[index...].prefix { !isBlank($0) }
    guard word.count < 21 else { return nil }
    let isNegative = word.first == UInt8(ascii: "-")
    var digits = isNegative ? word.dropFirst() : word
    guard let first = digits.first, isDigit(first) else { return nil }
    var radix: UInt = 10
    if first == UInt8(ascii: "0"), digits.count > 1 {
      radix = 8
      digits = digits.dropFirst()
      if digits.first.map({ $0 | 0x20 == UInt8(ascii: "x") }) == true {
        radix = 16
        digits = digits.dropFirst()
      }
    }
    guard !digits.isEmpty else { return nil }
    var number: UInt = 0
    for byte in digits {
      guard let digit = Self.digit(byte), digit < radix else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: radix)
      let (sum, carry) = product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      number = sum
    }
    if let small = Int(exactly: number) {
      value = .integer(isNegative ? -small : small)
    } else {
      guard !isNegative else { return nil }
      value = .large(number)
    }
    // The kernel ends numbers at blank, tab and line feed only.
    end = word.endIndex
    if end < bytes.endIndex, !Self.ends.contains(bytes[end]) { return nil }
  }

  private static let ends: [UInt8] = [0x20, 0x09, 0x0a]

  private static func digit(_ byte: UInt8) -> UInt? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  /// The numbers at the start of a value, at most so many.
  static func list(_ bytes: [UInt8], atMost count: Int) -> [KernelNumber] {
    var numbers: [KernelNumber] = []
    var rest = bytes[...]
    while numbers.count < count, let number = KernelNumber(rest) {
      numbers.append(number)
      rest = rest[number.end...]
    }
    return numbers
  }
}
