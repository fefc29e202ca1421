import Testing

@testable import CEL

@Suite struct SuggestionTests {
  @Test(
    arguments: [
      ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("abc", "abd", 1), ("abc", "acb", 1),
      ("ab", "ba", 1), ("ca", "abc", 3), ("kitten", "sitting", 3), ("é", "e\u{301}", 2),
    ] as [(String, String, Int)])
  func measuresDistance(left: String, right: String, distance: Int) {
    #expect(EditDistance(from: left, limit: 3).to(right) == distance)
    #expect(EditDistance(from: left, limit: distance - 1).to(right) == nil)
  }

  @Test func suggestsOnlyWhatIsNear() {
    let names = ["listeners", "destinations", "tcp", "udp"]
    #expect(Suggestion.nearest(to: "listners", among: names) == "listeners")
    #expect(Suggestion.nearest(to: "tpc", among: names) == "tcp")
    #expect(Suggestion.nearest(to: "dcp", among: names) == "tcp")
    #expect(Suggestion.nearest(to: "bound", among: names) == nil)
    #expect(Suggestion.nearest(to: "dest", among: names) == "destinations")
    #expect(Suggestion.nearest(to: "te", among: names + ["tear"]) == nil)
    #expect(Suggestion.nearest(to: "x", among: ["a", "b"]) == nil)
  }
}
