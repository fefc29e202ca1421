/// How many changes of one letter turn a text into others.
package struct EditDistance {
  private let text: [Unicode.Scalar]
  private let limit: Int
  /// Which letters the text has.
  private let letters: UInt64

  package init(from text: String, limit: Int) {
    self.text = Array(text.unicodeScalars)
    self.limit = limit
    letters = self.text.reduce(0) { $0 | 1 << UInt64($1.value & 63) }
  }

  /// Whether a text of ASCII letters may be within the limit, at less cost than to know: a change adds
  /// or takes one letter at most, and so two from those that only one of the texts has.
  package func mayBeNear(_ other: Span<UInt8>) -> Bool {
    guard abs(text.count - other.count) <= limit else { return false }
    var others: UInt64 = 0
    for index in other.indices { others |= 1 << UInt64(other[index] & 63) }
    return (letters ^ others).nonzeroBitCount <= 2 * limit
  }

  /// Letters inserted, removed, replaced, and neighbours exchanged (Damerau and Levenshtein, no part
  /// edited twice); nil beyond the limit.
  package func to(_ other: String) -> Int? {
    let left = text
    let right = Array(other.unicodeScalars)
    guard abs(left.count - right.count) <= limit else { return nil }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      guard row.contains(where: { $0 <= limit }) else { return nil }
      (beforeLast, last) = (last, row)
    }
    return last[right.count] <= limit ? last[right.count] : nil
  }
}
