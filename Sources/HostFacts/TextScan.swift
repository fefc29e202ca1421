func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

func isBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || (byte >= UInt8(ascii: "\t") && byte <= UInt8(ascii: "\r"))
}

/// Text without blanks at its ends.
func trimmed(_ text: some StringProtocol) -> String {
  var bytes = Substring(text).utf8
  while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
  while let last = bytes.last, isBlank(last) { bytes.removeLast() }
  return String(Substring(bytes))
}

/// The words of a text between blanks.
func words(_ text: some StringProtocol) -> [Substring] {
  Substring(text).utf8.split(whereSeparator: isBlank).map { Substring($0) }
}

/// The lines of a text. By bytes: a carriage return and a line feed are one `Character`.
func lines(_ text: some StringProtocol) -> [Substring] {
  Substring(text).utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) }
}
