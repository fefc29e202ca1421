/// Which lines of a YAML file belong together, by how far they are indented. That is enough for
/// comments, which no parser keeps.
enum YAMLBlock {
  /// Lines that are looked at from one on: no task is longer.
  static let longest = 1000

  /// How far a line is indented; nil for one that is blank or a comment.
  private static func indent(_ line: ArraySlice<UInt8>) -> Int? {
    let text = line.drop { $0 == UInt8(ascii: " ") }
    guard let first = text.first, first != UInt8(ascii: "#"),
      text.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") })
    else { return nil }
    return line.count - text.count
  }

  /// Whether a list lies in the item of a list that has these lines: a play has its tasks, and what is
  /// said of a line of the play is not said of them.
  static func holdsList(_ item: ClosedRange<Int>, in lines: [ArraySlice<UInt8>]) -> Bool {
    let first = lines[item.lowerBound].drop { $0 == UInt8(ascii: " ") }.dropFirst()
    return isItem(first) || lines[item].dropFirst().contains(where: isItem)
  }

  private static func isItem(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.drop { $0 == UInt8(ascii: " ") }
    guard text.first == UInt8(ascii: "-") else { return false }
    return text.count == 1 || text.dropFirst().first == UInt8(ascii: " ")
  }

  /// Whether a line is a key whose value stands below it.
  private static func isKeyOfBlock(_ line: ArraySlice<UInt8>) -> Bool {
    var text = line
    if let mark = text.firstIndex(of: UInt8(ascii: "#")), mark > text.startIndex,
      text[mark - 1] == UInt8(ascii: " ")
    {
      text = text[..<mark]
    }
    return text.last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } == UInt8(ascii: ":")
  }

  /// The last line of the item of a list, or of the block under a key, that begins at a line; the line
  /// itself where nothing does.
  static func end(of start: Int, in lines: [ArraySlice<UInt8>]) -> Int {
    guard let own = indent(lines[start]) else { return start }
    let isItem = isItem(lines[start])
    let isKey = isKeyOfBlock(lines[start])
    guard isItem || isKey else { return start }
    var end = start
    for index in lines.indices[(start + 1)...].prefix(longest) {
      guard let other = indent(lines[index]) else { continue }
      // A list may stand as far to the left as its key.
      let isBelow = other > own || other == own && !isItem && Self.isItem(lines[index])
      guard isBelow else { break }
      end = index
    }
    return end
  }

  /// The first line of the item of a list that a line is in; nil where it is in none.
  static func item(around index: Int, in lines: [ArraySlice<UInt8>]) -> Int? {
    guard var least = indent(lines[index]) else { return nil }
    if isItem(lines[index]) { return index }
    for other in lines.indices[..<index].suffix(longest).reversed() {
      guard let indent = indent(lines[other]), indent < least else { continue }
      if isItem(lines[other]) { return other }
      least = indent
    }
    return nil
  }
}
