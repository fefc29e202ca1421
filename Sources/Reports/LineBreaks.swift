internal import Rules

extension String {
  /// What lines may be broken between, with the columns that part it from what stands before it:
  /// words, and each wide character, since Chinese has no spaces. Punctuation stays with what it
  /// belongs to, after the classes of Unicode Standard Annex 14.
  ///
  /// A line break counts as a space, and as nothing between wide characters: there it is only how
  /// a file is wrapped.
  var breakable: [(text: String, gap: Int)] {
    if utf8.allSatisfy({ $0 < 0x80 }) {
      return split { $0 == " " || $0.isNewline }.map { (String($0), 1) }
    }
    var pieces: [(text: String, gap: Int)] = []
    var before: Character?
    var gap = 1
    var isBroken = false
    for character in self {
      if character == " " || character.isNewline {
        if gap == 0 { isBroken = true }
        gap = 1
        if character == " " { isBroken = false }
        continue
      }
      defer {
        before = character
        gap = 0
        isBroken = false
      }
      guard let before else {
        pieces.append((String(character), 1))
        continue
      }
      if isBroken, before.joins(character) { gap = 0 }
      if gap > 0 || before.mayPart(from: character) {
        pieces.append((String(character), gap))
      } else {
        pieces[pieces.count - 1].text.append(character)
      }
    }
    return pieces
  }
}

extension Character {
  private var isWide: Bool { unicodeScalars.contains { DisplayText.width(of: $0) == 2 } }

  /// Classes CL, EX, IS and the like: never first on a line.
  private var closes: Bool { "，。、；：？！）」』》】〉…—”’,.;:?!)]}%".contains(self) }
  /// Class OP: never last on a line.
  private var opens: Bool { "（「『《【〈“‘([{".contains(self) }

  /// Whether a line may end between it and the next.
  fileprivate func mayPart(from next: Character) -> Bool {
    (isWide || next.isWide) && !opens && !next.closes
  }

  /// Whether a line break between it and the next is no space.
  fileprivate func joins(_ next: Character) -> Bool {
    isWide && next.isWide || isWide && (opens || closes)
      || next.isWide && (next.opens || next.closes)
  }
}
