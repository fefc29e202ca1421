/// How systemd splits a value into words, extract_first_word().
struct UnitWords {
  /// What to do with quotes and backslashes.
  struct Style: OptionSet {
    let rawValue: Int
    /// Quotes hold words together and go.
    static let unquote = Style(rawValue: 1)
    /// C escapes; otherwise a backslash only takes the next byte for itself.
    static let escapes = Style(rawValue: 2)
    /// Backslashes stay and mean nothing.
    static let keepBackslashes = Style(rawValue: 4)
    /// Unknown escapes stay as written instead of being an error.
    static let relaxed = Style(rawValue: 8)

    /// As command lines are split.
    static let command: Style = [.unquote, .escapes]
  }

  enum Word: Hashable {
    case word(String)
    case end
    /// An unclosed quote, or an escape that means nothing.
    case invalid
  }

  private let bytes: [UInt8]
  private(set) var offset: Int

  init(_ text: some StringProtocol, at offset: Int = 0) {
    bytes = Array(text.utf8)
    self.offset = offset
  }

  /// What follows the words taken so far.
  var rest: ArraySlice<UInt8> { bytes[min(offset, bytes.count)...] }

  /// Takes the bytes of one word of its own, such as `;`.
  mutating func take(_ literal: String) -> Bool {
    guard rest.starts(with: literal.utf8) else { return false }
    let after = offset + literal.utf8.count
    guard after == bytes.count || isUnitBlank(bytes[after]) else { return false }
    offset = after
    skipBlanks()
    return true
  }

  /// The next word, with blanks after it skipped. An invalid one is not taken.
  mutating func next(_ style: Style) -> Word {
    let start = offset
    skipBlanks()
    guard offset < bytes.count else { return .end }
    var word: [UInt8] = []
    var quote: UInt8?
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\\") && !style.contains(.keepBackslashes) {
        offset += 1
        guard let taken = unescape(style, isQuoted: quote != nil) else {
          offset = start
          return .invalid
        }
        word += taken
        continue
      }
      if let open = quote {
        if byte == open { quote = nil } else { word.append(byte) }
      } else if style.contains(.unquote), byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        quote = byte
      } else if isUnitBlank(byte) {
        skipBlanks()
        return .word(String(decoding: word, as: UTF8.self))
      } else {
        word.append(byte)
      }
      offset += 1
    }
    guard quote == nil else {
      offset = start
      return .invalid
    }
    return .word(String(decoding: word, as: UTF8.self))
  }

  /// The next word; where an escape in it means nothing, that stays as written.
  mutating func nextForgiving(_ style: Style) -> Word {
    let word = next(style)
    return word == .invalid ? next(style.union(.relaxed)) : word
  }

  private mutating func skipBlanks() {
    while offset < bytes.count, isUnitBlank(bytes[offset]) { offset += 1 }
  }

  /// What follows a backslash.
  private mutating func unescape(_ style: Style, isQuoted: Bool) -> [UInt8]? {
    guard offset < bytes.count else {
      return style.contains(.relaxed) && !isQuoted ? [UInt8(ascii: "\\")] : nil
    }
    if !style.contains(.escapes) {
      offset += 1
      return [bytes[offset - 1]]
    }
    if let (length, value) = UnitEscape.read(bytes[offset...]) {
      offset += length
      return value
    }
    guard style.contains(.relaxed) else { return nil }
    offset += 1
    return [UInt8(ascii: "\\"), bytes[offset - 1]]
  }
}

/// C escapes in unit files, cunescape_one().
enum UnitEscape {
  /// The escape that begins after a backslash: how many bytes it has, and what it stands for.
  static func read(_ bytes: ArraySlice<UInt8>) -> (length: Int, value: [UInt8])? {
    guard let first = bytes.first else { return nil }
    switch first {
    case UInt8(ascii: "a"): return (1, [7])
    case UInt8(ascii: "b"): return (1, [8])
    case UInt8(ascii: "f"): return (1, [12])
    case UInt8(ascii: "n"): return (1, [10])
    case UInt8(ascii: "r"): return (1, [13])
    case UInt8(ascii: "t"): return (1, [9])
    case UInt8(ascii: "v"): return (1, [11])
    case UInt8(ascii: "s"): return (1, [32])
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return (1, [first])
    case UInt8(ascii: "x"):
      guard let number = number(bytes.dropFirst().prefix(2), count: 2, radix: 16), number != 0
      else { return nil }
      return (3, [UInt8(truncatingIfNeeded: number)])
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      guard let number = number(bytes.prefix(3), count: 3, radix: 8), (1...255).contains(number)
      else { return nil }
      return (3, [UInt8(truncatingIfNeeded: number)])
    case UInt8(ascii: "u"): return scalar(bytes.dropFirst().prefix(4), count: 4)
    case UInt8(ascii: "U"): return scalar(bytes.dropFirst().prefix(8), count: 8)
    default: return nil
    }
  }

  private static func scalar(_ digits: ArraySlice<UInt8>, count: Int) -> (Int, [UInt8])? {
    guard let number = number(digits, count: count, radix: 16), number != 0,
      let scalar = Unicode.Scalar(number)
    else { return nil }
    return (count + 1, Array(String(Character(scalar)).utf8))
  }

  private static func number(_ digits: ArraySlice<UInt8>, count: Int, radix: Int) -> UInt32? {
    guard digits.count == count, digits.allSatisfy({ $0 != UInt8(ascii: "+") }) else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: radix)
  }
}
