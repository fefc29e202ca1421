/// What a misspelt name was probably meant to be.
public enum Suggestion {
  /// The nearest of the names, if it is near enough: one change in three letters, at least one.
  /// Of equally near ones the first in the alphabet.
  public static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let scalars = Array(name.unicodeScalars)
    let limit = max(1, scalars.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in names where candidate != name {
      let other = Array(candidate.unicodeScalars)
      guard abs(other.count - scalars.count) <= limit else { continue }
      let distance = distance(scalars, other)
      guard distance <= limit, distance < max(scalars.count, other.count) else { continue }
      if let best, (best.distance, best.name) <= (distance, candidate) { continue }
      best = (candidate, distance)
    }
    return best?.name
  }

  /// The sentence for it, or else, where there are few names, what there is.
  static func hint(for name: String, among names: some Sequence<String>, kind: String) -> String? {
    if let nearest = nearest(to: name, among: names) { return "did you mean '\(nearest)'?" }
    let all = names.sorted()
    guard 1...12 ~= all.count else { return nil }
    return "\(kind): \(all.joined(separator: ", "))"
  }

  /// Damerau's and Levenshtein's distance, in which no part is edited twice: letters inserted,
  /// removed, replaced, and neighbours exchanged.
  static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        var cost = min(
          row[j] + 1, last[j + 1] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
