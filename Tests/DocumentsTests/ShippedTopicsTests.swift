import Glibc
import TestSupport
import Testing

@testable import Rules
@testable import sockwise

/// The topics of `sockwise explain`.
struct ShippedTopicsTests {
  private static let set = TopicSet.builtIn

  @Test func `none is missing and none has a problem`() throws {
    #expect(Self.set.diagnostics.map { $0.rendered() } == [])
    let ids = try TextFile.read("\(Checkout.root)/Tests/Fixtures/topics/ids.txt")
    #expect(Self.set.topics.map(\.id) == ids.split(separator: "\n").map(String.init))
  }

  @Test(arguments: set.topics.map(\.id))
  func `each is in both languages, with the same experiment`(_ id: String) throws {
    let topic = try #require(Self.set.topic(id))
    let chinese = try #require(topic.translations["zh"])
    for text in [chinese.title, chinese.said, chinese.linux, chinese.proof] {
      #expect(text.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(text)")
    }
    #expect(!topic.references.isEmpty)
    #expect(topic.text.proof.contains("Linux 6.18"), "figures are of a kernel")
    #expect(chinese.proof.contains("Linux 6.18"))
    #expect(Experiment(in: topic.text.proof) == Experiment(in: chinese.proof))
  }

  @Test(
    .enabled(if: geteuid() == 0, "network namespaces need root"),
    arguments: set.topics.map(\.id))
  func `the experiment shows on this kernel what it says`(_ id: String) throws {
    let topic = try #require(Self.set.topic(id))
    let experiment = try #require(Experiment(in: topic.text.proof))
    var subprocess = Subprocess(program: "/bin/sh", arguments: ["-c", experiment.command])
    subprocess.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
    let result = try subprocess.run()
    #expect(result.errors == "")
    #expect(result.output == experiment.output)
  }
}

/// A command that a reader can try, and what it prints.
private struct Experiment: Equatable {
  var command: String
  var output: String

  /// The paragraph that begins with a prompt; a command goes on to the end of its here-document.
  init?(in proof: String) {
    let lines = proof.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { !$0.hasPrefix("  $ ") && !$0.hasPrefix("  # ") }
      .prefix { $0.hasPrefix("  ") }
      .map { String($0.dropFirst(2)) }
    guard let end = lines.firstIndex(of: "END") else { return nil }
    command = String(lines[...end].joined(separator: "\n").dropFirst(2)) + "\n"
    output = lines[(end + 1)...].map { $0 + "\n" }.joined()
  }
}
