/// Where in the file each character of a scalar's value stands.
///
/// libyaml tells only where a scalar begins and ends, so its spelling is read a second time. Plain
/// and quoted scalars on one line and literal blocks can be mapped; anything else, and anything on
/// which the second reading disagrees with libyaml, maps to the scalar's first character.
public struct ScalarOffsets {
  private var offsets: [Int] = []
  private let fallback: Range<Int>

  public init(of scalar: YAMLScalar, at range: Range<Int>, in source: SourceText) {
    fallback = range.lowerBound..<min(range.upperBound, range.lowerBound + 1)
    let value = Array(scalar.value.unicodeScalars)
    let spelling = range.clamped(to: 0..<source.scalars.count)
    switch scalar.style {
    case .plain: offsets = spelling.map { $0 }
    case .singleQuoted: offsets = Self.singleQuoted(spelling, in: source)
    case .doubleQuoted: offsets = Self.doubleQuoted(spelling, in: source)
    case .literal: offsets = Self.literal(value, from: spelling.lowerBound, in: source)
    case .folded: offsets = []
    }
    let isOneLine = source.line(around: spelling.lowerBound).upperBound >= spelling.upperBound
    if offsets.count != value.count || !(isOneLine || scalar.style == .literal) {
      offsets = []
    } else {
      offsets.append(offsets.last.map { $0 + 1 } ?? spelling.lowerBound)
    }
  }

  /// The offsets in the file of a range of the value.
  public func range(_ range: Range<Int>) -> Range<Int> {
    guard !offsets.isEmpty else { return fallback }
    let last = offsets.count - 1
    let start = offsets[min(max(range.lowerBound, 0), last)]
    guard range.upperBound > range.lowerBound else { return start..<start }
    let end = offsets[min(max(range.upperBound - 1, 0), last)] + 1
    return start..<max(start, end)
  }

  private static func singleQuoted(_ spelling: Range<Int>, in source: SourceText) -> [Int] {
    var offsets: [Int] = []
    var index = spelling.lowerBound + 1
    while index < spelling.upperBound - 1 {
      offsets.append(index)
      index += source.scalars[index] == "'" ? 2 : 1
    }
    return offsets
  }

  private static func doubleQuoted(_ spelling: Range<Int>, in source: SourceText) -> [Int] {
    var offsets: [Int] = []
    var index = spelling.lowerBound + 1
    while index < spelling.upperBound - 1 {
      offsets.append(index)
      guard source.scalars[index] == "\\" else {
        index += 1
        continue
      }
      switch source.scalars[index + 1] {
      case "x": index += 4
      case "u": index += 6
      case "U": index += 10
      default: index += 2
      }
    }
    return offsets
  }

  /// A literal block's value has the same lines as its spelling, less the indentation.
  private static func literal(
    _ value: [Unicode.Scalar], from start: Int, in source: SourceText
  ) -> [Int] {
    var offsets: [Int] = []
    var spelled = source.lineAfter(start)
    for line in value.split(separator: "\n", omittingEmptySubsequences: false) {
      if offsets.count == value.count { break }  // what follows the last line end
      guard let current = spelled else { return [] }
      let text = source.scalars[current]
      if text.count >= line.count, text.suffix(line.count).elementsEqual(line) {
        offsets += (current.upperBound - line.count)..<current.upperBound
      } else {
        return []
      }
      if offsets.count < value.count { offsets.append(current.upperBound) }  // the line end
      spelled = source.lineAfter(current.lowerBound)
    }
    return offsets
  }
}
