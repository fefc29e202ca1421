/// Rows of `/proc/net/{tcp,tcp6,udp,udp6}` with other addresses. They are laid out as
/// ``ProcNetText`` says; a line that is neither a row nor the header is dropped, and so is a row
/// that was cut off.
struct AnonymousRows: Sendable {
  /// Digits of an address: 8 or 32.
  private let width: Int
  private let anonymizer: Anonymizer
  /// The beginning of a row whose end is still to come.
  private var carry: [UInt8] = []

  init(isIPv6: Bool, _ anonymizer: Anonymizer) {
    width = isIPv6 ? 32 : 8
    self.anonymizer = anonymizer
  }

  /// The whole rows of what came.
  mutating func consume(_ piece: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(piece.count)
    for byte in piece {
      carry.append(byte)
      if byte == newline {
        result += row(carry)
        carry.removeAll(keepingCapacity: true)
      } else if carry.count > ProcNetText.longestRow {
        carry.removeAll(keepingCapacity: true)
      }
    }
    return result
  }

  private func row(_ line: [UInt8]) -> [UInt8] {
    var line = line
    // `  sl  local_address …`
    if line.first(where: { $0 != space }) == UInt8(ascii: "s") { return line }
    // `   0: ADDRESS:PORT ADDRESS:PORT ST …`
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
      replace(&line, colon + 2), replace(&line, colon + 2 + width + 6)
    else { return [] }
    return line
  }

  /// Each eight digits are 32 bits in network order, read as a number of this machine.
  private func replace(_ line: inout [UInt8], _ start: Int) -> Bool {
    guard start + width < line.count, line[start + width] == UInt8(ascii: ":") else {
      return false
    }
    var bytes: [UInt8] = []
    for word in stride(from: start, to: start + width, by: 8) {
      let text = String(decoding: line[word..<word + 8], as: UTF8.self)
      guard text.utf8.count == 8, let number = UInt32(text, radix: 16) else { return false }
      bytes += number.nativeBytes
    }
    anonymizer.replace(&bytes, 0, isIPv4: width == 8)
    for word in 0..<width / 8 {
      // Back to a number of this machine, then to eight digits.
      let number = unsafe bytes.span.bytes.native32(4 * word)
      for digit in 0..<8 {
        let value = UInt8(truncatingIfNeeded: number >> UInt32(28 - 4 * digit) & 0xf)
        line[start + 8 * word + digit] =
          value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
      }
    }
    return true
  }
}

private let newline = UInt8(ascii: "\n")
private let space = UInt8(ascii: " ")
