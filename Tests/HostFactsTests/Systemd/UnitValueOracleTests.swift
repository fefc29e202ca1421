import CEL
import Glibc
import TestSupport
import Testing

@testable import HostFacts

/// Made-up values against the functions of systemd's own library, called by `Tests/Oracle/values.py`.
@Suite struct UnitValueOracleTests {
  /// What values of a kind are put together from.
  static let pieces: [String: [String]] = [
    "span": [
      "1", "5", "0", "30", "999", "18446744073709", ".5", "1.25", ".", "s", "ms", "us", "min", "m",
      "M", "h", "hr", "d",
      "w", "y", "month", "weeks", "sec", " ", "  ", "-", "+", "infinity", "x", "\u{b5}s", "\t",
      "1e3", "0x1", "usec",
    ],
    "size": [
      "1", "5", "0", "1024", "18446744073709551615", ".5", "1.25", ".", "K", "M", "G", "T", "E",
      "B", "k", " ", "-", "+", "KB", "Ki", "x",
    ],
    "unsigned": [
      "1", "7", "0", "9", "8", "4294967295", "4294967296", "0x", "0X", "0b", "0o", "f", " ", "+",
      "-", "\t", "k", "",
    ],
    "limit": [
      "1", "7", "0", "10", "infinity", ":", "0x", "f", " ", "+", "-", "k", "18446744073709551615",
    ],
    "boolean": [
      "1", "0", "y", "Y", "yes", "YES", "no", "N", "t", "f", "true", "False", "on", "off", "x", " ",
    ],
    "address": [
      "80", "0", "65535", "65536", "010", "0x50", "+", "-", "[", "]", ":", "::1", "::", "127.0.0.1",
      "1.2.3", "fe80::1",
      "[::]", "[::1]:", "%lo", "*", "/run/x", "@a", "vsock:", "2", " ", "#x", "0.0.0.0:",
      "::ffff:1.2.3.4", ".",
    ],
    "command": [
      "a", "b c", " ", "\"", "'", "\\", "\\x41", "\\n", "\\s", "\\101", "\\u00e9", "\\q", "\\\\",
      ";", "\t", "\\U0001f600", "\\x4", "é", "\\0",
    ],
    "names": ["a.service", " ", "\\x2d", "\"", "b", "\\", "\t"],
    "name": [
      "a", "-", ".", "service", ".service", ".socket", "@", "\\x2d", ":", "é", " ", "/", "_",
      ".target", "x",
    ],
  ]

  @Test(arguments: pieces.keys.sorted()) func isAsSystemdReadsIt(_ kind: String) throws {
    var random = SeededRandom(state: 7)
    let parts = try #require(Self.pieces[kind])
    let values = (0..<3000).map { _ in
      (0..<(1 + random.below(5))).map { _ in random.pick(parts) }.joined()
    }
    var oracle = Subprocess(
      program: "/usr/bin/env", arguments: ["python3", "\(Checkout.root)/Tests/Oracle/values.py"])
    oracle.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    oracle.input = values.map { value in
      "\(kind)\t"
        + value.utf8.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        .joined() + "\n"
    }.joined()
    let result = try oracle.run()
    if result.status == 77 || result.status == 127 { try Test.cancel("\(result.errors)") }
    let answers = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    try #require(answers.count == values.count + 1, "\(result.errors)")
    var differences: [String] = []
    for (value, answer) in zip(values, answers) {
      let ours = Self.answer(kind, value)
      if ours != answer {
        differences.append("\(value.debugDescription): systemd \(answer), we \(ours)")
      }
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(10))")
  }

  /// Ours, in the words of `values.py`.
  static func answer(_ kind: String, _ value: String) -> String {
    func text(_ number: UInt64?) -> String { number.map { "\($0)" } ?? "invalid" }
    switch kind {
    case "span":
      switch TimeSpan(value) {
      case .microseconds(let count)?: return "\(count)"
      case .infinite?: return "\(UInt64.max)"
      case nil: return "invalid"
      }
    case "size": return text(UnitValue.size(value))
    case "unsigned": return text(UnitValue.unsigned(value, upTo: UInt64(UInt32.max)))
    case "limit": return UnitValue.limit(value).map { "\($0.soft) \($0.hard)" } ?? "invalid"
    case "boolean": return UnitValue.boolean(value).map { $0 ? "1" : "0" } ?? "invalid"
    case "name": return UnitName(value) == nil ? "0" : "1"
    case "command": return words(value, .command)
    case "names": return words(value, .keepBackslashes)
    default:
      let address = ListenAddress(
        value, kind: .stream, text: value, location: .init(path: ""))
      return address.map { hex(UnitExpectation.listenText($0)) } ?? "invalid"
    }
  }

  private static func words(_ value: String, _ style: UnitWords.Style) -> String {
    var split = UnitWords(value)
    var found: [String] = []
    while true {
      switch split.next(style) {
      case .word(let word): found.append("=" + hex(word))
      case .end: return found.joined(separator: " ")
      case .invalid: return (found + ["invalid"]).joined(separator: " ")
      }
    }
  }

  private static func hex(_ text: String) -> String {
    text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
