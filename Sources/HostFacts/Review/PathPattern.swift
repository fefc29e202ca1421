/// A pattern of paths, as `.sockwise.yaml` has them: `*` is any text without a slash, `**` any text,
/// `?` one character that is no slash. One without a slash matches a name in any directory; one that
/// matches a directory matches what is in it.
struct PathPattern: Hashable, Sendable {
  let text: String
  private let pattern: [Unicode.Scalar]
  private let isName: Bool

  /// Longer ones are no patterns.
  static let longest = 1024

  /// Nil for a text that no path can match: an empty one, or one too long.
  init?(_ text: String) {
    var pattern = Array(text.unicodeScalars)
    if pattern.starts(with: "./".unicodeScalars) { pattern.removeFirst(2) }
    while pattern.last == "/" { pattern.removeLast() }
    guard !pattern.isEmpty, pattern.count <= Self.longest else { return nil }
    self.text = text
    isName = !pattern.contains("/")
    if pattern.first == "/" { pattern.removeFirst() }
    self.pattern = pattern
  }

  /// Whether a relative path, or a directory that it lies in, matches.
  func matches(_ path: String) -> Bool {
    let path = Array(path.unicodeScalars)
    if isName {
      return path.split(separator: "/").contains { matches($0) }
    }
    if matches(path[...]) { return true }
    return path.indices.contains { path[$0] == "/" && matches(path[..<$0]) }
  }

  /// Keeps the set of places in the pattern where the path so far may stand, so that it takes at
  /// most the product of both lengths.
  private func matches(_ path: ArraySlice<Unicode.Scalar>) -> Bool {
    var places: Set<Int> = closure([0])
    for scalar in path {
      var next: Set<Int> = []
      for place in places where place < pattern.count {
        switch pattern[place] {
        case "*":
          if scalar != "/" || isDouble(place) { next.insert(place) }
        case "?": if scalar != "/" { next.insert(place + 1) }
        case let other: if other == scalar { next.insert(place + 1) }
        }
      }
      places = closure(next)
      if places.isEmpty { return false }
    }
    return places.contains(pattern.count)
  }

  /// Whether a star has another one beside it.
  private func isDouble(_ place: Int) -> Bool {
    (place + 1 < pattern.count && pattern[place + 1] == "*")
      || (place > 0 && pattern[place - 1] == "*")
  }

  /// The places with those after stars, which may match nothing; `**/` may as well.
  private func closure(_ places: Set<Int>) -> Set<Int> {
    var all = places
    var pending = Array(places)
    while let place = pending.popLast() {
      guard place < pattern.count, pattern[place] == "*" else { continue }
      var next = [place + 1]
      let afterSlash = place + 2
      if isDouble(place), place > 0, pattern[place - 1] == "*", place + 1 < pattern.count,
        pattern[place + 1] == "/", place == 1 || pattern[place - 2] == "/"
      {
        next.append(afterSlash)
      }
      for place in next where all.insert(place).inserted { pending.append(place) }
    }
    return all
  }
}
