/// Where each top-level key of a rule file begins and ends, found without reading YAML.
///
/// Reading YAML takes longer than all else about a rule, and judging needs a tenth of it.
struct RuleSections {
  private let bytes: [UInt8]
  /// In the order of the file.
  private var sections: [(key: RuleKey, range: Range<Int>)] = []

  /// Nil where a line begins in another way than a key, a comment, an indented or an empty line.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
      defer { start = end }
      let first = bytes[start]
      if first != UInt8(ascii: " ") && first != UInt8(ascii: "#") && first != UInt8(ascii: "\n") {
        guard let colon = bytes[start..<end].firstIndex(of: UInt8(ascii: ":")),
          let key = RuleKey(rawValue: String(decoding: bytes[start..<colon], as: UTF8.self)),
          !sections.contains(where: { $0.key == key })
        else { return nil }
        sections.append((key, start..<end))
      } else if !sections.isEmpty {
        sections[sections.count - 1].range = sections[sections.count - 1].range.lowerBound..<end
      }
    }
  }

  /// The lines of the keys of one use, as a file of its own.
  func text(of use: RuleKey.Use) -> [UInt8] {
    var text: [UInt8] = []
    for (key, range) in sections where key.use == use { text += bytes[range] }
    return text
  }

  /// Whether a word is anywhere in the keys of one use.
  func mention(_ word: String, in use: RuleKey.Use) -> Bool {
    let word = Array(word.utf8)
    guard let first = word.first else { return true }
    return sections.contains { key, range in
      guard key.use == use else { return false }
      var rest = bytes[range]
      while let start = rest.firstIndex(of: first) {
        rest = rest[start...]
        if rest.starts(with: word) { return true }
        rest = rest.dropFirst()
      }
      return false
    }
  }
}
