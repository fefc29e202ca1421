/// A valid unit name, such as `ssh.service`, `getty@tty1.service` or `getty@.service`.
///
/// systemd.unit(5); at most 255 bytes of ASCII letters, digits and `:-_.\@`, a known type after the
/// last dot, and no `@` at the beginning.
struct UnitName: Sendable {
  let text: String
  /// `service`, `socket` …
  let type: String
  /// Offsets of the last dot and of the first `@` before it.
  private let dot: Int
  private let at: Int?

  init?(_ text: String) {
    let bytes = text.utf8.span
    var dot: Int?
    var at: Int?
    guard bytes.count < 256 else { return nil }
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "."): dot = index
      case UInt8(ascii: "@"): at = at ?? index
      case let byte: guard Self.isValid(byte) else { return nil }
      }
    }
    // The type has neither a dot nor another of these.
    guard let dot, dot > 0, at.map({ 0 < $0 && $0 < dot }) ?? true else { return nil }
    let type = String(Substring(text.utf8.dropFirst(dot + 1)))
    guard Self.isType(type) else { return nil }
    (self.text, self.type, self.dot, self.at) = (text, type, dot, at)
  }

  /// What stands before the first `@`, or before the last dot.
  var prefix: String { String(Substring(text.utf8.prefix(at ?? dot))) }

  /// What stands between the first `@` and the last dot; "" for a template, nil without `@`.
  var instance: String? {
    at.map { String(Substring(text.utf8.prefix(dot).dropFirst($0 + 1))) }
  }

  var isTemplate: Bool { at == dot - 1 }
  var isInstance: Bool { at.map { $0 < dot - 1 } ?? false }

  static func isType(_ text: String) -> Bool {
    switch text {
    case "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path",
      "slice", "scope":
      true
    default: false
    }
  }

  private static func isValid(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "-"),
      UInt8(ascii: "_"), UInt8(ascii: "\\"):
      true
    default: false
    }
  }
}

extension UnitName: Hashable {
  static func == (left: UnitName, right: UnitName) -> Bool { left.text == right.text }
  func hash(into hasher: inout Hasher) { hasher.combine(text) }
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
