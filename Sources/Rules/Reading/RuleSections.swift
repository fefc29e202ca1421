/// Where each top-level key of a rule file begins and ends, found without reading YAML.
///
/// Reading YAML takes longer than all else about a rule, and judging needs a tenth of it.
struct RuleSections {
  private let bytes: [UInt8]
  private var ranges: [RuleKey: Range<Int>] = [:]

  /// Nil where a line begins in another way than a key, a comment, an indented or an empty line.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    var current: (key: RuleKey, start: Int)?
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      switch bytes[start] {
      case UInt8(ascii: " "), UInt8(ascii: "#"), UInt8(ascii: "\n"): break
      default:
        guard let colon = bytes[start..<end].firstIndex(of: UInt8(ascii: ":")),
          let key = RuleKey(rawValue: String(decoding: bytes[start..<colon], as: UTF8.self)),
          ranges[key] == nil, current?.key != key
        else { return nil }
        if let current { ranges[current.key] = current.start..<start }
        current = (key, start)
      }
      start = end + 1
    }
    if let current { ranges[current.key] = current.start..<bytes.count }
  }

  /// The lines of these keys, as a file of its own.
  func text(of keys: Set<RuleKey>) -> [UInt8] {
    ranges.filter { keys.contains($0.key) }.values.sorted { $0.lowerBound < $1.lowerBound }
      .reduce(into: []) { $0 += bytes[$1] }
  }

  /// Whether a word is anywhere in these keys.
  func mention(_ word: String, in keys: Set<RuleKey>) -> Bool {
    let word = Array(word.utf8)
    guard let first = word.first else { return true }
    return ranges.contains { key, range in
      guard keys.contains(key) else { return false }
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
