/// A text of lines that a template engine writes in part: Jinja (Ansible, Salt), Go templates, ERB and
/// EPP (Puppet, Chef), and what a shell's variables or autoconf's `@NAME@` stand for. The lines
/// without any of that are what will stand on a host.
struct TemplateLines {
  /// The text with "#" in place of each line that has a part of a template.
  private(set) var literal: [UInt8]
  /// How many lines write something; those that only decide, such as `{% if x %}`, do not.
  private(set) var count = 0
  /// Whether some line decides which others a host gets.
  private(set) var decides = false

  /// Endings of the names of files that are templates as a whole.
  private static let suffixes = [
    ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".erb", ".epp", ".mustache", ".in",
  ]

  /// The name of what a template makes; nil for a file that is none by its name, such as `x.d/.in`.
  static func nameOfResult(_ path: String) -> String? {
    guard let suffix = suffixes.first(where: path.hasSuffix) else { return nil }
    let name = path.dropLast(suffix.utf8.count)
    return name.isEmpty || name.hasSuffix("/") ? nil : String(name)
  }

  /// Nil for a text without any part of a template.
  init?(_ bytes: [UInt8], path: String) {
    let isTemplate = Self.nameOfResult(path) != nil
    let openings = ["{{", "{%", "<%", "${"] + (isTemplate ? ["{#", "@"] : [])
    guard openings.contains(where: { FileKind.holds(bytes, $0) }) else { return nil }
    var scanner = Scanner(bytes, isTemplate: isTemplate)
    let parts = scanner.parts()
    guard !parts.isEmpty else { return nil }
    literal = []
    literal.reserveCapacity(bytes.count)
    var rest = parts[...]
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      while let part = rest.first, part.upperBound <= start { rest.removeFirst() }
      if let part = rest.first, part.lowerBound < end {
        // A line inside a part that is no comment is not judged either.
        let isInside = part.lowerBound < start
        let isLeftOut =
          isInside
          ? bytes[part.lowerBound + 1] != UInt8(ascii: "#")
          : Self.writes(bytes[start..<end], part)
        if isLeftOut { count += 1 }
        decides = decides || Self.decides(bytes[part])
        literal.append(UInt8(ascii: "#"))
      } else {
        literal += bytes[start..<end]
      }
      if end < bytes.count { literal.append(UInt8(ascii: "\n")) }
      start = end + 1
    }
  }

  /// Whether a line is more than a statement of the engine or a comment.
  private static func writes(_ line: ArraySlice<UInt8>, _ part: Range<Int>) -> Bool {
    let text = line.drop(while: isBlank)
    if text.first == UInt8(ascii: "#") || text.first == UInt8(ascii: ";") { return false }
    guard text.startIndex == part.lowerBound else { return true }
    return !decides(text) && !text.starts(with: "{#".utf8)
  }

  private static func decides(_ text: ArraySlice<UInt8>) -> Bool {
    text.starts(with: "{%".utf8) || (text.starts(with: "<%".utf8) && !text.starts(with: "<%=".utf8))
  }
}

/// Finds the parts that a template engine writes. In a file whose name does not say that it is a
/// template they end with their line, and comments have none: `# see {{{` opens a fold of an editor,
/// and what follows is judged.
private struct Scanner {
  private let bytes: [UInt8]
  private let isTemplate: Bool
  /// By the first byte of an ending: from where on there is none, so that the search stays linear.
  private var missingFrom: [[UInt8]: Int] = [:]

  init(_ bytes: [UInt8], isTemplate: Bool) {
    self.bytes = bytes
    self.isTemplate = isTemplate
  }

  mutating func parts() -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var index = 0
    while index + 1 < bytes.count {
      if !isTemplate, let end = endOfComment(at: index) {
        index = end
      } else if let end = end(ofPartAt: index) {
        parts.append(index..<end)
        index = end
      } else {
        index += 1
      }
    }
    return parts
  }

  /// The end of a line that is a comment and begins here.
  private func endOfComment(at index: Int) -> Int? {
    guard index == 0 || bytes[index - 1] == UInt8(ascii: "\n"),
      let first = bytes[index...].first(where: { $0 == UInt8(ascii: "\n") || !isBlank($0) }),
      first == UInt8(ascii: "#") || first == UInt8(ascii: ";")
    else { return nil }
    return endOfLine(after: index)
  }

  private func endOfLine(after index: Int) -> Int {
    bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
  }

  private mutating func end(ofPartAt index: Int) -> Int? {
    switch (bytes[index], bytes[index + 1]) {
    case (UInt8(ascii: "{"), UInt8(ascii: "{")): end("}}", ofPartAt: index)
    case (UInt8(ascii: "{"), UInt8(ascii: "%")): end("%}", ofPartAt: index)
    case (UInt8(ascii: "<"), UInt8(ascii: "%")): end("%>", ofPartAt: index)
    // In other files it may be text.
    case (UInt8(ascii: "{"), UInt8(ascii: "#")) where isTemplate: end("#}", after: index)
    case (UInt8(ascii: "$"), UInt8(ascii: "{")): end("}", after: index, onLine: true)
    case (UInt8(ascii: "@"), _) where isTemplate: endOfName(after: index)
    default: nil
    }
  }

  /// Behind an ending; with the line where that of another file has none.
  private mutating func end(_ ending: String, ofPartAt index: Int) -> Int? {
    if isTemplate { return end(ending, after: index) }
    return end(ending, after: index, onLine: true) ?? endOfLine(after: index)
  }

  /// Behind `@NAME@`.
  private func endOfName(after start: Int) -> Int? {
    let name = bytes[(start + 1)...].prefix { byte in
      isDigit(byte) || 0x61...0x7a ~= byte | 0x20 || byte == UInt8(ascii: "_")
    }
    guard !name.isEmpty, bytes[name.endIndex...].first == UInt8(ascii: "@") else { return nil }
    return name.endIndex + 1
  }

  /// Behind the next place of an ending.
  private mutating func end(_ ending: String, after start: Int, onLine: Bool = false) -> Int? {
    let ending = Array(ending.utf8)
    if let none = missingFrom[ending], start >= none { return nil }
    var index = start + 2
    while index + ending.count <= bytes.count {
      if onLine, bytes[index] == UInt8(ascii: "\n") { return nil }
      if bytes[index] == ending[0], bytes[index..<index + ending.count].elementsEqual(ending) {
        return index + ending.count
      }
      index += 1
    }
    missingFrom[ending] = start
    return nil
  }
}
