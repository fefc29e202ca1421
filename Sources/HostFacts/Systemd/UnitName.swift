/// A valid unit name, such as `ssh.service`, `getty@tty1.service` or `getty@.service`.
///
/// systemd.unit(5); at most 255 bytes of ASCII letters, digits and `:-_.\@`, a known type after the
/// last dot, and no `@` at the beginning.
struct UnitName: Hashable, Sendable {
  let text: String
  /// `service`, `socket` …
  let type: String
  /// What stands before the first `@`, or before the last dot.
  let prefix: String
  /// What stands between the first `@` and the last dot; "" for a template, nil without `@`.
  let instance: String?

  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count < 256, let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0 else {
      return nil
    }
    let type = String(decoding: bytes[(dot + 1)...], as: UTF8.self)
    guard Self.types.contains(type), bytes[..<dot].allSatisfy(Self.isValid) else { return nil }
    self.text = text
    self.type = type
    if let at = bytes[..<dot].firstIndex(of: UInt8(ascii: "@")) {
      guard at > 0 else { return nil }
      prefix = String(decoding: bytes[..<at], as: UTF8.self)
      instance = String(decoding: bytes[(at + 1)..<dot], as: UTF8.self)
    } else {
      prefix = String(decoding: bytes[..<dot], as: UTF8.self)
      instance = nil
    }
  }

  var isTemplate: Bool { instance == "" }
  var isInstance: Bool { instance.map { !$0.isEmpty } ?? false }
  var isPlain: Bool { instance == nil }

  static let types: Set<String> = [
    "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice",
    "scope",
  ]

  private static func isValid(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: ":-_.\\@".utf8.contains(byte)
    }
  }
}

extension UnitName {
  /// The template of an instance: `getty@.service`.
  var template: UnitName? { isInstance ? UnitName("\(prefix)@.\(type)") : nil }

  /// A template with an instance put in; nil where that is too long.
  func with(instance: String) -> UnitName? { UnitName("\(prefix)@\(instance).\(type)") }
}

extension UnitName: CustomStringConvertible {
  var description: String { text }
}
