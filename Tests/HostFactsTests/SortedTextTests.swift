import Testing

@testable import HostFacts

@Suite struct SortedTextTests {
  @Test(arguments: [
    ("a", " 1"), ("ab", " +2 x"), ("abc", ""), ("b", " # u"), ("", nil), ("abd", nil), ("a 1", nil),
    ("\u{e4}", nil), ("A", nil), ("c", nil), ("ab\0", nil),
  ])
  func aLineIsFoundByItsFirstWord(key: String, rest: String?) {
    #expect(SortedText("a 1\nab +2 x\n\nabc\nb # u\n").rest(of: key) == rest)
  }

  @Test func wordsAreFound() {
    let words = SortedText("Alpha Beta\nGamma ZZ", isListOfWords: true)
    for word in ["Alpha", "Beta", "Gamma", "ZZ"] { #expect(words.contains(word), "\(word)") }
    for word in ["", "Alph", "Alphas", "Z", "ZZZ", "alpha", "Beta\nGamma", "Alpha Beta"] {
      #expect(!words.contains(word), "\(word)")
    }
    #expect(words.entries { $0.count == 5 }.map(\.key) == ["Alpha", "Gamma"])
  }

  @Test func nothingIsInNothing() {
    #expect(!SortedText("").contains("a"))
    #expect(SortedText("").entries().isEmpty)
  }
}
