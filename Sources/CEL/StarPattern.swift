/// A text in which `*` stands for any text and `?` for any one character: the subjects of waivers,
/// and the parts of paths.
///
/// Here because the modules that have such patterns share no other.
package struct StarPattern: Hashable, Sendable {
  /// How many characters a pattern may have that somebody writes; whoever reads one refuses longer
  /// ones with their place.
  package static let longest = 1024

  private let scalars: [Unicode.Scalar]

  package init(_ text: some Sequence<Unicode.Scalar>) { scalars = Array(text) }

  /// Whether it is the whole of a text. Goes back to the last `*` only, which is enough, and so takes
  /// at most the product of both lengths.
  package func matches(_ text: [Unicode.Scalar]) -> Bool {
    var place = 0
    var index = 0
    var retry: (place: Int, index: Int)?
    while index < text.count {
      if place < scalars.count, scalars[place] == "*" {
        place += 1
        retry = (place, index)
      } else if place < scalars.count, scalars[place] == "?" || scalars[place] == text[index] {
        place += 1
        index += 1
      } else if let last = retry {
        retry = (last.place, last.index + 1)
        (place, index) = (last.place, last.index + 1)
      } else {
        return false
      }
    }
    return scalars[place...].allSatisfy { $0 == "*" }
  }
}
