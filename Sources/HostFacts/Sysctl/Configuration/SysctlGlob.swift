/// Patterns of file names, as glob(7) and glob(3) have them, for bytes. `StarPattern` has neither
/// sets nor escapes, and works on characters.
enum SysctlGlob {
  /// Whether a pattern matches a path. Wildcards do not match "/" unless `crossesSlash` says so, as
  /// fnmatch(3) without FNM_PATHNAME.
  ///
  /// One place to go back to suffices, so that it takes at most pattern times path steps.
  static func matches(
    _ pattern: some Collection<UInt8>, _ path: some Collection<UInt8>, crossesSlash: Bool = false
  )
    -> Bool
  {
    matches(Array(pattern)[...], Array(path)[...], crossesSlash: crossesSlash)
  }

  private static func matches(
    _ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>, crossesSlash: Bool
  ) -> Bool {
    if crossesSlash { return component(pattern, path) }
    return matches(components: components(pattern), components(path))
  }

  /// What stands between the slashes of a pattern or a path.
  static func components(_ text: some Collection<UInt8>) -> [ArraySlice<UInt8>] {
    Array(text).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  }

  /// The same where many are compared with many.
  static func matches(components patterns: [ArraySlice<UInt8>], _ parts: [ArraySlice<UInt8>])
    -> Bool
  {
    guard patterns.count == parts.count else { return false }
    return zip(patterns, parts).allSatisfy { pattern, part in
      // A name that begins with a dot is matched by a dot alone.
      if part.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
      return component(pattern, part)
    }
  }

  private static func component(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    var at = pattern.startIndex
    var position = text.startIndex
    var retry: (at: Int, position: Int)?
    while true {
      if at < pattern.endIndex, pattern[at] == UInt8(ascii: "*") {
        at += 1
        retry = (at, position)
        continue
      }
      if position == text.endIndex {
        if at == pattern.endIndex { return true }
      } else if at < pattern.endIndex, let next = one(pattern, at, text[position]) {
        at = next
        position += 1
        continue
      }
      guard let last = retry, last.position < text.endIndex else { return false }
      retry = (last.at, last.position + 1)
      (at, position) = (last.at, last.position + 1)
    }
  }

  /// The index after the element at `at` where it matches a byte; nil where it does not.
  private static func one(_ pattern: ArraySlice<UInt8>, _ at: Int, _ byte: UInt8) -> Int? {
    switch pattern[at] {
    case UInt8(ascii: "?"): return at + 1
    case UInt8(ascii: "["):
      // Without an end it is a plain bracket.
      guard let (set, next) = set(pattern, at) else { return byte == pattern[at] ? at + 1 : nil }
      return set(byte) ? next : nil
    case UInt8(ascii: "\\") where at + 1 < pattern.endIndex:
      return pattern[at + 1] == byte ? at + 2 : nil
    case let other: return other == byte ? at + 1 : nil
    }
  }

  /// What `[…]` at an index matches, and the index after it.
  private static func set(_ pattern: ArraySlice<UInt8>, _ at: Int) -> ((UInt8) -> Bool, Int)? {
    var index = at + 1
    guard index < pattern.endIndex else { return nil }
    let isNegated = pattern[index] == UInt8(ascii: "!") || pattern[index] == UInt8(ascii: "^")
    if isNegated { index += 1 }
    var ranges: [ClosedRange<UInt8>] = []
    let first = index
    while index < pattern.endIndex {
      if pattern[index] == UInt8(ascii: "]"), index > first {
        let found = ranges
        return ({ byte in found.contains { $0.contains(byte) } != isNegated }, index + 1)
      }
      let low = literal(pattern, &index)
      if index + 1 < pattern.endIndex, pattern[index] == UInt8(ascii: "-"),
        pattern[index + 1] != UInt8(ascii: "]")
      {
        index += 1
        let high = literal(pattern, &index)
        if low <= high { ranges.append(low...high) }
      } else {
        ranges.append(low...low)
      }
    }
    return nil
  }

  private static func literal(_ pattern: ArraySlice<UInt8>, _ index: inout Int) -> UInt8 {
    if pattern[index] == UInt8(ascii: "\\"), index + 1 < pattern.endIndex { index += 1 }
    defer { index += 1 }
    return pattern[index]
  }

  // MARK: Braces

  /// Bytes of a pattern that is looked at: names of kernel parameters have less than a hundred.
  static let longest = 1024
  /// How many patterns one with braces may stand for.
  static let mostAlternatives = 256

  /// Why a pattern is not looked at, as a clause.
  enum Excess: String, Error {
    case length = "the pattern is longer than 1024 bytes, and is not looked at"
    case alternatives = "the pattern stands for more than 256 others, and is not looked at"
  }

  /// The patterns that `{a,b}` in a pattern stands for, as GLOB_BRACE of glob(3) has it. A
  /// brace without its end stays.
  static func alternatives(_ pattern: [UInt8]) throws(Excess) -> [[UInt8]] {
    guard pattern.count <= longest else { throw .length }
    var done: [[UInt8]] = []
    var rest = [pattern]
    // A brace that parts nothing makes none more, but costs as much.
    var steps = 0
    while let next = rest.popLast() {
      guard let brace = Brace(next) else {
        done.append(next)
        continue
      }
      steps += 1
      guard steps < mostAlternatives,
        done.count + rest.count + brace.parts.count <= mostAlternatives
      else { throw .alternatives }
      for part in brace.parts.reversed() {
        rest.append(Array(next[..<brace.range.lowerBound] + part + next[brace.range.upperBound...]))
      }
    }
    return done
  }

  /// The first brace of a pattern that has an end.
  private struct Brace {
    var range: Range<Int>
    var parts: [ArraySlice<UInt8>] = []

    init?(_ pattern: [UInt8]) {
      var open: Int?
      var depth = 0
      var partStart = 0
      var index = 0
      while index < pattern.count {
        defer { index += 1 }
        switch pattern[index] {
        case UInt8(ascii: "\\"): index += 1
        case UInt8(ascii: "{"):
          if open == nil {
            open = index
            partStart = index + 1
          } else {
            depth += 1
          }
        case UInt8(ascii: "}") where depth > 0: depth -= 1
        case UInt8(ascii: ","):
          guard open != nil, depth == 0 else { continue }
          parts.append(pattern[partStart..<index])
          partStart = index + 1
        case UInt8(ascii: "}"):
          guard let open else { continue }
          parts.append(pattern[partStart..<index])
          range = open..<index + 1
          return
        default: break
        }
      }
      return nil
    }
  }
}
