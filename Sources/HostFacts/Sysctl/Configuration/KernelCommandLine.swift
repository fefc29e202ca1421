internal import CEL

/// What the kernel's command line says of its parameters: `sysctl.net.core.somaxconn=777`, written by
/// the kernel before PID 1 starts (fs/proc/proc_sysctl.c, do_sysctl_args()).
enum KernelCommandLine {
  static let path = "/proc/cmdline"

  /// The assignments of a command line. Every dot of a key becomes a slash there, so that the names of
  /// VLAN interfaces cannot be said. Quotes keep blanks together.
  static func statements(_ bytes: [UInt8], path: String = path) -> [SysctlStatement] {
    words(bytes).compactMap { statement($0, bytes, path) }
  }

  /// The command line without all else, which is nobody's business.
  static func only(_ bytes: [UInt8], where isKept: (SysctlStatement) -> Bool) -> [UInt8] {
    let kept = words(bytes).filter { statement($0, bytes, "").map(isKept) == true }
      .map { bytes[$0] }
    return Array(kept.joined(separator: [UInt8(ascii: " ")])) + [UInt8(ascii: "\n")]
  }

  private static func statement(_ word: Range<Int>, _ bytes: [UInt8], _ path: String)
    -> SysctlStatement?
  {
    let quote = UInt8(ascii: "\"")
    var text = word
    if bytes[text].first == quote {
      text = text.dropFirst()
      if bytes[text].last == quote { text = text.dropLast() }
    }
    let rest = bytes[text]
    let prefix = Array("sysctl".utf8)
    guard rest.starts(with: prefix), let equals = rest.firstIndex(of: UInt8(ascii: "=")) else {
      return nil
    }
    let key = text.lowerBound + prefix.count + 1..<max(equals, text.lowerBound + prefix.count + 1)
    guard !key.isEmpty, [UInt8(ascii: "."), UInt8(ascii: "/")].contains(bytes[key.lowerBound - 1])
    else { return nil }
    var value = equals + 1..<text.upperBound
    if bytes[value].first == quote {
      value = value.dropFirst()
      if bytes[value].last == quote { value = value.dropLast() }
    }
    let slashed = bytes[key].map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0 }
    func location(_ part: Range<Int>) -> SourceLocation {
      let column = String(decoding: bytes[..<part.lowerBound], as: UTF8.self).unicodeScalars.count
      let count = String(decoding: bytes[part], as: UTF8.self).unicodeScalars.count
      return SourceLocation(
        path: path, line: 1, column: column + 1, endColumn: column + 1 + count)
    }
    return SysctlStatement(
      writer: .commandLine, key: SysctlKey(path: slashed), value: Array(bytes[value]),
      keyLocation: location(key), valueLocation: location(value),
      sourceText: String(decoding: bytes[word], as: UTF8.self))
  }

  /// Words up to `--`, after which all is PID 1's.
  private static func words(_ bytes: [UInt8]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start: Int?
    var isQuoted = false
    for index in 0...bytes.count {
      let byte = index < bytes.count ? bytes[index] : 0x20
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard isBlank(byte), !isQuoted || index == bytes.count else {
        start = start ?? index
        continue
      }
      if let first = start { words.append(first..<index) }
      start = nil
    }
    let end = words.firstIndex { bytes[$0].elementsEqual(Array("--".utf8)) } ?? words.count
    return Array(words.prefix(end))
  }
}
