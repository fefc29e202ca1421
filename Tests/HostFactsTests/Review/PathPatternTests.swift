import Testing

@testable import HostFacts

@Suite struct PathPatternTests {
  @Test(arguments: [
    ("examples", "examples/a.conf", true), ("examples", "a/examples/b", true),
    ("examples", "a/examples2/b", false), ("*.conf", "a/b.conf", true),
    ("a/*.conf", "a/b.conf", true),
    ("a/*.conf", "a/b/c.conf", false), ("a/**", "a/b/c.conf", true),
    ("**/b", "b", true), ("**/b", "a/x/b", true), ("**/b", "ab", false), ("a/**/b", "a/b", true),
    ("a/**/b", "a/x/y/b", true), ("a/**/b", "a/xb", false), ("/a", "a/b", true), ("/a/", "a", true),
    ("./a/b", "a/b", true), ("a?c", "abc", true), ("a?c/d", "a/c/d", false), ("a", "b", false),
    ("*", "a", true), ("é*", "é服", true),
  ])
  func matches(_ pattern: String, _ path: String, _ expected: Bool) throws {
    #expect(try #require(PathPattern(pattern)).matches(path) == expected)
  }

  @Test func refusesWhatMatchesNothing() {
    #expect(PathPattern("") == nil)
    #expect(PathPattern("/") == nil)
    #expect(PathPattern(String(repeating: "a", count: 2000)) == nil)
  }

  @Test func takesNoLongerThanBothLengths() throws {
    let pattern = try #require(PathPattern(String(repeating: "*a", count: 500) + "/b"))
    #expect(!pattern.matches(String(repeating: "a", count: 4000)))
  }
}
