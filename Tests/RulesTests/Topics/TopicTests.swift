import TestSupport
import Testing

@testable import Rules

struct TopicTests {
  private static let broken = "\(Checkout.root)/Tests/Fixtures/topics/broken"

  private func load(_ text: String, path: String) -> TopicSet {
    let file = RuleSource.File(path: path, content: .success(Array(text.utf8)))
    return TopicSet.load(RuleSource(name: "test", files: [file]), rules: ["a-rule"])
  }

  @Test(arguments: RuleSource.directory(broken).files.map(\.path))
  func `a broken file is told with its place`(_ path: String) throws {
    let name = String(path.split(separator: "/").last ?? "")
    let set = load(try TextFile.read(path), path: name)
    #expect(set.topics.isEmpty)
    #expect(set.diagnostics.contains { $0.severity == .error })
    Golden.expect(
      set.diagnostics.map { $0.rendered() + "\n" }.joined(),
      matches: "topics/broken/\(name.dropLast(5)).out")
  }

  @Test func `a topic has its text in both languages`() throws {
    let set = load(
      """
      id: a-topic
      title: May it?
      said: "Yes."
      linux: "No."
      proof: |
        Seen:

          $ true
      claims: [a-claim]
      rules: [a-rule]
      references: [RFC 9293]
      translations:
        zh: { title: 行吗？, said: 行。, linux: 不行。, proof: 实测。 }
      """, path: "topics/a-topic.yaml")
    #expect(set.diagnostics.map { $0.rendered() } == [])
    let topic = try #require(set.topic("a-topic"))
    #expect(topic.text(in: "zh").title == "行吗？")
    #expect(topic.text(in: "en").linux == "No.")
    #expect(topic.text(in: "fr").linux == "No.")
    #expect(topic.text.proof == "Seen:\n\n  $ true\n")
    #expect(topic.claims == ["a-claim"])
    #expect(topic.rules == ["a-rule"])
    #expect(topic.references == ["RFC 9293"])
  }
}
