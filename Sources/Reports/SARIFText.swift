/// Texts and addresses as SARIF wants them.
enum SARIFText {
  /// A plain text message (SARIF 2.1.0, section 3.11): braces are doubled, as they would be
  /// placeholders, and nothing in it becomes a link, `[text](address)`.
  static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.shown.unicodeScalars {
      if scalar == "{" || scalar == "}" { escaped.append(scalar) }
      if scalar == "(", previous == "]" { escaped.append(" ") }
      escaped.append(scalar)
      previous = scalar
    }
    return String(escaped)
  }

  /// The longest description of a rule that GitHub takes.
  private static let descriptionLimit = 1024

  static func cut(_ text: String) -> String {
    guard text.unicodeScalars.count > descriptionLimit else { return text }
    var cut = String.UnicodeScalarView()
    cut.append(contentsOf: text.unicodeScalars.prefix(descriptionLimit - 1))
    cut.append("…")
    return String(cut)
  }

  /// A path below the root, as a relative reference of RFC 3986.
  static func relativeURI(ofPath path: String) -> String {
    var rest = path[...]
    while rest.hasPrefix("/") || rest.hasPrefix("./") {
      rest = rest.dropFirst(rest.hasPrefix("/") ? 1 : 2)
    }
    return rest.isEmpty ? "." : encoded(rest) { unreserved($0) || $0 == UInt8(ascii: "/") }
  }

  /// An address with everything encoded that may not stand in one.
  static func uri(_ address: Substring) -> String {
    let reserved = Set(":/?#[]@!$&'()*+,;=%".utf8)
    return encoded(address) { unreserved($0) || reserved.contains($0) }
  }

  private static func encoded(_ text: Substring, _ isPlain: (UInt8) -> Bool) -> String {
    var encoded = ""
    for byte in text.utf8 {
      if isPlain(byte) {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += (digits.utf8.count == 1 ? "%0" : "%") + digits
      }
    }
    return encoded
  }

  private static func unreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default:
      [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")]
        .contains(byte)
    }
  }
}
