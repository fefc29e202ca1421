/// What a misspelt name was probably meant to be.
public enum Suggestion {
  /// The nearest of the names, if it is near enough: one change in three letters, at least one.
  /// Of equally near ones the first in the alphabet; where none is near, the shortest that begins so.
  public static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let length = name.unicodeScalars.count
    let distances = EditDistance(from: name, limit: max(1, length / 3))
    var best: (name: String, distance: Int)?
    for candidate in names where candidate != name {
      guard let distance = distances.to(candidate),
        distance < max(length, candidate.unicodeScalars.count)
      else { continue }
      if let best, (best.distance, best.name) <= (distance, candidate) { continue }
      best = (candidate, distance)
    }
    return best?.name ?? shortest(beginningWith: name, among: names)
  }

  private static func shortest(
    beginningWith name: String, among names: some Sequence<String>
  ) -> String? {
    guard name.unicodeScalars.count >= 3 else { return nil }
    return names.filter { $0 != name && $0.hasPrefix(name) }.min {
      ($0.utf8.count, $0) < ($1.utf8.count, $1)
    }
  }

  /// The sentence for it, or else, where there are few names, what there is.
  static func hint(for name: String, among names: some Sequence<String>, kind: String) -> String? {
    if let nearest = nearest(to: name, among: names) { return "did you mean '\(nearest)'?" }
    let all = names.sorted()
    guard 1...12 ~= all.count else { return nil }
    return "\(kind): \(all.joined(separator: ", "))"
  }
}
