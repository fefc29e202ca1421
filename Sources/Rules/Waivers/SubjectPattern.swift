/// A pattern for subjects: `*` is any text, `?` one character, everything else itself.
public struct SubjectPattern: Hashable, Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }

  /// Whether it is the whole of a subject. Goes back to the last `*` only, which is enough, and so
  /// takes at most the product of both lengths.
  public func matches(_ subject: String) -> Bool {
    let pattern = Array(text.unicodeScalars)
    let subject = Array(subject.unicodeScalars)
    var place = 0
    var index = 0
    var retry: (place: Int, index: Int)?
    while index < subject.count {
      if place < pattern.count, pattern[place] == "*" {
        place += 1
        retry = (place, index)
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == subject[index] {
        place += 1
        index += 1
      } else if let (start, last) = retry {
        place = start
        index = last + 1
        retry = (start, index)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}
