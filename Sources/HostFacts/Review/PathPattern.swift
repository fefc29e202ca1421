internal import CEL

/// A pattern of paths, as `.sockwise.yaml` has them: `*` is any text without a slash, `?` one
/// character that is no slash, `**` between slashes any number of directories. A pattern without a
/// slash matches a name in any directory; one that matches a directory matches what is in it.
public struct PathPattern: Hashable, Sendable {
  public let text: String
  private let parts: [Part]

  private enum Part: Hashable, Sendable {
    case name(StarPattern)
    /// `**`
    case anyDirectories
  }

  /// Nil for a text that no path can match: an empty one, or one too long.
  public init?(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    let names = scalars.split(separator: "/").filter { !$0.elementsEqual(["."]) }
    guard !names.isEmpty, scalars.count <= StarPattern.longest else { return nil }
    let parts = names.map {
      $0.elementsEqual(["*", "*"]) ? Part.anyDirectories : .name(StarPattern($0))
    }
    let hasSlash = scalars.dropLast().contains("/")
    self.text = text
    self.parts = hasSlash ? parts : [.anyDirectories] + parts
  }

  /// Whether a relative path, or a directory that it lies in, matches.
  public func matches(_ path: String) -> Bool {
    // Whether each part of the pattern may come next; the last stands for its end.
    var places = Array(repeating: false, count: parts.count + 1)
    places[0] = true
    passDirectories(&places)
    for name in path.unicodeScalars.split(separator: "/").map(Array.init) {
      var next = Array(repeating: false, count: places.count)
      for (place, part) in parts.enumerated() where places[place] {
        switch part {
        case .anyDirectories: next[place] = true
        case .name(let pattern): if pattern.matches(name) { next[place + 1] = true }
        }
      }
      passDirectories(&next)
      if next[parts.count] { return true }
      places = next
    }
    return false
  }

  /// Adds the places behind `**`, which may stand for no directory.
  private func passDirectories(_ places: inout [Bool]) {
    for (place, part) in parts.enumerated() where places[place] && part == .anyDirectories {
      places[place + 1] = true
    }
  }
}
