/// A pattern of paths, as `.sockwise.yaml` has them: `*` is any text without a slash, `?` one
/// character that is no slash, `**` between slashes any number of directories. A pattern without a
/// slash matches a name in any directory; one that matches a directory matches what is in it.
public struct PathPattern: Hashable, Sendable {
  public let text: String
  private let parts: [[Unicode.Scalar]]

  /// Longer ones are no patterns.
  static let longest = 1024

  private static let anyDirectories: [Unicode.Scalar] = ["*", "*"]

  /// Nil for a text that no path can match: an empty one, or one too long.
  public init?(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    var parts = scalars.split(separator: "/").map(Array.init)
    parts.removeAll { $0 == ["."] }
    guard !parts.isEmpty, scalars.count <= Self.longest else { return nil }
    let hasSlash = scalars.dropLast().contains("/")
    self.text = text
    self.parts = hasSlash ? parts : [Self.anyDirectories] + parts
  }

  /// Whether a relative path, or a directory that it lies in, matches.
  public func matches(_ path: String) -> Bool {
    // The parts of the pattern that may come next.
    var places = withoutDirectories([0])
    for name in path.unicodeScalars.split(separator: "/").map(Array.init) {
      var next: Set<Int> = []
      for place in places where place < parts.count {
        if parts[place] == Self.anyDirectories {
          next.insert(place)
        } else if Self.matches(parts[place], name) {
          next.insert(place + 1)
        }
      }
      places = withoutDirectories(next)
      if places.contains(parts.count) { return true }
    }
    return false
  }

  /// The places with those behind `**`, which may stand for no directory.
  private func withoutDirectories(_ places: Set<Int>) -> Set<Int> {
    var all = places
    for place in parts.indices where all.contains(place) && parts[place] == Self.anyDirectories {
      all.insert(place + 1)
    }
    return all
  }

  /// Goes back to the last star only, which is enough, so that it takes at most the product of both
  /// lengths.
  private static func matches(_ pattern: [Unicode.Scalar], _ name: [Unicode.Scalar]) -> Bool {
    var place = 0
    var index = 0
    var retry: (place: Int, index: Int)?
    while index < name.count {
      if place < pattern.count, pattern[place] == "*" {
        place += 1
        retry = (place, index)
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[index] {
        place += 1
        index += 1
      } else if let last = retry {
        retry = (last.place, last.index + 1)
        (place, index) = (last.place, last.index + 1)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}
