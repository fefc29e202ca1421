/// Numbers, strings and bytes.
extension Lexer {
  mutating func number() -> Token.Kind? {
    let start = position
    if peek() == "0", peek(1) == "x" || peek(1) == "X" {
      position += 2
      let digits = position
      while peek()?.hexDigit != nil { position += 1 }
      return integer(text(from: digits), radix: 16, from: start)
    }
    skipDigits()
    var isDouble = false
    if peek() == ".", peek(1)?.isDigit == true {
      isDouble = true
      position += 1
      skipDigits()
    }
    if peek() == "e" || peek() == "E" {
      let sign = peek(1) == "+" || peek(1) == "-" ? 1 : 0
      if peek(1 + sign)?.isDigit == true {
        isDouble = true
        position += 1 + sign
        skipDigits()
      }
    }
    guard isDouble else { return integer(text(from: start), radix: 10, from: start) }
    guard endsNumber(from: start), let double = Double(text(from: start)) else { return nil }
    guard double.isFinite else {
      report("the number is too large for a double", from: start)
      return nil
    }
    return .double(double)
  }

  private mutating func skipDigits() {
    while peek()?.isDigit == true { position += 1 }
  }

  private mutating func integer(_ digits: String, radix: Int, from start: Int) -> Token.Kind? {
    let isUnsigned = peek() == "u" || peek() == "U"
    if isUnsigned { position += 1 }
    guard endsNumber(from: start) else { return nil }
    guard !digits.isEmpty else {
      report("'0x' wants hexadecimal digits after it", from: start)
      return nil
    }
    // One more than the largest int is kept: a minus sign may precede it.
    guard let value = UInt64(digits, radix: radix), isUnsigned || value <= 1 << 63 else {
      report(
        isUnsigned
          ? "the number is too large for a uint; the largest is \(UInt64.max)"
          : "the number is too large for an int; the largest is \(Int64.max)", from: start)
      return nil
    }
    return isUnsigned ? .uint(value) : .int(value)
  }

  /// Refuses letters that stick to a number, such as `10s`.
  private mutating func endsNumber(from start: Int) -> Bool {
    guard peek()?.isIdentifierPart == true else { return true }
    while peek()?.isIdentifierPart == true { position += 1 }
    report(
      "'\(text(from: start))' is not a number", from: start,
      hint: "a duration is written duration('10s')")
    return false
  }

  /// What stands before the content of a string: prefixes and quotes.
  struct Opening {
    var isBytes: Bool
    var isRaw: Bool
    var quote: Unicode.Scalar
    var isTriple: Bool
    var length: Int
  }

  func literalOpening() -> Opening? {
    var length = 0
    let isBytes = peek() == "b" || peek() == "B"
    if isBytes { length += 1 }
    let isRaw = peek(length) == "r" || peek(length) == "R"
    if isRaw { length += 1 }
    guard let quote = peek(length), quote == "'" || quote == "\"" else { return nil }
    let isTriple = peek(length + 1) == quote && peek(length + 2) == quote
    return Opening(
      isBytes: isBytes, isRaw: isRaw, quote: quote, isTriple: isTriple,
      length: length + (isTriple ? 3 : 1))
  }

  mutating func literal(_ opening: Opening) -> Token.Kind? {
    let start = position
    position += opening.length
    var content = LiteralContent(isBytes: opening.isBytes)
    var isWhole = true
    while true {
      guard let scalar = peek(), opening.isTriple || scalar != "\n" && scalar != "\r" else {
        report(
          "the string is not closed", from: start, hint: "it wants a \(opening.quote) at its end")
        return nil
      }
      if closes(opening) { break }
      if scalar == "\\", !opening.isRaw {
        isWhole = escape(into: &content) && isWhole
      } else {
        content.append(scalar)
        position += 1
      }
    }
    position += opening.isTriple ? 3 : 1
    guard isWhole else { return nil }
    return opening.isBytes ? .bytes(content.bytes) : .string(String(content.scalars))
  }

  private func closes(_ opening: Opening) -> Bool {
    guard peek() == opening.quote else { return false }
    return !opening.isTriple || peek(1) == opening.quote && peek(2) == opening.quote
  }

  /// Reads one escape; false, and reported, where it is none.
  private mutating func escape(into content: inout LiteralContent) -> Bool {
    let start = position
    position += 1
    guard let letter = peek() else { return true }  // reported as a string that is not closed
    position += 1
    switch letter {
    case "\\", "?", "\"", "'", "`": content.append(letter)
    case "a": content.append("\u{07}")
    case "b": content.append("\u{08}")
    case "f": content.append("\u{0C}")
    case "n": content.append("\n")
    case "r": content.append("\r")
    case "t": content.append("\t")
    case "v": content.append("\u{0B}")
    case "x", "X": return code(digits: 2, radix: 16, from: start, into: &content)
    case "u" where !content.isBytes: return code(digits: 4, radix: 16, from: start, into: &content)
    case "U" where !content.isBytes: return code(digits: 8, radix: 16, from: start, into: &content)
    case "0"..."3":
      position -= 1
      return code(digits: 3, radix: 8, from: start, into: &content)
    default:
      report(
        "'\(text(from: start))' is not an escape", from: start,
        hint: content.isBytes ? "bytes are written \\x41 or \\101" : "a backslash is written \\\\")
      return false
    }
    return true
  }

  private mutating func code(
    digits: Int, radix: UInt32, from start: Int, into content: inout LiteralContent
  ) -> Bool {
    guard let value = digitValue(digits: digits, radix: radix) else {
      report("'\(text(from: start))' wants \(digits) digits", from: start)
      return false
    }
    if content.isBytes {
      content.bytes.append(UInt8(truncatingIfNeeded: value))  // two hex or three octal digits
    } else if let scalar = Unicode.Scalar(value) ?? surrogatePair(startingWith: value) {
      content.append(scalar)
    } else {
      report("'\(text(from: start))' is not a Unicode scalar", from: start)
      return false
    }
    return true
  }

  private mutating func digitValue(digits: Int, radix: UInt32) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = peek()?.hexDigit, digit < radix else { return nil }
      value = value << (radix == 8 ? 3 : 4) | digit  // at most eight hex digits: fits
      position += 1
    }
    return value
  }

  private mutating func surrogatePair(startingWith high: UInt32) -> Unicode.Scalar? {
    guard 0xD800...0xDBFF ~= high, peek() == "\\", peek(1) == "u" else { return nil }
    position += 2
    guard let low = digitValue(digits: 4, radix: 16), 0xDC00...0xDFFF ~= low else { return nil }
    return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
  }
}

/// The content of a string or bytes literal while it is read.
struct LiteralContent {
  let isBytes: Bool
  var scalars = String.UnicodeScalarView()
  var bytes: [UInt8] = []

  init(isBytes: Bool) { self.isBytes = isBytes }

  mutating func append(_ scalar: Unicode.Scalar) {
    if isBytes {
      bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
    } else {
      scalars.append(scalar)
    }
  }
}
