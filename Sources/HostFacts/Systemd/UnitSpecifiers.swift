/// The `%` specifiers of a unit's settings, systemd.unit(5).
///
/// What only the host knows (its name, its machine id, its version) stays as written.
struct UnitSpecifiers {
  /// The name under which the unit is loaded.
  let name: UnitName
  /// Its file.
  let path: String?

  /// Where specifiers stand.
  enum Place {
    /// In a unit's name, where no others are known than those that make one.
    case name
    /// In a path, of 4095 bytes at most.
    case path
    /// Anywhere else.
    case text

    fileprivate var longest: Int {
      switch self {
      case .name: 256
      case .path: 4095
      case .text: 1 << 20
      }
    }
  }

  /// The text with specifiers replaced; nil where one is unknown or the result too long.
  func expand(_ text: String, in place: Place) -> String? {
    if !text.utf8.contains(UInt8(ascii: "%")) {
      return text.utf8.count <= place.longest ? text : nil
    }
    var result: [UInt8] = []
    var isSpecifier = false
    for byte in text.utf8 {
      if isSpecifier {
        isSpecifier = false
        guard let value = value(of: byte, in: place) else { return nil }
        result += value.utf8
      } else if byte == UInt8(ascii: "%") {
        isSpecifier = true
      } else {
        result.append(byte)
      }
      guard result.count <= place.longest else { return nil }
    }
    if isSpecifier { result.append(UInt8(ascii: "%")) }
    return String(decoding: result, as: UTF8.self)
  }

  private func value(of specifier: UInt8, in place: Place) -> String? {
    let letter = Character(Unicode.Scalar(specifier))
    switch letter {
    case "%": return "%"
    case "i": return name.instance ?? ""
    case "j": return lastComponent
    case "n": return name.text
    case "N": return String(name.text.dropLast(name.type.count + 1))
    case "p": return name.prefix
    case "u", "g": return "root"
    case "U", "G": return "0"
    case "a", "A", "b", "B", "H", "l", "q", "m", "M", "o", "v", "w", "W": return "%\(letter)"
    default: break
    }
    if place != .name {
      switch letter {
      case "I": return UnitName.unescaped(name.instance ?? "")
      case "J": return UnitName.unescaped(lastComponent)
      case "P": return UnitName.unescaped(name.prefix)
      case "f": return file
      case "y": return path ?? "%y"
      case "Y": return path.map { String($0.prefix(upTo: $0.lastIndex(of: "/") ?? $0.startIndex)) }
      case "C": return "/var/cache"
      case "d": return "/run/credentials/\(name)"
      case "E": return "/etc"
      case "L": return "/var/log"
      case "S": return "/var/lib"
      case "t": return "/run"
      case "h": return "/root"
      case "T": return "/tmp"
      case "V": return "/var/tmp"
      case "s", "c", "r", "R": return "%\(letter)"
      default: break
      }
    }
    // systemd keeps the other letters and digits for specifiers to come.
    return letter.isASCII && (letter.isLetter || letter.isNumber) ? nil : "%\(letter)"
  }

  /// What follows the last dash of the prefix.
  private var lastComponent: String {
    name.prefix.lastIndex(of: "-").map { String(name.prefix[name.prefix.index(after: $0)...]) }
      ?? name.prefix
  }

  private var file: String? {
    let escaped = name.instance ?? name.prefix
    if escaped == "-" { return "/" }
    guard !escaped.isEmpty, !escaped.hasPrefix("-"), !escaped.hasSuffix("-"),
      let path = UnitName.unescaped(escaped), !path.contains("//")
    else { return nil }
    return "/\(path)"
  }
}

extension UnitName {
  /// With `-` as `/` and `\xHH` as a byte, as systemd-escape(1) undoes; nil for other backslashes.
  static func unescaped(_ text: String) -> String? {
    var bytes = Array(text.utf8)[...]
    var result: [UInt8] = []
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "-"): result.append(UInt8(ascii: "/"))
      case UInt8(ascii: "\\"):
        guard bytes.first == UInt8(ascii: "x"),
          bytes.dropFirst().prefix(2).allSatisfy({
            $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-")
          }),
          let value = UInt8(
            String(decoding: bytes.dropFirst().prefix(2), as: UTF8.self), radix: 16),
          bytes.count >= 3
        else { return nil }
        bytes = bytes.dropFirst(3)
        result.append(value)
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
