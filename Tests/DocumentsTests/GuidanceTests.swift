import Glibc
import HostFacts
import TestSupport
import Testing

@testable import Rules
@testable import sockwise

/// What the guidance names is shipped.
struct GuidanceTests {
  /// An entry of `Tests/Fixtures/guidance/ids.txt`, which says what the words mean.
  private struct Entry {
    var kind: String
    var id: String
    var marks: Set<String> = []
    /// What a rule waits for, or what the guidance calls a topic.
    var text: String?

    init?(_ line: Substring) {
      let halves = line.split(separator: ": ", maxSplits: 1)
      let words = halves[0].split(separator: " ").map(String.init)
      guard words.count > 1, words[0] != "#" else { return nil }
      (kind, id) = (words[0], words[1])
      marks = Set(words[2...])
      text = halves.count == 2 ? String(halves[1]) : nil
    }
  }

  private static func entries() throws -> [Entry] {
    try TextFile.read("\(Checkout.root)/Tests/Fixtures/guidance/ids.txt").split(separator: "\n")
      .compactMap(Entry.init)
  }

  @Test func `each of its rules is shipped, or said to wait`() throws {
    let shipped = RuleSet.load([.builtIn], schema: Host.schema)
    let rules = try Self.entries().filter { $0.kind == "rule" }
    #expect(rules.count == 73)
    #expect(Set(rules.map(\.id)).count == 73)
    for entry in rules {
      #expect(entry.marks.isSubset(of: ["corrects", "opt-in", "pending", "waits"]), "\(entry.id)")
      #expect(entry.marks.contains("waits") == (entry.text != nil), "\(entry.id): for what?")
      guard entry.marks.isDisjoint(with: ["pending", "waits"]) else {
        #expect(shipped.rule(entry.id) == nil, "\(entry.id) is shipped and waits no more")
        continue
      }
      guard let rule = shipped.rule(entry.id) else {
        Issue.record("no rule \(entry.id)")
        continue
      }
      #expect(rule.isOptIn == entry.marks.contains("opt-in"), "\(entry.id)")
      // Where readers have read otherwise, they want to know why.
      guard entry.marks.contains("corrects") else { continue }
      #expect(rule.translation(in: "zh")?.rationale != nil, "\(entry.id)")
    }
  }

  @Test func `each of its questions is a topic`() throws {
    let topics = TopicSet.builtIn
    let entries = try Self.entries().filter { $0.kind == "topic" }
    #expect(!entries.isEmpty)
    for entry in entries { #expect(topics.topic(entry.id) != nil, "\(entry.id)") }
  }

  /// The guidance itself, where it lies beside the checkout.
  private static let guidance = "\(Checkout.root)/../shared/design/guidance.md"

  private static let isBeside = unsafe access(guidance, R_OK) == 0

  @Test(.enabled(if: isBeside, "the guidance is not beside this checkout"))
  func `the list of them is the guidance's`() throws {
    let lines = try TextFile.read(Self.guidance).split(separator: "\n")
      .drop { !$0.hasPrefix("## 5.") }.prefix { !$0.hasPrefix("## 6.") }
    // | id ! | severity | …
    let rows = lines.filter { $0.hasPrefix("| ") }.map {
      $0.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
    }.filter { $0[0][0] != "id" }
    let entries = try Self.entries()
    let rules = entries.filter { $0.kind == "rule" }
    #expect(rules.map(\.id) == rows.map { $0[0][0] })
    let corrects = rules.filter { $0.marks.contains("corrects") }
    #expect(corrects.map(\.id) == rows.filter { $0[0].last == "!" }.map { $0[0][0] })
    let start = "`explain` topics, not rules: "
    let line = try #require(lines.first { $0.hasPrefix(start) })
    let topics = line.dropFirst(start.count).dropLast().split(separator: "; ").map(String.init)
    #expect(entries.filter { $0.kind == "topic" }.compactMap(\.text) == topics)
  }
}
