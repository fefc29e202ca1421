/// What may stand in the columns of a row from the colon of `sl` to the space behind RETRANS: a
/// digit in upper-case hexadecimal, or one certain byte.
struct ProcNetColumns: Sendable {
  /// Pieces of sixteen columns: 72 columns of IPv4 take five, 120 of IPv6 eight. The last one ends
  /// with the last column, and so begins inside the one before.
  private let pieces: InlineArray<8, Piece>

  init(isIPv6: Bool) {
    let address = String(repeating: "0", count: isIPv6 ? 32 : 8)
    let text = Array(
      ": \(address):0000 \(address):0000 00 00000000:00000000 00:00000000 00000000 ".utf8)
    pieces = InlineArray { index in
      let start = min(16 * index, text.count - 16)
      return Piece(SIMD16(text[start..<start + 16]))
    }
  }

  /// Whether `count` columns, which is all of them and at least 16, are as they should be. The caller
  /// has seen that there are so many bytes.
  @inline(__always)
  func areIn(_ bytes: RawSpan, from start: Int, count: Int) -> Bool {
    var problems = SIMD16<UInt8>()
    for index in 0..<(count &+ 15) / 16 {
      let offset = min(16 &* index, count &- 16)
      problems = problems | pieces[index].problems(bytes.text128(start &+ offset))
    }
    return (problems & SIMD16<UInt8>(repeating: 0x80)).isZero
  }

  /// Sixteen columns, compared without a branch: additions that carry a byte's highest bit tell the
  /// bytes above a limit from those below it.
  private struct Piece: Sendable {
    /// `0` where a digit belongs.
    private let text: SIMD16<UInt8>
    private let beyondDecimal: SIMD16<UInt8>
    private let fromLetter: SIMD16<UInt8>

    init(_ text: SIMD16<UInt8>) {
      self.text = text
      var beyondDecimal = SIMD16<UInt8>(repeating: 0x80 - 1)
      var fromLetter = SIMD16<UInt8>(repeating: Self.beyondLetter)
      for column in text.indices where text[column] == UInt8(ascii: "0") {
        beyondDecimal[column] = 0x80 - 10
        fromLetter[column] = 0x80 - 0x71
      }
      self.beyondDecimal = beyondDecimal
      self.fromLetter = fromLetter
    }

    /// Digits without those of `0` are 0…9 and, of 'A'…'F', 0x71…0x76; any other byte without its own
    /// is 0. The highest bit of a column's result is set where it is none of these.
    @inline(__always)
    func problems(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
      let rest = bytes ^ text
      let beyondLetter = SIMD16<UInt8>(repeating: Self.beyondLetter)
      // Set from 10 on, not from 0x71 on, and again from 0x77 on. Where no digit belongs, from 1 on.
      let outside = (rest &+ beyondDecimal) ^ (rest &+ fromLetter) ^ (rest &+ beyondLetter)
      return rest | outside
    }

    private static var beyondLetter: UInt8 { 0x80 - 0x77 }
  }
}

extension SIMD16<UInt8> {
  /// As two numbers: `==` looks at one byte after the other.
  @inline(__always) var isZero: Bool {
    // Safe: both are sixteen bytes of which any are valid.
    let words = unsafe unsafeBitCast(self, to: SIMD2<UInt64>.self)
    return words[0] | words[1] == 0
  }
}

extension SIMDMask<SIMD16<Int8>> {
  /// As two numbers: `any` calls a function, and so does `replacing(with:where:)`.
  @inline(__always) var isNone: Bool {
    // Safe: each of the sixteen is a byte with all bits set, or none.
    unsafe unsafeBitCast(self, to: SIMD16<UInt8>.self).isZero
  }
}

extension RawSpan {
  /// The caller has checked the bounds.
  @inline(__always) func text128(_ index: Int) -> SIMD16<UInt8> {
    unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: SIMD16<UInt8>.self)
  }

  /// Whether there is such a byte at `end`, and none before it from `start` on. False, too, where one
  /// look at the 64 bytes before `end` does not tell.
  @inline(__always)
  func isFirst(_ byte: UInt8, at end: Int, from start: Int) -> Bool {
    guard end >= 64, end < byteCount, start <= end, end &- start <= 64, self.byte(end) == byte
    else { return false }
    let wanted = SIMD16<UInt8>(repeating: byte)
    let found =
      (text128(end &- 64) .== wanted) .| (text128(end &- 48) .== wanted)
      .| (text128(end &- 32) .== wanted) .| (text128(end &- 16) .== wanted)
    // One before `start` only makes this false.
    return found.isNone
  }
}
